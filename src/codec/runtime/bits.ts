import { notInteger } from './failures.ts';

/** The value of a range of up to 31 bits for an encoder, 0 where none is given. */
export function checkBits(
  where: string,
  value: number | undefined | null,
  width: number,
  offset: number,
): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number' || (value & ((1 << width) - 1)) !== value || width > 31) {
    if (width === 32 && typeof value === 'number' && value >>> 0 === value) return value;
    throw notInteger(`u${width}`, where, value, offset);
  }
  return value;
}

/** The value of a range of up to 64 bits for an encoder, 0 where none is given. */
export function checkWideBits(
  where: string,
  value: number | bigint | undefined | null,
  width: number,
  offset: number,
): bigint {
  if (value === undefined || value === null) return 0n;
  if (width <= 32) return BigInt(checkBits(where, value as number, width, offset));
  if (typeof value !== 'bigint' || BigInt.asUintN(width, value) !== value) {
    throw notInteger(`u${width}`, where, value, offset);
  }
  return value;
}

/** The value of a signed C bit-field for an encoder, 0 where none is given. */
export function checkSignedBits(
  where: string,
  value: number | bigint | undefined | null,
  width: number,
  offset: number,
): bigint {
  if (value === undefined || value === null) return 0n;
  const wanted = width > 32 ? 'bigint' : 'number';
  const whole = typeof value === 'bigint' || Number.isInteger(value);
  if (typeof value !== wanted || !whole || BigInt.asIntN(width, BigInt(value)) !== BigInt(value)) {
    throw notInteger(`s${width}`, where, value, offset);
  }
  return BigInt.asUintN(width, BigInt(value));
}
