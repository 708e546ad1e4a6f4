import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import { type Layout, layOut } from '../../src/layout/layout.ts';
import type { Struct } from '../../src/model/declaration.ts';
import type { Model } from '../../src/model/model.ts';
import { resolvePath } from '../../src/model/path.ts';
import { readPlace, writePlace } from '../../src/plan/access.ts';
import { placeOfTarget } from '../../src/plan/place.ts';
import { outermostFrame, TermScope } from '../../src/plan/scope.ts';
import { makeValidator } from '../../src/validate/validator.ts';
import { pinnedModels } from '../codec/real-schemas.ts';
import { codecsOf, generate } from '../codegen/typescript/generated.ts';
import { readModel, repositoryFile } from '../helpers/schemas.ts';
import { randomModels } from '../layout/random-structs.ts';

const nested = readModel(repositoryFile('test/specs/byte-order.yaml'));
const generated = (await generate([nested])).get(nested.root);

/** An integer of a decoded value with the path that leads to it. */
type Leaf = readonly [path: readonly string[], value: number | bigint];

function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (typeof value === 'number' || typeof value === 'bigint') return [[path, value]];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Array.isArray(value))
    return [];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}

/** A path without bits that stand beside the named ones (`rest`), which no expression can name. */
function placed(model: Model, layout: Layout, path: readonly string[], abi: Abi) {
  const target = resolvePath(model, layout.name, path, () => undefined);
  return target && placeOfTarget(model, layout, target, abi);
}

/** Every place of a struct reads, in any bytes, what the interpreter decodes; returns how many were compared. */
function placesAgree(model: Model, name: string, abi: Abi, bytes: Uint8Array): number {
  const layout = layOut(model, name, abi);
  const view = new DataView(bytes.buffer);
  const scope = new TermScope({ model, abi, env: {} }, [outermostFrame({ model, abi, env: {} }, name)]);
  const value = makeOracle(model, name, abi).decode(view);
  let compared = 0;
  for (const [path, expected] of leavesOf(value)) {
    const place = placed(model, layout, path, abi);
    if (place === undefined) continue;
    const where = `${name}.${path.join('.')} on ${abi.name} ${abi.endian}`;
    expect(readPlace(place, view, 0), where).toBe(BigInt(expected));
    const term = scope.term({ kind: 'name', path, span: { file: '', start: 0, end: 0 } });
    if (term?.kind === 'read') expect({ ...term.place, path: '' }, where).toEqual({ ...place, path: '' });
    compared++;
  }
  return compared;
}

function ownStructs(model: Model): readonly Struct[] {
  return [...model.structs.values()].filter((struct) => !struct.inline);
}

const sizes = (model: Model, name: string, abi: Abi): number => layOut(model, name, abi).minSize;

describe('places', () => {
  it.each(Object.entries(abis))('are where the interpreter reads, in every nesting (%s)', (_, abi) => {
    for (const { name } of ownStructs(nested)) {
      const size = sizes(nested, name, abi);
      fc.assert(
        fc.property(fc.uint8Array({ minLength: size, maxLength: size }), (bytes) => {
          expect(placesAgree(nested, name, abi, bytes)).toBeGreaterThan(0);
        }),
        { numRuns: 30 },
      );
    }
  });

  it.each(Object.entries(abis))('are where the interpreter reads, for random C structs (%s)', (_, abi) => {
    fc.assert(
      fc.property(randomModels('s'), fc.infiniteStream(fc.nat(255)), (model, fill) => {
        for (const { name, kind } of ownStructs(model)) {
          if (kind === 'union') continue;
          const bytes = Uint8Array.from({ length: sizes(model, name, abi) }, () => fill.next().value);
          placesAgree(model, name, abi, bytes);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are where the interpreter reads, for every struct of the package', () => {
    const found = { compared: 0 };
    const [fill] = fc.sample(fc.uint8Array({ minLength: 4096, maxLength: 4096 }), 1);
    for (const model of pinnedModels())
      for (const abi of [abis.lp64, abis['lp64-be'], abis['i386-be']])
        for (const { name, fields } of ownStructs(model)) {
          if (fields.some(({ at, count }) => at !== undefined || count !== undefined)) continue;
          const bytes = (fill ?? new Uint8Array(4096)).slice(0, sizes(model, name, abi));
          found.compared += decodes(model, name, abi, bytes) ? placesAgree(model, name, abi, bytes) : 0;
        }
    expect(found.compared).toBeGreaterThan(3000);
  });

  it('change the bits that they read and no others', () => {
    const abi = abis['lp64-be'];
    const layout = layOut(nested, 'order_block', abi);
    const size = layout.minSize;
    const example = fc.tuple(fc.uint8Array({ minLength: size, maxLength: size }), fc.bigInt(), fc.nat());
    fc.assert(
      fc.property(example, ([bytes, value, pick]) => {
        const leaves = leavesOf(makeOracle(nested, 'order_block', abi).decode(new DataView(bytes.buffer)));
        const places = leaves.flatMap(([path]) => placed(nested, layout, path, abi) ?? []);
        const chosen = places[pick % places.length];
        if (chosen === undefined) throw new Error('no place');
        const after = bytes.slice();
        writePlace(chosen, new DataView(after.buffer), 0, value);
        const own = BigInt.asUintN(chosen.width, value);
        const wanted = chosen.signed ? BigInt.asIntN(chosen.width, own) : own;
        expect(readPlace(chosen, new DataView(after.buffer), 0)).toBe(wanted);
        writePlace(chosen, new DataView(after.buffer), 0, readPlace(chosen, new DataView(bytes.buffer), 0));
        expect(after).toEqual(bytes);
      }),
    );
  });
});

describe('the byte order of a value', () => {
  it.each(Object.entries(abis))(
    'is the same in the interpreter, in generated code and in rules (%s)',
    (key, abi) => {
      const module = key.endsWith('-be') ? (generated?.big ?? generated?.little) : generated?.little;
      const codec = codecsOf(module ?? {})['order_block']?.[abi.name];
      const oracle = makeOracle(nested, 'order_block', abi);
      const validator = makeValidator(nested, 'order_block', { abi });
      expect(codec).toBeDefined();
      const size = oracle.minSize;
      // Small integers on either end, so that rules pass and fail.
      const byte = fc.oneof(fc.constant(0), fc.constant(1), fc.nat(255));
      fc.assert(
        fc.property(fc.array(byte, { minLength: size, maxLength: size }), (all) => {
          const bytes = Uint8Array.from(all);
          const view = new DataView(bytes.buffer);
          const value = oracle.decode(view) as unknown as OrderBlock;
          expect(codec?.decode(view)).toEqual(value);
          const issues = validator?.validate(bytes).issues ?? [];
          const found = issues
            .filter(({ path }) => !path.startsWith('several'))
            .map(({ code, path, errno }) => (code === 'broken-rule' ? errno : path));
          expect([...found].sort(), JSON.stringify(value)).toEqual(failing(value));
        }),
        { numRuns: 300 },
      );
    },
  );
});

interface Own {
  readonly a: number;
  readonly l: number;
  readonly b: number;
  readonly high: number;
}
interface Block {
  readonly r: number;
  readonly f: { readonly lo: number; readonly hi: number };
}
interface OrderBlock {
  readonly in: Own;
  readonly r: number;
  readonly g: {
    readonly x: number;
    readonly y: number;
    readonly deep: { readonly z: number; readonly again: Own };
  };
  readonly held: { readonly plain: number; readonly block: Block; readonly place: { readonly x: number } };
  readonly block: Block;
}

/** What test/specs/byte-order.yaml says of a value, said once more by hand: fields out of range, errnos of rules. */
function failing({ in: own, r, g, held, block }: OrderBlock): readonly string[] {
  const outside = (value: number, first: number, last: number): boolean => value < first || value > last;
  const { again } = g.deep;
  const failed: readonly (readonly [string, boolean])[] = [
    ...[...ranges('in', own), ...ranges('g.deep.again', again)],
    ['ENOSPC', r >= 0x100_0000],
    ['EBADF', g.x + g.y >= 0xff00],
    ['ENXIO', g.deep.z < held.plain],
    ['EPERM', !(again.high < 0 || again.a < 0x100)],
    ['EBUSY', held.block.f.lo === held.place.x],
    ['EEXIST', block.f.hi !== 0 && block.r >= 0x8000],
  ];
  return failed.flatMap(([id, fails]) => (fails ? [id] : [])).sort();

  function ranges(path: string, { a, l, b, high }: Own): readonly (readonly [string, boolean])[] {
    return [
      [`${path}.a`, outside(a, 1, 0x1ff)],
      [`${path}.l`, outside(l, 0, 0x2ff)],
      [`${path}.b`, outside(b, 0, 0x3ff)],
      [`${path}.high`, outside(high, -3, 900)],
    ];
  }
}

function decodes(model: Model, name: string, abi: Abi, bytes: Uint8Array): boolean {
  try {
    makeOracle(model, name, abi).decode(new DataView(bytes.buffer));
    return true;
  } catch {
    return false;
  }
}
