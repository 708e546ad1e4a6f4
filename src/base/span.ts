/**
 * A place in a source text: a file and a half-open range of character offsets.
 *
 * Lines and columns are computed only when a place is printed (see {@link locate}).
 */
export interface Span {
  /** The file as the user named it. */
  readonly file: string;
  /** Offset of the first character, in UTF-16 code units. */
  readonly start: number;
  /** Offset one past the last character. */
  readonly end: number;
}

/** A place as people write it: line and column, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** The whole line, without its line break. */
  readonly text: string;
}

/** Finds the line and column of an offset in a text. */
export function locate(text: string, offset: number): Position {
  const at = Math.max(0, Math.min(offset, text.length));
  const lineStart = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < lineStart; i = text.indexOf('\n', i + 1)) line++;
  const newline = text.indexOf('\n', lineStart);
  const lineText = text.slice(lineStart, newline === -1 ? text.length : newline).replace(/\r$/, '');
  return { line, column: at - lineStart + 1, text: lineText };
}
