/** Integer arithmetic of the schema language that JavaScript's operators do not do. */

/** Quotient, towards zero; 0 for a division by zero. */
export function divide(left: bigint, right: bigint): bigint {
  return right === 0n ? 0n : left / right;
}

/** Remainder of {@link divide}; 0 for a division by zero. */
export function remainder(left: bigint, right: bigint): bigint {
  return right === 0n ? 0n : left % right;
}

/** A shift to the left; 0 for more than 128 bits. */
export function shiftLeft(value: bigint, bits: bigint): bigint {
  return bits < 0n || bits > 128n ? 0n : value << bits;
}

/** A shift to the right; 0 for more than 128 bits. */
export function shiftRight(value: bigint, bits: bigint): bigint {
  return bits < 0n || bits > 128n ? 0n : value >> bits;
}

/** The smallest multiple of `unit` that is not below `value`; 0 where `unit` is not positive. */
export function alignUp(value: bigint, unit: bigint): bigint {
  if (unit <= 0n) return 0n;
  const rest = ((value % unit) + unit) % unit;
  return rest === 0n ? value : value + unit - rest;
}

/** The smaller of two. */
export function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

/** The larger of two. */
export function larger(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

/** Position of the highest bit; 0 for 0 and below. */
export function log2(value: bigint): bigint {
  return value <= 0n ? 0n : BigInt(value.toString(2).length - 1);
}

/** Number of bits that are set; 0 below 0. */
export function popcount(value: bigint): bigint {
  return value <= 0n ? 0n : BigInt(value.toString(2).replaceAll('0', '').length);
}
