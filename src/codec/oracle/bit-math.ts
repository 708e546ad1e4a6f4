/** An unsigned integer with the lowest `width` bits set. */
export function maskOf(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/** The integer of bytes in memory. */
export function bytesToInteger(bytes: Uint8Array, order: 'little' | 'big'): bigint {
  const count = bytes.length;
  const from = (first: number, last: number): number => {
    let sum = 0;
    for (let i = first; i < last; i++)
      sum = sum * 256 + (bytes[order === 'big' ? i : count - 1 - i] as number);
    return sum;
  };
  // Four bytes fit in a number with room to spare, and numbers are much quicker than bigints.
  if (count <= 4) return BigInt(from(0, count));
  return (BigInt(from(0, count - 4)) << 32n) | BigInt(from(count - 4, count));
}

/** The bytes in memory of the lowest bits of an integer. */
export function integerToBytes(value: bigint, count: number, order: 'little' | 'big'): Uint8Array {
  const lowFirst = Uint8Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  return order === 'little' ? lowFirst : lowFirst.reverse();
}
