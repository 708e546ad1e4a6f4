/**
 * Characters that have no place in a schema: those that a terminal or an editor obeys instead of showing (controls, and
 * marks that turn the direction of text), byte order marks inside of a text, and what is no character at all. Line
 * breaks and tabs are allowed.
 */
const unwanted =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A character that a schema must not have. */
export interface UnwantedCharacter {
  readonly at: number;
  /** What it is, for messages. */
  readonly name: string;
}

/** The first character of a text, from an offset on, that a schema must not have. */
export function findUnwanted(text: string, from = 0): UnwantedCharacter | undefined {
  unwanted.lastIndex = from;
  const match = unwanted.exec(text);
  return match === null ? undefined : { at: match.index, name: nameOf(match[0].charCodeAt(0)) };
}

function nameOf(code: number): string {
  if (code === 0) return 'a NUL byte';
  if (code === 0xfffd) return 'bytes that are not UTF-8';
  if (code === 0xfeff) return 'a second byte order mark (U+FEFF)';
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (code < 0xa0) return `the control character ${hex}`;
  return code >= 0xd800 ? `half a character (${hex})` : `${hex}, which changes the direction of text`;
}
