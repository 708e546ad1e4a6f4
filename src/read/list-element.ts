import { bytesMax } from './byte-sink.ts';
import { ReadError } from './read-error.ts';

/** A value of a list. */
export interface ListElement {
  readonly value: bigint;
  /** Digits behind 0x; 0 for a number without it. */
  readonly hexDigits: number;
  /** True if it has zeros before it: octal in C, nothing in Python. */
  readonly isOctal: boolean;
  /** True if the character stands behind it, as gdb prints those of char. */
  readonly hasCharacter: boolean;
  readonly repeats: number;
}

const element =
  /(?<number>-?(?:0[xX](?<hex>[0-9a-fA-F]{1,16})|(?<octal>0[0-7]{1,22})|(?:0|[1-9]\d{0,19})))(?:u?l{0,2}|U?L{0,2}|u(?:8|16|32|64))(?<character> '(?:[^'\\\n]|\\[^\n]|\\[0-7]{3})')?(?: <repeats (?<repeats>\d{1,9}) times>)?(?![\w']|\.(?!\.\.))/y;

/** White space and comments of C, and those of Python and Rust. */
const gap = /(?:\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*|#[^\n]*)+/y;

/** Walks the values of a list. */
export class ListReader {
  readonly text: string;
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  /** Skips white space and comments. */
  skip(): void {
    gap.lastIndex = this.at;
    if (gap.test(this.text)) this.at = gap.lastIndex;
  }

  /** Reads a value. @throws ReadError if there is none */
  element(): ListElement {
    element.lastIndex = this.at;
    const groups = element.exec(this.text)?.groups;
    if (groups === undefined) {
      this.refuseCut();
      throw this.error('expected a number');
    }
    this.at = element.lastIndex;
    const { number = '', hex, octal, character, repeats } = groups;
    const isNegative = number.startsWith('-');
    const digits = isNegative ? number.slice(1) : number;
    const size = BigInt(octal === undefined ? digits : `0o${octal}`);
    const count = repeats === undefined ? 1 : Number(repeats);
    if (count < 1 || count > bytesMax) throw this.error(`${count} repeats are too many`);
    return {
      value: isNegative ? -size : size,
      hexDigits: hex?.length ?? 0,
      isOctal: octal !== undefined,
      hasCharacter: character !== undefined,
      repeats: count,
    };
  }

  refuseCut(): void {
    if (this.text.startsWith('...', this.at) || this.text[this.at] === '…') {
      throw new ReadError('the list is cut short, as the dots show', {
        hint: 'print all of it: gdb: set print elements 0',
      });
    }
  }

  error(message: string): ReadError {
    let line = 1;
    for (let at = this.text.indexOf('\n'); at >= 0 && at < this.at; at = this.text.indexOf('\n', at + 1))
      line++;
    const shown = this.text.slice(this.at, this.at + 20).split(/[\r\n]/)[0] ?? '';
    return new ReadError(`${message}${shown.trim() === '' ? '' : `, found ${JSON.stringify(shown)}`}`, {
      line,
    });
  }
}
