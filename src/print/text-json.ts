/** Every byte must belong to a character, which stands in the text. */
const strict = { fatal: true, ignoreBOM: true };

/**
 * Bytes as the text of a JSON string, from which {@link bytesOfText} makes the same bytes: UTF-8, with `\xNN` for a byte that
 * belongs to no character and `\\` for a backslash.
 *
 * @param room bytes of an array that always has as many: zeros at its end fill it up and are no text
 */
export function textOfBytes(bytes: Uint8Array, room: number | null): string {
  let end = bytes.length;
  if (room !== null) while (end > 0 && bytes[end - 1] === 0) end--;
  try {
    return new TextDecoder('utf-8', strict).decode(bytes.subarray(0, end)).replaceAll('\\', '\\\\');
  } catch {
    return textByCharacters(bytes.subarray(0, end));
  }
}

function textByCharacters(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', strict);
  let text = '';
  for (let start = 0; start < bytes.length; ) {
    const own = bytes.subarray(start, start + characterLength(bytes[start] ?? 0));
    try {
      const character = decoder.decode(own);
      text += character === '\\' ? '\\\\' : character;
      start += own.length;
    } catch {
      text += `\\x${(bytes[start] ?? 0).toString(16).padStart(2, '0')}`;
      start++;
    }
  }
  return text;
}

/** The bytes that a text stands for; null if a backslash starts neither `\xNN` nor `\\`. */
export function bytesOfText(text: string): Uint8Array | null {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const [part] of text.matchAll(/\\x[0-9a-f]{2}|\\\\|\\|[^\\]+/gi)) {
    if (part === '\\') return null;
    if (part === '\\\\') parts.push(Uint8Array.of(0x5c));
    else if (part.startsWith('\\')) parts.push(Uint8Array.of(Number.parseInt(part.slice(2), 16)));
    else parts.push(encoder.encode(part));
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Bytes of a character of UTF-8 that starts so; 1 if none does. */
function characterLength(first: number): number {
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}
