/**
 * The text of a file in UTF-8 or UTF-16, as editors and PowerShell write it; a byte order mark is no part of it. UTF-16
 * without a mark is known by its zeros, if the text starts with ASCII.
 *
 * @returns null for bytes that are no such text
 */
export function unicodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === undefined || second === undefined) return 'utf-8';
  if (first !== 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== 0 ? 'utf-16be' : 'utf-8';
}
