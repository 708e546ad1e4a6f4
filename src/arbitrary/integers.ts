import fc from 'fast-check';
import type { Bounds } from '../codec/oracle/integer-kind.ts';
import type { FlagSet, SetValue } from '../model/declaration.ts';
import type { Mode } from './options.ts';

/** Integers within bounds. */
export function integers(bounds: Bounds, mode: Mode): fc.Arbitrary<bigint> {
  const all = fc.bigInt({ min: bounds.first, max: bounds.last });
  return mode === 'boundary' ? fc.constantFrom(...boundariesOf(bounds)) : all;
}

/** The ends of a range, what lies beside them, and the powers of two inside. */
export function boundariesOf({ first, last }: Bounds): readonly bigint[] {
  const near = [0n, 1n, -1n, first, first + 1n, last, last - 1n];
  const powers = [7n, 8n, 15n, 16n, 31n, 32n, 63n].flatMap((bits) => [(1n << bits) - 1n, 1n << bits]);
  return [...new Set([...near, ...powers])].filter((value) => value >= first && value <= last);
}

/** Values that count or place something: small ones mostly, so that payloads stay small. */
export function counts(bounds: Bounds): fc.Arbitrary<bigint> {
  const most = bounds.last < 8n ? bounds.last : 8n;
  const small = fc.bigInt({ min: 0n, max: most });
  if (bounds.last > 0xfffn) return small;
  return fc.oneof(
    { arbitrary: small, weight: 7 },
    { arbitrary: fc.bigInt({ min: 0n, max: bounds.last }), weight: 1 },
  );
}

/** Unions of the flags of a set that fit in a number of bits. */
export function flagsIn(set: FlagSet, width: number): fc.Arbitrary<bigint> {
  const members = set.values.filter(({ role, value }) => role === 'member' && value < 1n << BigInt(width));
  return fc
    .subarray(members.map(({ value }) => value))
    .map((values) => values.reduce((sum, value) => sum | value, 0n));
}

/** Values of an enum that fit. */
export function valuesIn(values: readonly SetValue[], bounds: Bounds): fc.Arbitrary<bigint> {
  const known = values.filter(
    ({ role, value }) => role !== 'bound' && value >= bounds.first && value <= bounds.last,
  );
  return known.length === 0 ? fc.constant(0n) : fc.constantFrom(...known.map(({ value }) => value));
}
