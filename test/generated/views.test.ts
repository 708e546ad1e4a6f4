import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StructCodec } from '../../src/codec/runtime/codec.ts';
import { DecodeError } from '../../src/codec/runtime/errors.ts';

type View = Record<string, unknown>;
type ViewClass = new (view: DataView, offset?: number) => View;

const modules = ['ioas', 'iommufd', 'iommufd-test', 'vfio', 'vfio_zdev', 'pci'];
const orders = ['', '.be'];
/** Bytes behind a struct, for what its length depends on. */
const behind = 48;

for (const module of modules) {
  for (const order of module === 'pci' ? [''] : orders) {
    const exports = (await import(`../../src/generated/ts/${module}${order}.ts`)) as Record<string, unknown>;
    const pairs = Object.entries(exports).flatMap(([name, ViewOf]) => {
      const [, struct, abi] = /^(.*)View(|Ilp32|I386)$/.exec(name) ?? [];
      const codec = exports[`${struct}Codec${abi}`];
      return struct === undefined || codec === undefined
        ? []
        : [{ name, ViewOf: ViewOf as ViewClass, codec: codec as StructCodec<View> }];
    });

    describe(`views of ${module}${order}`, () => {
      test('give what decoders give, and write what encoders write', () => {
        expect(pairs.length).toBeGreaterThan(2);
        let compared = 0;
        for (const { ViewOf, codec } of pairs) {
          const size = codec.minSize + behind;
          const some = fc.uint8Array({ minLength: size, maxLength: size, size: 'max' });
          const few = fc
            .array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(3)), {
              minLength: size,
              maxLength: size,
              size: 'max',
            })
            .map((bytes) => Uint8Array.from(bytes));
          const law = fc.property(fc.oneof(some, few), fc.nat(8), (contents, offset) => {
            const bytes = new Uint8Array(offset + size);
            bytes.set(contents, offset);
            const data = new DataView(bytes.buffer);
            const value = decoded(codec, data, offset);
            if (value === null) return;
            compared += compare(new ViewOf(data, offset), value);
            expect(bytes.subarray(offset)).toEqual(contents);
          });
          fc.assert(law, { numRuns: 6 });
        }
        expect(compared).toBeGreaterThan(pairs.length);
      });
    });
  }
}

function decoded(codec: StructCodec<View>, data: DataView, offset: number): View | null {
  try {
    return codec.decode(data, offset);
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}

/** Compares each member and writes it again; the number of members. */
function compare(view: View, value: View): number {
  let compared = 0;
  const ViewOf = view.constructor as ViewClass;
  const blank = new ViewOf(new DataView(new ArrayBuffer(4096)), 16);
  for (const [name, { get, set }] of Object.entries(
    Object.getOwnPropertyDescriptors(Object.getPrototypeOf(view) as object),
  )) {
    const expected = value[name];
    if (name === 'constructor' || expected === undefined) continue;
    if (get === undefined) {
      const element = (index: number): unknown =>
        (view[name] as (index: number) => unknown).call(view, index);
      const elements = expected as readonly unknown[];
      for (const [i, each] of elements.entries()) compared += same(element(i), each);
      expect(element(-1)).toBeUndefined();
      expect(element(0.5)).toBeUndefined();
      continue;
    }
    const found = view[name];
    compared += same(found, expected);
    if (set === undefined) continue;
    // What was there stays, and elsewhere it comes to be there.
    view[name] = found;
    blank[name] = found;
    expect(blank[name]).toBe(found);
  }
  return compared;
}

function same(found: unknown, expected: unknown): number {
  if (found instanceof Uint8Array) {
    expect(found.subarray(0, (expected as Uint8Array).length)).toEqual(expected);
    return 1;
  }
  if (typeof found === 'object' && found !== null) return compare(found as View, expected as View);
  // A register with named bits is one integer in a view.
  if (typeof expected === 'object') return 0;
  expect(found).toBe(expected);
  return 1;
}
