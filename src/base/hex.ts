const digits = new Int8Array(128).fill(-1);
for (let i = 0; i < 10; i++) digits[0x30 + i] = i;
for (let i = 10; i < 16; i++) {
  digits[0x41 + i - 10] = i;
  digits[0x61 + i - 10] = i;
}

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The bytes that hex digits say, two for each; null where a character is none or their number is odd. */
export function bytesOfHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0, at = 0; i < bytes.length; i++, at += 2) {
    const high = digits[text.charCodeAt(at)] ?? -1;
    const low = digits[text.charCodeAt(at + 1)] ?? -1;
    if (high < 0 || low < 0) return null;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** Bytes as hex digits, in small letters, without anything between them. */
export function hexOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += pairs[bytes[i] as number];
  return text;
}
