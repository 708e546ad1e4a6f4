/** What a message about input may say besides. */
export interface ReadErrorDetails {
  readonly line?: number;
  readonly hint?: string;
  readonly isUnknown?: boolean;
}

/** Input that cannot be read as bytes: one line that says what is wrong and in which line of the input. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  /** What helps. */
  readonly hint: string | undefined;
  /** The line of the input, from 1 on; undefined if the message is about all of it. */
  readonly line: number | undefined;
  /** True if the input is not in a known form; otherwise something in it is wrong. */
  readonly isUnknown: boolean;

  constructor(message: string, { line, hint, isUnknown }: ReadErrorDetails = {}) {
    super(message);
    this.line = line;
    this.hint = hint;
    this.isUnknown = isUnknown ?? false;
  }
}

/** A piece of input for a message: short, and without control characters. */
export function excerpt(text: string): string {
  const shown = text.trim();
  const short = JSON.stringify(shown.length > 60 ? `${shown.slice(0, 57)}...` : shown);
  return short.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
