/**
 * Checks of values before they are written. They are so small that engines put them in place of the call;
 * the errors are made elsewhere. `offset` is only for the error.
 */
import { notInteger, wrongType } from './failures.ts';

/** The value, if it is an integer from 0 to 255. */
export function checkU8(where: string, value: number, offset: number): number {
  if (typeof value !== 'number' || (value & 0xff) !== value) throw notInteger('u8', where, value, offset);
  return value;
}

/** The value, if it is an integer from 0 to 65535. */
export function checkU16(where: string, value: number, offset: number): number {
  if (typeof value !== 'number' || (value & 0xffff) !== value) throw notInteger('u16', where, value, offset);
  return value;
}

/** The value, if it is an integer from 0 to 4294967295. */
export function checkU32(where: string, value: number, offset: number): number {
  if (typeof value !== 'number' || value >>> 0 !== value) throw notInteger('u32', where, value, offset);
  return value;
}

/** The value, if it is a bigint from 0 to 18446744073709551615. */
export function checkU64(where: string, value: bigint, offset: number): bigint {
  if (typeof value !== 'bigint' || BigInt.asUintN(64, value) !== value)
    throw notInteger('u64', where, value, offset);
  return value;
}

/** The value, if it is an integer from -128 to 127. */
export function checkS8(where: string, value: number, offset: number): number {
  if (typeof value !== 'number' || (value << 24) >> 24 !== value)
    throw notInteger('s8', where, value, offset);
  return value;
}

/** The value, if it is an integer from -32768 to 32767. */
export function checkS16(where: string, value: number, offset: number): number {
  if (typeof value !== 'number' || (value << 16) >> 16 !== value)
    throw notInteger('s16', where, value, offset);
  return value;
}

/** The value, if it is an integer from -2147483648 to 2147483647. */
export function checkS32(where: string, value: number, offset: number): number {
  if (typeof value !== 'number' || (value | 0) !== value) throw notInteger('s32', where, value, offset);
  return value;
}

/** The value, if it is a bigint from -9223372036854775808 to 9223372036854775807. */
export function checkS64(where: string, value: bigint, offset: number): bigint {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value)
    throw notInteger('s64', where, value, offset);
  return value;
}

/** The value, if it is a bigint from 0 to 4294967295: a pointer of a 32-bit machine. */
export function checkPointer32(where: string, value: bigint, offset: number): bigint {
  if (typeof value !== 'bigint' || BigInt.asUintN(32, value) !== value)
    throw notInteger('p32', where, value, offset);
  return value;
}

/** The value, if it is an object: a struct, of which only the members' properties count. */
export function checkObject<T>(where: string, value: T, offset: number): T & object {
  if (typeof value !== 'object' || value === null) throw wrongType(where, value, offset, 'an object');
  return value;
}
