import type { HelperName } from '../../src/validate/script.ts';

const texts: Readonly<Record<HelperName, string>> = {
  alignUp: `/** x rounded up to a multiple of unit; 0 if there is no such unit. */
function alignUp(x: bigint, unit: bigint): bigint {
  if (unit <= 0n) return 0n;
  const rest = ((x % unit) + unit) % unit;
  return rest === 0n ? x : x + unit - rest;
}`,
  divide: `/** x / y without its fraction; 0 if y is 0. */
function divide(x: bigint, y: bigint): bigint {
  return y === 0n ? 0n : x / y;
}`,
  remainder: `/** What is left of x / y; 0 if y is 0. */
function remainder(x: bigint, y: bigint): bigint {
  return y === 0n ? 0n : x % y;
}`,
  shiftLeft: `function shiftLeft(x: bigint, by: bigint): bigint {
  return by < 0n || by > 128n ? 0n : x << by;
}`,
  shiftRight: `function shiftRight(x: bigint, by: bigint): bigint {
  return by < 0n || by > 128n ? 0n : x >> by;
}`,
  log2: `/** Position of the highest bit; 0 for 0. */
function log2(x: bigint): bigint {
  return x <= 0n ? 0n : BigInt(x.toString(2).length - 1);
}`,
  popcount: `/** Number of bits that are set. */
function popcount(x: bigint): bigint {
  return x <= 0n ? 0n : BigInt(x.toString(2).replaceAll('0', '').length);
}`,
};

/** The definitions of helpers. */
export function helperTexts(names: ReadonlySet<HelperName>): readonly string[] {
  return Object.entries(texts).flatMap(([name, text]) => (names.has(name as HelperName) ? [text] : []));
}
