/** An unsigned integer with the lowest `width` bits set. */
export function maskOf(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/** The integer of bytes in memory. */
export function bytesToInteger(bytes: Uint8Array, order: 'little' | 'big'): bigint {
  const highFirst = order === 'big' ? bytes : bytes.slice().reverse();
  return highFirst.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The bytes in memory of the lowest bits of an integer. */
export function integerToBytes(value: bigint, count: number, order: 'little' | 'big'): Uint8Array {
  const lowFirst = Uint8Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  return order === 'little' ? lowFirst : lowFirst.reverse();
}
