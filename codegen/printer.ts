/**
 * Collects lines of text with indentation.
 *
 * Blank lines never double and never stand at the beginning or the end, so that emitters may ask for one wherever a
 * paragraph could end.
 */
export class Printer {
  readonly #indent: string;
  readonly #lines: string[] = [];
  #depth = 0;
  #blankAsked = false;

  constructor(indent: string) {
    this.#indent = indent;
  }

  /** Adds a line at the current depth. */
  line(text: string): void {
    if (text === '') {
      this.blank();
      return;
    }
    this.#flush();
    this.#lines.push(this.#indent.repeat(this.#depth) + text);
  }

  /** Adds a line at the left margin: a macro or a preprocessor condition. */
  flush(text: string): void {
    this.#flush();
    this.#lines.push(text);
  }

  /** Adds several lines. */
  lines(texts: Iterable<string>): void {
    for (const text of texts) this.line(text);
  }

  /** Adds pieces of text, as many on each line as fit into some columns. */
  filled(pieces: Iterable<string>, columns = 110): void {
    const room = columns - this.#indent.length * this.#depth;
    let line = '';
    for (const piece of pieces) {
      if (line !== '' && line.length + 1 + piece.length > room) {
        this.line(line);
        line = '';
      }
      line += line === '' ? piece : ` ${piece}`;
    }
    if (line !== '') this.line(line);
  }

  /** Asks for one blank line before whatever comes next. */
  blank(): void {
    this.#blankAsked = this.#lines.length > 0;
  }

  /** Runs the body one level deeper. */
  indented(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }

  /** The text, ended by a line break. */
  toString(): string {
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n`;
  }

  #flush(): void {
    if (this.#blankAsked) this.#lines.push('');
    this.#blankAsked = false;
  }
}
