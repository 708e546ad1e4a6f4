import { ByteSink } from './byte-sink.ts';
import { digitOf } from './groups.ts';
import { ReadError } from './read-error.ts';
import { type Reading, simpleReading } from './reading.ts';

/** Digits of a group that could be a word of 2, 4 or 8 bytes. */
const wordDigits: readonly number[] = [4, 8, 16];

/**
 * Reads hex digits without anything between the bytes, on one line or several (`xxd -p`).
 *
 * @returns null for any other text
 * @throws ReadError for half a byte, and for lines that may be words
 */
export function readSolidHex(text: string, order: 'little' | 'big'): Reading | null {
  const sink = new ByteSink();
  let lines = 0;
  let width = 0;
  let isEven = true;
  let start = skipSpace(text, 0);
  const isMarked = text[start] === '0' && (text[start + 1] === 'x' || text[start + 1] === 'X');
  if (isMarked) start += 2;
  for (let at = start; at < text.length; ) {
    const first = at;
    let digit = digitOf[text.charCodeAt(at)] ?? 16;
    for (let high = -1; digit < 16; digit = digitOf[text.charCodeAt(++at)] ?? 16) {
      if (high < 0) high = digit;
      else {
        sink.push(high * 16 + digit);
        high = -1;
      }
    }
    const digits = at - first;
    const next = skipSpace(text, at);
    if (digits === 0 || (next < text.length && !isBreak(text, at, next))) return null;
    if (digits % 2 !== 0)
      throw oddDigits(digits, digits > 20 || next < text.length ? '' : text.slice(first, at));
    if (lines++ === 0) width = digits;
    else if (digits !== width) isEven = false;
    at = next;
  }
  if (lines === 0) return null;
  // One number with 0x that fits a word is a word: rows.ts reads it.
  if (isMarked && (lines > 1 || width <= 16)) return null;
  const bytes = sink.view().slice();
  if (
    lines > 1 &&
    isEven &&
    wordDigits.includes(width) &&
    order === 'little' &&
    !isSymmetric(bytes, width / 2)
  ) {
    throw new ReadError(
      `groups of ${width / 2} bytes may be little-endian words or bytes in the order of their digits`,
      { hint: 'write all digits in one line, or 0x before each word' },
    );
  }
  return simpleReading(bytes, null);
}

/** Refuses half a byte. */
export function oddDigits(count: number, word: string): ReadError {
  return new ReadError(
    `odd number of hex digits (${count})${word === '' ? '' : ` in ${word}`}, two make a byte`,
  );
}

/** True if words read the same in both orders. */
function isSymmetric(bytes: Uint8Array, width: number): boolean {
  for (let at = 0; at < bytes.length; at += width) {
    for (let i = 0; i < width; i++) if (bytes[at + i] !== bytes[at + width - 1 - i]) return false;
  }
  return true;
}

function isBreak(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) return true;
  }
  return false;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && (code < 0x09 || code > 0x0d) && code !== 0xfeff) break;
  }
  return at;
}
