/** An integer as a C literal of a type that can hold it, in hex. */
export function cHex(value: bigint, digits = 1): string {
  const size = value < 0n ? -value : value;
  const text = `0x${size.toString(16).padStart(digits, '0')}${size > 0xffff_ffffn ? 'ULL' : ''}`;
  return value < 0n ? `(-${text})` : text;
}

/** A literal as the schema wrote it, with the suffix that its type asks for. */
export function cLiteral(text: string, value: bigint, suffix: string): string {
  const decimal = /^[0-9]+$/.test(text);
  const digits = decimal && value <= 0x7fff_ffffn ? text.replace(/^0+(?=[0-9])/, '') : text;
  // A decimal literal beyond int has different types in C90 and C99; a hexadecimal one means the same in both.
  const spelled = decimal && value > 0x7fff_ffffn ? `0x${value.toString(16)}` : digits;
  return `${spelled}${suffix !== '' ? suffix : value > 0xffff_ffffn ? 'ULL' : ''}`;
}

/** True where an enumerator can hold the value in every C and C++ (6.7.2.2: the values of an enum are ints). */
export function fitsInt(value: bigint): boolean {
  return value >= -0x8000_0000n && value <= 0x7fff_ffffn;
}
