/// <reference types="vite/client" />
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyValue, contextFor } from '../../src/arbitrary/index.ts';
import { type HeaderFacts, parseHeaderFacts } from '../../src/cli/commands/header-proof.ts';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import type { AbiChains, ChainCodec } from '../../src/codec/runtime/chain.ts';
import type { AbiCodecs, CodecContext, StructCodec } from '../../src/codec/runtime/codec.ts';
import { CodecError } from '../../src/codec/runtime/errors.ts';
import { codecModules } from '../../src/generated/ts/index.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import type { Model } from '../../src/model/model.ts';
import { pinnedModels, structsOf } from '../codec/real-schemas.ts';
import { seedFor } from '../helpers/seed.ts';
import { type FunctionCount, FunctionCounter } from './function-counts.ts';

type Macro = (...values: number[]) => number | bigint;
type Exports = Readonly<Record<string, unknown>>;
type Table = Readonly<Record<string, AbiCodecs<unknown>>>;

const counter = new FunctionCounter();
const modules: { readonly file: string; readonly exports: Exports }[] = [];
const models = pinnedModels();
let counts: readonly FunctionCount[] = [];

beforeAll(async () => {
  await counter.start();
  for (const { root } of models) {
    for (const endian of ['little', 'big'] as const) await codecModules[root]?.[endian]();
  }
  const files = import.meta.glob<Exports>('../../src/generated/ts/*.ts');
  for (const [file, load] of Object.entries(files)) modules.push({ file, exports: await load() });
});
afterAll(() => counter.stop());

const viewBytes = 8192;

describe('generated code', () => {
  it('decodes, encodes and measures every struct on every abi, in both byte orders', () => {
    for (const { file, exports } of modules) {
      const order = file.endsWith('.be.ts') ? '-be' : '';
      for (const model of models) {
        for (const { name } of structsOf(model)) {
          for (const abiName of ['lp64', 'ilp32', 'i386'] as const) {
            const codec = tableOf(exports)[name]?.[abiName];
            if (codec === undefined) continue;
            const suffix = { lp64: '', ilp32: 'Ilp32', i386: 'I386' }[abiName];
            const measure = exports[`measure${pascalCase(name)}${suffix}`] as Measure | undefined;
            exercise({ codec, measure }, model, name, abis[`${abiName}${order}` as keyof typeof abis]);
          }
        }
      }
    }
  });

  it('has views whose members can all be read and written, and agree with decoding', () => {
    let members = 0;
    for (const { exports } of modules) {
      for (const [name, View] of Object.entries(exports)) {
        if (/View(Ilp32|I386)?$/.test(name) && typeof View === 'function')
          members += exerciseView(View as ViewClass);
      }
    }
    expect(members).toBeGreaterThan(500);
  });

  it('reads and writes every variant set, with known and unknown tags', () => {
    for (const { exports } of modules) {
      for (const [name, decode] of Object.entries(exports)) {
        if (!/^decode\w+Variant(Ilp32|I386)?$/.test(name)) continue;
        const encode = exports[name.replace('decode', 'encode')] as Encode;
        for (const tag of [...Array(64).keys(), 0xdead, 0xdeadbeef, 0xfeedbeef])
          exerciseVariant(decode as Decode, encode, tag);
      }
    }
  });

  it('walks, reads and writes every chain, with known and unknown elements', () => {
    for (const { exports } of modules) {
      for (const [name, table] of Object.entries(exports)) {
        if (!/^[a-z]\w*Chains$/.test(name)) continue;
        for (const abi of Object.values(table as Readonly<Record<string, AbiChains>>).flatMap(Object.values))
          exerciseChain(abi as ChainCodec);
      }
    }
  });

  it('has the function-like macros of the kernel as functions', () => {
    for (const facts of kernelFacts()) {
      for (const [name, { samples }] of Object.entries(facts.functions)) {
        for (const macro of modules.map(({ exports }) => exports[name] as Macro | undefined)) {
          if (macro === undefined) continue;
          for (const { arguments: values, value } of samples) {
            expect([name, values, wrapped(macro(...values.map(Number)))]).toEqual([
              name,
              values,
              wrapped(value),
            ]);
          }
        }
      }
    }
  });

  it('has no function that did not run', async () => {
    counts = await counter.counts('/src/generated/ts/');
    expect(counts.length).toBeGreaterThan(1000);
    expect(counts.filter(({ count }) => count === 0)).toEqual([]);
  });
});

function tableOf(exports: Exports): Table {
  const tables = Object.entries(exports).filter(([name]) => /^[a-z]\w*Codecs$/.test(name));
  return Object.assign({}, ...tables.map(([, table]) => table)) as Table;
}

type Measure = (value: object, context: object) => number;

/** What is generated for a struct on an abi. */
interface Parts {
  readonly codec: StructCodec<unknown>;
  /** Only where the size varies. */
  readonly measure: Measure | undefined;
}

function exercise({ codec, measure }: Parts, model: Model, name: string, abi: Abi): void {
  const oracle = makeOracle(model, name, abi);
  // Everything left out: every default is made.
  codec.encode({} as never, new DataView(new ArrayBuffer(codec.measure({} as never))));
  const example = contextFor(model, name).chain((context) =>
    fc.tuple(anyValue(model, name, { abi, context }), fc.constant(context)),
  );
  for (const [value, context] of fc.sample(example, { numRuns: 4, seed: seedFor(7) })) {
    const bytes = new Uint8Array(codec.measure(value as never, context));
    if (measure !== undefined) expect(measure(value, context)).toBe(bytes.length);
    const view = new DataView(bytes.buffer);
    codec.encode(value as never, view, 0, context);
    expect(codec.decode(view, 0, bytes.length, context)).toEqual(
      oracle.decode(view, 0, bytes.length, context),
    );
  }
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

type ViewClass = new (view: DataView, offset?: number) => Record<string, unknown>;

/** Reads every member of a view over some bytes, writes it back, and returns how many there were. */
function exerciseView(View: ViewClass): number {
  const bytes = new Uint8Array(viewBytes).map((_, i) => (i * 37 + 11) & 0xff);
  const members = Object.entries(Object.getOwnPropertyDescriptors(View.prototype)).filter(
    ([name]) => name !== 'constructor',
  );
  for (const [name, { set, value: method }] of members) {
    const view = new View(new DataView(bytes.slice().buffer), 16);
    try {
      if (method !== undefined) {
        // Elements of an array are read by their index.
        (method as (index: number) => unknown).call(view, 0);
        continue;
      }
      const value = view[name];
      if (set === undefined) continue;
      view[name] = value;
      expect(view[name]).toEqual(value);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
  }
  return members.length;
}

type Decode = (tag: number, view: DataView, offset?: number, end?: number) => { readonly kind: string };
type Encode = (variant: { readonly kind: string }, view: DataView, offset?: number) => number;

function exerciseVariant(decode: Decode, encode: Encode, tag: number): void {
  for (const size of [0, 4, 8, 16, 64, 256]) {
    const view = new DataView(new ArrayBuffer(size));
    try {
      const variant = decode(tag, view, 0, size);
      encode(variant, new DataView(new ArrayBuffer(4096)));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
  }
}

/** Surroundings that conditions of chain elements ask for. */
const surroundings: readonly CodecContext[] = [0, 1].map((layout) => ({
  outer: { header_type: { layout } },
}));

/** Writes and reads elements with many ids, behind a struct that says that there is a list. */
function exerciseChain(chain: ChainCodec): void {
  const elements = [1, 2, 3].map((id) => ({ kind: 'raw', bytes: new Uint8Array(16).fill(id) }));
  for (const head of headsWithList(chain, elements)) {
    expect(chain.decode(new DataView(head.slice().buffer)).elements.length).toBe(3);
    for (let id = 0; id < 0x100; id++) {
      const bytes = new Uint8Array(64);
      bytes.set([id, 0, 1, 0]);
      const view = new DataView(head.slice().buffer);
      attempt(() => chain.encode([{ kind: 'raw', bytes }, ...elements], view));
      for (const context of surroundings) chain.decode(view, 0, view.byteLength, context);
    }
  }
}

/** Buffers whose start is zero but for one byte, and that take a list: the first one. */
function headsWithList(chain: ChainCodec, elements: readonly object[]): Uint8Array[] {
  for (let at = 0; at < 128; at++) {
    for (const value of [0, 1, 2, 4, 0x10, 0x80, 0xff]) {
      const bytes = new Uint8Array(viewBytes);
      bytes[at] = value;
      if (attempt(() => chain.encode(elements, new DataView(bytes.buffer))) !== null) return [bytes];
    }
  }
  return [];
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return null;
  }
}

/** A result as C's unsigned int holds it. */
function wrapped(value: number | bigint): bigint {
  return BigInt.asUintN(32, BigInt(value));
}

/** What was recorded of the kernel's headers. */
function kernelFacts(): readonly HeaderFacts[] {
  const folder = new URL('../data/kernel-headers/', import.meta.url);
  return readdirSync(folder).map((name) => parseHeaderFacts(readFileSync(new URL(name, folder), 'utf8')));
}
