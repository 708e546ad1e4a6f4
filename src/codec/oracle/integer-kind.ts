import type { Abi } from '../../layout/abi.ts';
import { scalars, type Type } from '../../model/type.ts';
import { EncodeError } from '../runtime/errors.ts';

/** How one integer stands in memory and in a value. */
export interface IntegerKind {
  readonly bytes: number;
  readonly signed: boolean;
  readonly order: 'little' | 'big';
  /** The value is a bigint: 64-bit integers and pointers, whatever their width. */
  readonly wide: boolean;
}

/** The integer that a type is, undefined for other types; `native` is the order of types that do not say theirs. */
export function integerKindOf(type: Type, abi: Abi, native: 'little' | 'big'): IntegerKind | undefined {
  if (type.kind === 'pointer') return { bytes: abi.pointerBytes, signed: false, order: native, wide: true };
  if (type.kind !== 'scalar') return undefined;
  const { bytes, signed, order } = scalars[type.name];
  return { bytes, signed, order: order === 'native' ? native : order, wide: bytes === 8 };
}

/** Smallest and largest value of a number of bits. */
export interface Bounds {
  readonly first: bigint;
  readonly last: bigint;
}

/** What fits in so many bits. */
export function boundsOf(width: number, signed: boolean): Bounds {
  if (!signed) return { first: 0n, last: (1n << BigInt(width)) - 1n };
  return { first: -(1n << BigInt(width - 1)), last: (1n << BigInt(width - 1)) - 1n };
}

/** What a caller may give for an integer. */
export interface Wanted extends Bounds {
  /** A bigint is wanted, else a number. */
  readonly wide: boolean;
}

/** Where a value is written: for errors. */
export interface Place {
  readonly where: string;
  readonly offset: number;
}

/** The integer that a caller gave. @throws EncodeError where it has another type or does not fit */
export function checkInteger(value: unknown, wanted: Wanted, place: Place): bigint {
  const { first, last, wide } = wanted;
  const kind = wide ? 'bigint' : 'number';
  const expected = `a ${kind} from ${first} to ${last}`;
  const fits = wide ? typeof value === 'bigint' : typeof value === 'number';
  if (!fits) throw new EncodeError('wrong-type', place.where, place.offset, expected, value);
  const whole = typeof value === 'bigint' || Number.isInteger(value);
  const integer = whole ? BigInt(value as number | bigint) : null;
  if (integer === null || integer < first || integer > last) {
    throw new EncodeError('out-of-range', place.where, place.offset, expected, value);
  }
  return integer;
}

/** An integer as values hold it. */
export function asValue(integer: bigint, wide: boolean): number | bigint {
  return wide ? integer : Number(integer);
}
