import { ReadError } from './read-error.ts';

/** What a file holds. */
export type Contents = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'binary' };

/** Bytes from which on a few control characters among text are taken for damage, not for data. */
const damagedMin = 8;

const rawHint = '--raw-input reads the bytes as they are';

/**
 * Text if all of it can be printed: ASCII, UTF-8, or UTF-16 with a byte order mark; otherwise binary.
 *
 * @throws ReadError for text with a few control characters in it, which may be either
 */
export function contentsOf(bytes: Uint8Array): Contents {
  const wide = utf16(bytes);
  if (wide !== null) return { kind: 'text', text: plainSpaces(wide) };
  let controls = 0;
  let high = 0;
  let first = -1;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) high++;
    else if (isControl(byte)) {
      if (controls++ === 0) first = i;
    }
  }
  const text = utf8(bytes);
  const odd = controls + (text === undefined ? high : 0);
  if (odd > 0 && (bytes.length < damagedMin || odd > Math.max(1, bytes.length >> 5)))
    return { kind: 'binary' };
  if (controls > 0) {
    throw new ReadError(
      `looks like text, but has the control character 0x${hex2(bytes[first] as number)} at offset ${first}`,
      { hint: rawHint },
    );
  }
  return { kind: 'text', text: plainSpaces(text ?? new TextDecoder('latin1').decode(bytes)) };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text of UTF-16, as Windows writes it; null for anything else. */
function utf16(bytes: Uint8Array): string | null {
  if (bytes.length < 2 || bytes.length % 2 !== 0) return null;
  const mark = ((bytes[0] as number) << 8) | (bytes[1] as number);
  if (mark === 0xfffe || mark === 0xfeff) {
    try {
      const text = new TextDecoder(mark === 0xfffe ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes);
      return isPrintable(text) ? text : null;
    } catch {
      return null;
    }
  }
  if (bytes.length >= 8 && (isEveryOtherZero(bytes, 1) || isEveryOtherZero(bytes, 0))) {
    throw new ReadError('looks like UTF-16 text without a byte order mark', {
      hint: `write it as UTF-8; ${rawHint}`,
    });
  }
  return null;
}

/** True if half of the bytes are zero and the others can be printed. */
function isEveryOtherZero(bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (i % 2 === from ? byte !== 0 : byte >= 0x7f || isControl(byte)) return false;
  }
  return true;
}

/** True if at least half of a text is ASCII, and none of it a control character. */
function isPrintable(text: string): boolean {
  let ascii = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) {
      if (isControl(code)) return false;
      ascii++;
    }
  }
  return ascii * 2 >= text.length;
}

/** Control characters other than tabs, line breaks and the start of a terminal's colours. */
function isControl(code: number): boolean {
  if (code >= 0x20) return code === 0x7f;
  return code !== 0x09 && code !== 0x0a && code !== 0x0d && code !== 0x1b;
}

/** Colours and spaces that do not break lines are what programs and browsers add; neither means anything. */
function plainSpaces(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours begin with one
  const plain = text.includes('\u001b') ? text.replace(/\u001b\[[0-9;]{0,20}m/g, '') : text;
  return plain.includes('\u00a0') ? plain.replaceAll('\u00a0', ' ') : plain;
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
