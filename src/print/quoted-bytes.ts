/** Bytes that are shown of a buffer, as strace does. */
const bytesShown = 32;

const escapes: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `\\x${byte.toString(16).padStart(2, '0')}`,
);

/** Bytes in quotes as `strace -x` writes them, cut off after 32; text where they are said to be text. */
export function quotedBytes(bytes: Uint8Array, isText: boolean): string {
  const shown = bytes.subarray(0, bytesShown);
  const more = bytes.length > bytesShown ? '...' : '';
  if (isText) {
    const end = bytes.indexOf(0);
    return JSON.stringify(
      Array.from(end < 0 ? bytes : bytes.subarray(0, end), (byte) => String.fromCharCode(byte)).join(''),
    );
  }
  let text = '';
  for (const byte of shown) text += escapes[byte];
  return `"${text}"${more}`;
}
