import { type BitField, restName } from '../../model/bits.ts';
import { maskOf } from './bit-math.ts';
import { asValue } from './integer-kind.ts';
import { isObject, type OpenValue, propertyOf, type StructValue, setProperty } from './value.ts';

/** Width of a range in bits. */
export function widthOf(range: BitField): number {
  return range.high - range.low + 1;
}

/** The bits of a range within an integer, shifted down. */
export function extract(integer: bigint, range: BitField): bigint {
  return (integer >> BigInt(range.low)) & maskOf(widthOf(range));
}

/**
 * Takes an integer apart: a property for each range that is there, `rest` where other bits are set.
 *
 * @param holds tells whether a range is there
 */
export function splitBits(
  integer: bigint,
  ranges: readonly BitField[],
  wide: boolean,
  holds: (range: BitField) => boolean,
): StructValue {
  const value: OpenValue = {};
  let rest = integer;
  for (const range of ranges) {
    if (Object.hasOwn(value, range.name) || !holds(range)) continue;
    setProperty(value, range.name, asValue(extract(integer, range), widthOf(range) > 32));
    rest &= ~(maskOf(widthOf(range)) << BigInt(range.low));
  }
  if (rest !== 0n) setProperty(value, restName(ranges), asValue(rest, wide));
  return value;
}

/** The integer of a value whose properties are known to fit; 0 where there is no value. */
export function joinBits(value: unknown, ranges: readonly BitField[]): bigint {
  if (!isObject(value)) return 0n;
  const given = propertyOf(value, restName(ranges));
  let integer = integerOf(given);
  for (const range of distinct(ranges, value)) {
    integer |= (integerOf(propertyOf(value, range.name)) & maskOf(widthOf(range))) << BigInt(range.low);
  }
  return integer;
}

/** Of two ranges of one name only the first counts. */
function distinct(ranges: readonly BitField[], value: object): readonly BitField[] {
  return ranges.filter(
    (range, i) =>
      Object.hasOwn(value, range.name) && ranges.findIndex(({ name }) => name === range.name) === i,
  );
}

/** A number as an integer; 0 for anything else. */
export function integerOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : 0n;
}
