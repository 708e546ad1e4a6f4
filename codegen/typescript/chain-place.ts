import { type PathTarget, resolvePath } from '../../src/model/path.ts';
import { type Place, placeOfTarget, unsignedPlace } from '../../src/plan/place.ts';
import { literalText } from './code.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';

/** The part of a place that its text depends on. */
type Bits = Pick<Place, 'offset' | 'bytes' | 'littleEndian' | 'shift' | 'width'>;

/** Where a path of a struct stands; undefined if that depends on contents, or it is not an integer. */
export function placeOf(facts: StructFacts, struct: string, path: readonly string[]): Place | undefined {
  const target = resolvePath(facts.model, struct, path, () => undefined);
  return target && fieldPlace(facts, struct, target);
}

/** Where a field that a path was resolved to stands. */
export function fieldPlace(facts: StructFacts, struct: string, target: PathTarget): Place | undefined {
  const place = placeOfTarget(facts.model, facts.layout(struct), target, facts.abi);
  return place && unsignedPlace(place);
}

/** True where numbers hold the whole integer, and DataView has a method for it. */
export function isPlain({ bytes }: Bits): boolean {
  return bytes === 1 || bytes === 2 || bytes === 4;
}

/** An offset behind a variable. */
export function plus(base: string, offset: number): string {
  return offset === 0 ? base : `${base} + ${offset}`;
}

/** Reads the whole integer that a place is in; as a number where that holds it. */
export function readUnitText(module: Module, place: Bits, base: string): string {
  const at = plus(base, place.offset);
  const { bytes, littleEndian } = place;
  if (bytes === 1) return `view.getUint8(${at})`;
  if (isPlain(place)) return `view.getUint${bytes * 8}(${at}, ${littleEndian})`;
  return `${module.runtime('readUnit')}(view, ${at}, ${bytes}, ${littleEndian})`;
}

/** The bits of a place in the integer that holds it. */
export function partText(place: Bits, unit: string): string {
  const { bytes, shift, width } = place;
  const plain = isPlain(place);
  const mask = literalText((1n << BigInt(width)) - 1n, plain);
  if (width === bytes * 8) return unit;
  if (!plain) return shift === 0 ? `${unit} & ${mask}` : `(${unit} >> ${shift}n) & ${mask}`;
  if (shift === 0) return width === 32 ? unit : `${unit} & ${mask}`;
  return shift + width === bytes * 8 ? `${unit} >>> ${shift}` : `(${unit} >>> ${shift}) & ${mask}`;
}

/** Reads the bits of a place as a number. */
export function readText(module: Module, place: Bits, base: string): string {
  const text = partText(place, readUnitText(module, place, base));
  return isPlain(place) ? text : `Number(${text})`;
}

/** The statement that changes some bits of a place, and leaves the others as they are. */
export function writeText(
  module: Module,
  place: Bits,
  base: string,
  value: string,
  mask = (1n << BigInt(place.width)) - 1n,
): string {
  const at = plus(base, place.offset);
  const { bytes, littleEndian, shift } = place;
  const all = (1n << BigInt(bytes * 8)) - 1n;
  const kept = all & ~(mask << BigInt(shift));
  const plain = isPlain(place);
  const given = plain ? value : `BigInt(${value})`;
  const moved = shift === 0 ? given : `(${given} << ${shift}${plain ? '' : 'n'})`;
  const old = readUnitText(module, place, base);
  const text = kept === 0n ? moved : `(${old} & ${literalText(kept, plain)}) | ${moved}`;
  if (!plain) return `${module.runtime('writeUnit')}(view, ${at}, ${bytes}, ${text}, ${littleEndian});`;
  return bytes === 1
    ? `view.setUint8(${at}, ${text});`
    : `view.setUint${bytes * 8}(${at}, ${text}, ${littleEndian});`;
}
