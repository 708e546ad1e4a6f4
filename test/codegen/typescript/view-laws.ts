import fc from 'fast-check';
import { expect } from 'vitest';
import type { StructCodec } from '../../../src/codec/runtime/codec.ts';
import { DecodeError } from '../../../src/codec/runtime/errors.ts';
import type { GeneratedModule } from './generated.ts';

type View = Record<string, unknown>;
type ViewClass = new (view: DataView, offset?: number) => View;

/** Bytes behind a struct, for what its length depends on. */
const behind = 48;

/** A view with the codec of the same struct. */
export interface ViewPair {
  readonly name: string;
  readonly ViewOf: ViewClass;
  readonly codec: StructCodec<View>;
}

/** The views of a generated file that have a codec, too: all but those of structs in place. */
export function viewsOf(module: GeneratedModule): readonly ViewPair[] {
  return Object.entries(module).flatMap(([name, ViewOf]) => {
    const [, struct, abi] = /^(.*)View(|Ilp32|I386)$/.exec(name) ?? [];
    const codec = module[`${struct}Codec${abi}`];
    return struct === undefined || codec === undefined
      ? []
      : [{ name, ViewOf: ViewOf as ViewClass, codec: codec as StructCodec<View> }];
  });
}

/** Holds views to giving what decoders give and writing what encoders write; the number of members compared. */
export function viewsAgree(pairs: readonly ViewPair[]): number {
  let compared = 0;
  for (const { ViewOf, codec } of pairs) {
    const size = codec.minSize + behind;
    const room = { minLength: size, maxLength: size, size: 'max' } as const;
    const few = fc
      .array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(3)), room)
      .map((bytes) => Uint8Array.from(bytes));
    const law = fc.property(fc.oneof(fc.uint8Array(room), few), fc.nat(8), (contents, offset) => {
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
  return compared;
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
