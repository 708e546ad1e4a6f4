import { ByteSink, bytesMax } from './byte-sink.ts';
import { digitOf } from './groups.ts';
import { excerpt, ReadError } from './read-error.ts';

const letters: Readonly<Record<string, number>> = {
  n: 0x0a,
  t: 0x09,
  r: 0x0d,
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  v: 0x0b,
  e: 0x1b,
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
};

/** How the text of string literals is walked. */
export class StringReader {
  at: number;
  readonly text: string;
  readonly sink: ByteSink = new ByteSink();
  /** True if a character stood there that is no hex digit, or an escape. */
  hasMeaning = false;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  /** Skips white space, and a backslash at the end of a line. */
  skip(): void {
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at] as string;
      if (/\s/.test(char)) continue;
      if (char !== '\\' || !/[\r\n]/.test(this.text[this.at + 1] ?? '')) return;
    }
  }

  /** Takes a text if it is next. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Reads a string from its quote to the other one. @throws ReadError if it has none */
  string(): void {
    const quote = this.text[this.at++] as string;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined || char === '\n' || char === '\r') {
        throw this.error(`the string has no ${quote} at its end`);
      }
      if (char === quote) {
        this.at++;
        return;
      }
      this.character(char);
    }
  }

  /** Reads one character or escape. */
  character(char: string): void {
    if (char === '\\') {
      this.#escape();
      return;
    }
    const code = char.charCodeAt(0);
    if (code < 0x20 || code > 0x7e)
      throw this.error(`the string has a character that is not a byte: ${excerpt(char)}`);
    if ((digitOf[code] ?? 16) > 15 && code !== 0x20) this.hasMeaning = true;
    this.sink.push(code);
    this.at++;
  }

  #escape(): void {
    this.hasMeaning = true;
    const next = this.text[this.at + 1] ?? '';
    if (next === 'x') {
      const high = digitOf[this.text.charCodeAt(this.at + 2)] ?? 16;
      const low = digitOf[this.text.charCodeAt(this.at + 3)] ?? 16;
      if (high > 15 || low > 15) throw this.error('\\x without two hex digits');
      this.sink.push(high * 16 + low);
      this.at += 4;
      return;
    }
    const octal = /^[0-7]{1,3}/.exec(this.text.slice(this.at + 1, this.at + 4));
    if (octal !== null) {
      const value = Number.parseInt(octal[0], 8);
      if (value > 0xff) throw this.error(`\\${octal[0]} is not a byte`);
      this.sink.push(value);
      this.at += 1 + octal[0].length;
      return;
    }
    const letter = letters[next];
    if (letter === undefined) throw this.error(`unknown escape ${excerpt(`\\${next}`)}`);
    this.sink.push(letter);
    this.at += 2;
  }

  /** Reads `<repeats 31 times>` behind the last byte, if it is there. */
  repeats(): boolean {
    const found = /^\s{0,8}<repeats (\d{1,9}) times>/.exec(this.text.slice(this.at, this.at + 40));
    if (found === null) return false;
    const times = Number(found[1]);
    if (times < 1 || times > bytesMax) throw this.error(`${times} repeats are too many`);
    this.sink.repeat(1, times - 1);
    this.at += found[0].length;
    return true;
  }

  /** Refuses the text at this place. */
  error(message: string): ReadError {
    let line = 1;
    for (let at = this.text.indexOf('\n'); at >= 0 && at < this.at; at = this.text.indexOf('\n', at + 1))
      line++;
    return new ReadError(message, { line });
  }

  /** Refuses a string that was cut short by what printed it. */
  refuseCut(): void {
    if (this.text.startsWith('...', this.at) || this.text[this.at] === '…') {
      throw new ReadError('the string is cut short, as the dots after it show', {
        hint: 'print all of it: strace -s 65536, gdb: set print elements 0',
      });
    }
  }
}
