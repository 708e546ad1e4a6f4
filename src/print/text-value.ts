import { hexOf } from './hex.ts';

/** Characters of the EBCDIC code pages that agree on them (letters, digits, common signs); others are `.`. */
const ebcdic: ReadonlyMap<number, string> = new Map([
  ...run(0xc1, 'ABCDEFGHI'),
  ...run(0xd1, 'JKLMNOPQR'),
  ...run(0xe2, 'STUVWXYZ'),
  ...run(0x81, 'abcdefghi'),
  ...run(0x91, 'jklmnopqr'),
  ...run(0xa2, 'stuvwxyz'),
  ...run(0xf0, '0123456789'),
  ...run(0x4b, '.<(+'),
  ...run(0x5c, '*);'),
  ...run(0x60, '-/'),
  ...run(0x6b, ',%_>?'),
  ...run(0x7d, '\'="'),
  ...run(0x40, ' '),
  ...run(0x50, '&'),
  ...run(0x7a, ':'),
]);

function run(first: number, text: string): [number, string][] {
  return [...text].map((letter, i) => [first + i, letter]);
}

/** Bytes that hold text, in quotes; a uuid in its usual form. */
export function textValue(bytes: Uint8Array, encoding: 'ascii' | 'utf8' | 'ebcdic' | 'uuid'): string {
  switch (encoding) {
    case 'uuid':
      return hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    case 'ebcdic':
      return JSON.stringify(Array.from(upToNul(bytes), (byte) => ebcdic.get(byte) ?? '.').join(''));
    case 'ascii':
      return JSON.stringify(Array.from(upToNul(bytes), (byte) => String.fromCharCode(byte)).join(''));
    case 'utf8':
      return JSON.stringify(new TextDecoder().decode(upToNul(bytes)));
  }
}

/** Zero bytes at the end fill a field up and are no text. */
function upToNul(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}
