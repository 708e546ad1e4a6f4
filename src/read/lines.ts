/** A line that is not blank. */
export interface Line {
  readonly text: string;
  /** From 1 on. */
  readonly number: number;
}

/** The lines of a text that are not blank, one at a time; any of \n, \r\n and \r ends a line. */
export function* linesOf(text: string): Generator<Line> {
  let number = 1;
  let start = 0;
  let first = -1;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 0x0a : text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) {
      if (first >= 0) yield { text: text.slice(first, at).trimEnd(), number };
      if (code === 0x0a || text.charCodeAt(at + 1) !== 0x0a) number++;
      start = at + 1;
      first = -1;
    } else if (first < 0 && code !== 0x20 && (code < 0x09 || code > 0x0d) && code !== 0xfeff) first = start;
  }
}
