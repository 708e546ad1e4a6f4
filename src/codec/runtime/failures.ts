/**
 * What generated code calls when something is wrong: each function makes the error that the caller throws.
 * They stand outside of decoders and encoders so that these stay small and fast.
 */
import { CodecError, DecodeError, EncodeError } from './errors.ts';

/** Fewer bytes up to `end` than the struct or field needs. */
export function tooShort(where: string, offset: number, needed: number, end: number): DecodeError {
  return new DecodeError('too-short', where, offset, needed, roomOf(offset, end));
}

/** An array with more elements than bytes are left for; `given` is what there is room for. */
export function badCount(where: string, offset: number, count: number, given: number): DecodeError {
  return new DecodeError('bad-count', where, offset, count, roomOf(0, given));
}

/** A field whose place depends on the contents and lies outside; `given` is the last place that is inside. */
export function badOffset(where: string, offset: number, given: number): DecodeError {
  return new DecodeError('bad-offset', where, offset, `an offset up to ${given}`, offset);
}

/** A buffer with less room up to `end` than the struct or field needs. */
export function noRoom(where: string, offset: number, needed: number, end: number): EncodeError {
  return new EncodeError('too-short', where, offset, needed, roomOf(offset, end));
}

/** A value that is no object, or else a buffer with less room up to `end` than the struct needs. */
export function cannotStart(
  where: string,
  value: unknown,
  offset: number,
  needed: number,
  end: number,
): EncodeError {
  const object = typeof value === 'object' && value;
  return object
    ? new EncodeError('too-short', where, offset, needed, roomOf(offset, end))
    : new EncodeError('wrong-type', where, offset, 'an object', value);
}

/** A value that is no integer of the type: u8 to u64, s8 to s64, some bits (`u5`), or a pointer (`p32`). */
export function notInteger(type: string, where: string, value: unknown, offset: number): EncodeError {
  const values = 1n << BigInt(type.slice(1));
  const negative = type[0] === 's' ? values >> 1n : 0n;
  const wanted = values >> 33n || type[0] === 'p' ? 'bigint' : 'number';
  const code = typeof value === wanted ? 'out-of-range' : 'wrong-type';
  const range = `a ${wanted} from ${-negative} to ${values - negative - 1n}`;
  return new EncodeError(code, where, offset, range, value);
}

/** A value of another kind than the member's: no object, array or Uint8Array. */
export function wrongType(where: string, value: unknown, offset: number, expected: string): EncodeError {
  return new EncodeError('wrong-type', where, offset, expected, value);
}

/** An array with another number of elements than its type or its count says. */
export function countMismatch(where: string, offset: number, expected: number, found: number): EncodeError {
  return new EncodeError('count-mismatch', where, offset, expected, found);
}

/** A member that is given although its condition does not hold. */
export function unexpectedField(where: string, value: unknown, offset: number): EncodeError {
  return new EncodeError(
    'unexpected-field',
    where,
    offset,
    'no value, as the field does not exist here',
    value,
  );
}

/** An integer in a union that is not what another given member says; not even an integer of the type, perhaps. */
export function unlike(type: string, where: string, value: unknown, offset: number): EncodeError {
  const bits = Number(type.slice(1));
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (!whole || bits > 32 !== (typeof value === 'bigint')) return notInteger(type, where, value, offset);
  const cut = type.startsWith('s') ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value));
  return cut === BigInt(value) ? unionConflict(where, value, offset) : notInteger(type, where, value, offset);
}

/** A member of a union that differs from another given member in a byte that both have. */
export function unionConflict(where: string, value: unknown, offset: number): EncodeError {
  return new EncodeError('union-conflict', where, offset, 'the same bytes as the member before', value);
}

/** The error of a nested struct, seen from the struct around it; anything but our own errors as it is. */
export function inside(where: string, error: unknown): unknown {
  if (!(error instanceof CodecError)) return error;
  const path = error.path === '' ? where : `${where}.${error.path}`;
  const { code, offset, expected, found } = error;
  return error instanceof DecodeError
    ? new DecodeError(code, path, offset, expected, found)
    : new EncodeError(code, path, offset, expected, found);
}

/** Bytes up to `end`: not less than 0, also for an offset that is no number. */
function roomOf(offset: number, end: number): number {
  return Math.max(end - offset, 0) || 0;
}
