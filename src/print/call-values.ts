import { hexInteger } from './hex.ts';

/** The bits of a register that are set. */
export function bitsText(value: object, integer: bigint): string {
  const set = Object.entries(value).filter(([, bits]) => !isZero(bits));
  if (set.length === 0) return '0';
  const texts = set.map(([name, bits]) =>
    isInteger(bits) && BigInt(bits) === 1n ? name : `${name}=${bits}`,
  );
  return `${hexInteger(integer)} /* ${texts.join(', ')} */`;
}

/** A number of either kind. */
export function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** The value of a struct. */
export function isObject(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** Nothing but zeros, through and through. */
export function isZero(value: unknown): boolean {
  if (isInteger(value)) return BigInt(value) === 0n;
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0);
  return typeof value === 'object' && value !== null && Object.values(value).every(isZero);
}
