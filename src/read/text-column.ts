/**
 * Whether what stands behind the bytes of a row is the same bytes as text, a character for each, a dot for those that
 * cannot be printed. It may stand between bars (hexdump -C), angles (od), or stars (UEFI).
 *
 * @param padded bytes that the row's last word may have beyond the text's end, all zero: od fills up words
 * @returns number of bytes that the text has; -1 if it is another text
 */
export function columnFits(bytes: Uint8Array, rest: string, padded: number): number {
  const { length } = bytes;
  let end = rest.length;
  while (end > 0 && isSpace(rest.charCodeAt(end - 1))) end--;
  let start = 0;
  while (start < end && isSpace(rest.charCodeAt(start))) start++;
  if (start === 0 && end > 0) return -1;
  const close = closing[rest[start] as string];
  if (close !== undefined && rest[end - 1] === close && end - start - 2 >= 0) {
    const own = end - start - 2;
    const spare = length - own;
    if (spare >= 0 && spare <= padded && isZero(bytes, own) && sameText(bytes, rest, start + 1, own))
      return own;
  }
  if (end - start > length) return -1;
  // Spaces at either end may be bytes or what stands around them; those behind are often cut off.
  for (let leading = 0; leading <= length - (end - start); leading++) {
    if (leading > 0 && leading >= start) break;
    if (sameText(bytes, rest, start - leading, length)) return length;
    if (bytes[leading] !== 0x20) break;
  }
  return -1;
}

const closing: Readonly<Record<string, string>> = { '|': '|', '>': '<', '*': '*' };

/** True if a text from a place on is that of the bytes; behind its end there are spaces. */
function sameText(bytes: Uint8Array, text: string, from: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    const code = from + i < text.length ? text.charCodeAt(from + i) : 0x20;
    // Some programs print other signs than a dot for what is not ASCII.
    if (byte >= 0x20 && byte < 0x7f ? code !== byte : code !== 0x2e && code < 0x80) return false;
  }
  return true;
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
