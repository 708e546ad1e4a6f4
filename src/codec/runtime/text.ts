/** Part of every JavaScript engine's host, but not of the language's own library. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };

declare const isText: unique symbol;

/** What tells the bytes of text from others, for types only: no value has it. */
export interface TextMark {
  readonly [isText]?: true;
}

/** The bytes of an array of char. Encoders take a string for them too. */
export type TextBytes = Uint8Array & TextMark;

/**
 * The bytes of a text that a caller gives as a string, in UTF-8; anything else as it is.
 *
 * @param room bytes of an array that always has as many: zeros fill it up; a text that is too long stays so, and is refused
 *   where it is written
 */
export function textBytes(given: Uint8Array | string | undefined, room?: number): Uint8Array | undefined {
  if (typeof given !== 'string') return given;
  const bytes = new TextEncoder().encode(given);
  if (room === undefined || bytes.length >= room) return bytes;
  const filled = new Uint8Array(room);
  filled.set(bytes);
  return filled;
}
