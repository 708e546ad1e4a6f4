/**
 * Characters that a terminal obeys instead of showing: controls (C0 but for line breaks and tabs, DEL, C1) and those that
 * turn the direction of text. What a file or a recorded call holds must never reach a terminal as one of them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const hidden = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const everyHidden = new RegExp(hidden, 'g');

/** A text with `\u001b` in the place of each character that a terminal would obey; line breaks and tabs stay. */
export function printable(text: string): string {
  return hidden.test(text) ? text.replace(everyHidden, escaped) : text;
}

/** As {@link printable}, for a text that must stay on one line. */
export function onOneLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, escaped);
}

/** A text with a blank in the place of each such character, line breaks and tabs too: no letter leaves its column. */
export function blanked(text: string): string {
  return text.replace(everyHidden, ' ').replace(/[\n\t]/g, ' ');
}

/** The form of JSON, so that JSON stays JSON. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
