import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { anyValue } from '../../../src/arbitrary/index.ts';
import { ChainError } from '../../../src/chain/chain-error.ts';
import type { NewElement } from '../../../src/chain/element.ts';
import { compileSpace, type SpaceFormat } from '../../../src/chain/space-format.ts';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import type { AbiChains, ChainCodec } from '../../../src/codec/runtime/chain.ts';
import type { StructCodec } from '../../../src/codec/runtime/codec.ts';
import { EncodeError } from '../../../src/codec/runtime/errors.ts';
import { type Abi, abis } from '../../../src/layout/abi.ts';
import type { Model } from '../../../src/model/model.ts';
import { atRelease } from '../../../src/model/select.ts';
import { readNumber, writePlace } from '../../../src/plan/access.ts';
import { lampModel } from '../../chain/models.ts';
import { pinnedModels } from '../../codec/real-schemas.ts';
import { readModel } from '../../helpers/schemas.ts';
import { codecsOf, generate } from './generated.ts';

const specs = fileURLToPath(new URL('../../specs/', import.meta.url));

function specModels(): readonly Model[] {
  return readdirSync(specs)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => {
      const model = readModel(`${specs}${name}`);
      const kernel = model.interfaces.get(model.root)?.kernel;
      return kernel == null ? model : atRelease(model, kernel);
    });
}

/** A made-up schema with what other chains lack. */
export function wideModel(): Model {
  return readModel(fileURLToPath(new URL('../../data/chain/wide.yaml', import.meta.url)));
}

/** A chain on an abi: what was generated for it, and what interprets its declaration. */
export interface Subject {
  readonly title: string;
  readonly chain: string;
  readonly model: Model;
  readonly abi: Abi;
  readonly ours: ChainCodec;
  readonly format: SpaceFormat;
}

export const subjects: Subject[] = [];
for (const model of [...pinnedModels(), ...specModels(), lampModel(), wideModel()]) {
  if (model.chains.size === 0) continue;
  const { little, big } = (await generate([model])).get(model.root) ?? { little: {}, big: null };
  for (const [key, abi] of Object.entries(abis)) {
    const module = key.endsWith('-be') ? big : little;
    if (module === null) continue;
    const tables = Object.entries(module).filter(([name]) => /^[a-z]\w*Chains$/.test(name));
    const chains = Object.assign({}, ...tables.map(([, table]) => table)) as Record<string, AbiChains>;
    const table = codecsOf(module);
    for (const [chain, codec] of Object.entries(chains)) {
      if (abi.name !== 'lp64' && codec[abi.name].decode === codec.lp64.decode) continue;
      const format = compileSpace(model, {
        head: headOf(model, chain),
        chains: [chain],
        abi,
        codecs: (name) => codecOf(table[name]?.[abi.name], model, name, abi),
      });
      subjects.push({
        title: `${model.root} ${chain} on ${key}`,
        chain,
        model,
        abi,
        ours: codec[abi.name],
        format,
      });
    }
  }
}

/** A generated codec, or the oracle for structs of other interfaces. */
function codecOf(
  generated: StructCodec<unknown> | undefined,
  model: Model,
  name: string,
  abi: Abi,
): StructCodec<object> | undefined {
  if (generated !== undefined) return generated as StructCodec<object>;
  return model.structs.has(name) ? (makeOracle(model, name, abi) as StructCodec<object>) : undefined;
}

/** The struct at the start of a chain's buffer. */
function headOf(model: Model, name: string): string {
  const chain = model.chains.get(name);
  if (chain?.head.kind === 'field') return chain.head.struct;
  // Of a list at a fixed place without a struct before it, any will do.
  if (chain?.requires === undefined)
    return [...model.structs.values()].find(({ inline }) => !inline)?.name ?? '';
  return headOf(model, chain.requires.chain);
}

/** Heads of lists that are there only where a field that no encoder sets has a certain value. */
const heads: Readonly<Record<string, object>> = {
  blob_list: { magic: 0x424c4f42 },
  pci_cardbus: { header_type: { layout: 2 } },
};

export interface Contents {
  readonly head: object;
  readonly elements: readonly NewElement[];
  readonly size: number;
}

/** The struct with the head, elements of the chain's set and others, and room that may be too small. */
export function contents({ format, model, abi }: Subject): fc.Arbitrary<Contents> {
  const [{ format: chain, members }] = format.chains as [SpaceFormat['chains'][0]];
  const small = chain.chain.last !== null ? chain.chain.last + chain.room : 0;
  const names = [...new Set(members.all.map(({ name }) => name))];
  const tagsOf = (wanted: string): (typeof members.all)[number]['tags'] =>
    members.all.filter(({ name }) => name === wanted).flatMap(({ tags }) => tags);
  const known = names.map((name) =>
    fc.oneof(fc.constant({}), anyValue(model, name, { abi, context: {} })).map((value): NewElement => {
      const tags = tagsOf(name);
      const codec = members.named(name)?.codec;
      const bytes = attempt(() => {
        const view = new DataView(new ArrayBuffer(codec?.measure(value as never, {}) ?? 0));
        codec?.encode(value as never, view, 0, {});
        return view;
      });
      // The id that the value says, where the struct has several.
      const own = bytes === null ? undefined : readNumber(chain.id, bytes, 0);
      const id = tags.some((tag) => tag.id === own || tag.id === null) ? own : undefined;
      const ownVersion =
        bytes === null || chain.version === null ? null : readNumber(chain.version, bytes, 0);
      const version = tags.some((tag) => tag.version === ownVersion) ? ownVersion : tags[0]?.version;
      return {
        name,
        value: value as object,
        ...(id === undefined ? {} : { id }),
        ...(version == null ? {} : { version }),
      };
    }),
  );
  const ones = 2 ** chain.id.width - 1;
  const raw = fc
    .tuple(fc.integer({ min: 1, max: ones - 1 }), fc.uint8Array({ maxLength: 24 }))
    .filter(([id]) => members.candidates(id, null).length === 0)
    .map(([id, body]): NewElement => {
      const bytes = new Uint8Array(chain.headerBytes + body.length);
      bytes.set(body, chain.headerBytes);
      writePlace(chain.id, viewOf(bytes), 0, BigInt(id));
      return { id, bytes };
    });
  const head = fc.oneof(
    fc.constant({}),
    fc.constant(chain.chain.condition === undefined ? {} : (heads[chain.name] ?? {})),
    anyValue(model, format.head.name, { abi, context: {} }).map((value) => value as object),
  );
  return fc.record({
    head,
    elements: fc.array(fc.oneof({ weight: 1, arbitrary: raw }, ...known), { minLength: 1, maxLength: 6 }),
    size: fc.oneof(
      { weight: 4, arbitrary: fc.constant(Math.max(small, 4096)) },
      fc.integer({ min: 64, max: 1200 }),
    ),
  });
}

/** Buffers with a chain, as it was built or with wrong bytes in it, cut off, or of any bytes. */
export function spaceBytes(subject: Subject): fc.Arbitrary<{ readonly bytes: Uint8Array }> {
  const { format, ours } = subject;
  const built = contents(subject).map(({ head, elements, size }) => {
    const bytes = new Uint8Array(size);
    attempt(() => {
      format.head.codec.encode(head as never, new DataView(bytes.buffer), 0, {});
      ours.encode(elements.map(asInput), new DataView(bytes.buffer));
    });
    return bytes;
  });
  const spoiled = fc
    .tuple(
      built,
      fc.array(
        fc.tuple(
          fc.nat(0x1ff),
          fc.oneof(fc.nat(255), fc.constantFrom(0x40, 0x44, 0x48, 0, 0xff, 0x18, 0x20)),
        ),
        { maxLength: 12 },
      ),
      fc.option(fc.nat(600), { freq: 3 }),
    )
    .map(([bytes, pokes, cut]) => {
      const broken = bytes.slice();
      for (const [at, value] of pokes) broken[at] = value;
      return cut === null ? broken : broken.slice(0, cut);
    });
  // Pointers that are spread over the chain's places make long lists.
  const wild = fc.uint8Array({ minLength: 0, maxLength: 700, size: 'max' });
  return fc.oneof(built, { weight: 3, arbitrary: spoiled }, wild).map((bytes) => ({ bytes }));
}

export function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (error instanceof EncodeError || error instanceof ChainError) return null;
    throw error;
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What a generated encoder takes for an element of the builder. */
export function asInput({ name, value, bytes }: NewElement): object {
  return name === undefined || name === null ? { kind: 'raw', bytes } : { kind: name, value };
}
