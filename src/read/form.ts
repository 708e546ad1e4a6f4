import type { Guess } from './guess.ts';
import { ReadError } from './read-error.ts';
import type { AddressMark, Row } from './row.ts';

/** Bytes of a row whose first group looks like an offset of so many bytes for each row. */
const rampSteps: readonly number[] = [4, 8, 16, 32];

/** What rows look like: what contradicts itself, what is doubtful, and how such a dump is called. */
export class FormFeatures {
  /** Address of the first row, and what stands behind it. */
  address = '';
  mark: AddressMark = 'none';
  #rows = 0;
  /** Groups of the first row. */
  #count = 0;
  #width = 0;
  #isDebuggers = false;
  #marked = false;
  #isHex = false;
  #isSpread = false;
  #isLogged = false;
  #separators = '';
  #firstRow = '';
  #gapBehindAddress = 0;
  #ramp = true;
  #rampNext = 0;

  /** Adds a row. @returns what it contradicts, or null */
  add(row: Row, isLogged: boolean): string | null {
    const { groups } = row;
    if (this.#rows++ === 0) {
      this.address = row.address;
      this.mark = row.mark;
      if (row.mark === 'none') this.address = '';
      this.#width = groups.width;
      this.#count = groups.count;
      this.#isDebuggers = row.isDebuggers;
      this.#marked = groups.marked > 0;
      this.#firstRow = row.text;
      this.#gapBehindAddress =
        row.text.length - row.text.slice(row.address.length).trimStart().length - row.address.length;
    }
    if (groups.marked > 0 && groups.marked < groups.count)
      return 'some values have 0x before them and others have not';
    if (groups.marked > 0 !== this.#marked) return 'some lines have 0x before the values and others have not';
    if (groups.marked > 0 && (groups.width !== this.#width || groups.shapeOf(groups.count) !== 'even')) {
      return 'values of more than one width';
    }
    if (row.mark !== 'none' && row.address.length < this.address.length)
      return 'an address that is cut short';
    if (row.mark !== 'none' && (row.mark !== this.mark || row.isDebuggers !== this.#isDebuggers)) {
      return 'rows with addresses of two kinds';
    }
    this.#isHex ||= groups.isHex;
    this.#isSpread ||= groups.isSpread || /[,;]/.test(groups.separators);
    this.#isLogged ||= isLogged;
    this.#separators ||= groups.separators;
    const step = groups.count - 1;
    const [first] = groups.printed(1);
    if (this.#rows === 1) this.#rampNext = first ?? 0;
    this.#ramp &&= rampSteps.includes(step) && groups.width === 1 && first === this.#rampNext;
    this.#rampNext = (this.#rampNext + step) & 0xff;
    return null;
  }

  /** True for `00000000: 2800 0000`, as xxd prints unless it is told otherwise. */
  get isXxdLike(): boolean {
    return (
      this.mark === 'colon' &&
      this.#width === 2 &&
      this.#count > 1 &&
      this.address.length === 8 &&
      !this.#isDebuggers
    );
  }

  /** Refuses rows that may be something else than bytes in hex. @throws ReadError */
  refuseDoubtful(guesses: readonly Guess[]): void {
    if (this.#marked || guesses.some(({ kind }) => kind.column)) return;
    if (this.#isSpread && !this.#isHex) {
      throw new ReadError('the numbers may be decimal ones as well as hex digits', {
        hint: 'put 0x before each one if they are hex',
      });
    }
    if (this.mark === 'none' && this.#rows > 1 && this.#ramp && this.#rampNext % 4 === 0) {
      throw new ReadError('the first digits of each line may be offsets as well as bytes', {
        hint: 'put a colon after them if they are offsets',
      });
    }
    const [guess] = guesses;
    if (this.mark !== 'none' && this.#rows === 1 && this.#count === 1 && guess?.isConfirmed === false) {
      throw new ReadError('one group of digits after an offset may be a byte or the start of a word');
    }
    const isOffset = this.#gapBehindAddress > 1 || this.address.length > 5;
    if (this.mark === 'space' && guess?.isConfirmed === false && (guess.base !== 0n || !isOffset)) {
      throw new ReadError(`${this.address} at the start of the line may be an offset as well as bytes`, {
        hint: 'put a colon after it if it is an offset',
      });
    }
  }

  /** Why guesses that hold do not agree. */
  doubt(guesses: readonly Guess[]): ReadError {
    const differ = <T>(part: (guess: Guess) => T): boolean => new Set(guesses.map(part)).size > 1;
    if (differ(({ kind }) => kind.order)) {
      return new ReadError(
        `groups of ${this.#width} bytes may be little-endian words or bytes in the order of their digits`,
        { hint: 'print single bytes (xxd -g 1, od -t x1), or 0x before each word' },
      );
    }
    if (differ(({ kind }) => kind.column)) {
      return new ReadError('the end of a row may be bytes as well as their text');
    }
    return new ReadError('* means repeated rows, and the offsets may be hex, octal or decimal', {
      hint: 'print all rows: hexdump -v, od -v',
    });
  }

  /** What prints such rows; null for plain hex digits. */
  describe({ kind }: Guess): string | null {
    const words = kind.order !== 'printed' && this.#width > 1;
    const size = { 1: 'b', 2: 'h', 4: 'w', 8: 'g' }[this.#width] ?? '';
    if (this.mark === 'none') {
      if (kind.column) return this.#isLogged ? 'a kernel hex dump' : 'a hex dump with text';
      if (this.#marked) return words ? 'words with 0x' : 'bytes with 0x';
      const separator = { ',': 'commas', ':': 'colons', ';': 'semicolons', '-': 'dashes' }[
        this.#separators.charAt(0)
      ];
      if (separator !== undefined) return `hex digits with ${separator}`;
      return this.#isLogged ? 'a kernel hex dump' : null;
    }
    if (this.#isDebuggers) return this.#marked ? `gdb x/x${size}` : 'lldb memory read';
    if (this.mark === 'space') {
      if (this.#firstRow.endsWith('|')) return 'hexdump -C';
      if (this.address.length === 7 && kind.radix === 16 && this.#width === 2 && !kind.column)
        return 'hexdump';
      if (this.address.length === 6 || this.address.length === 7) return `od -t x${this.#width}`;
      return 'a hex dump with offsets';
    }
    if (this.#isLogged) return 'a kernel hex dump';
    if (this.#separators.includes('-')) return 'a UEFI shell dump';
    if (this.address.length >= 12) return 'crash rd';
    if (this.address.length === 8 && kind.column && this.#width > 1) return words ? 'xxd -e' : 'xxd';
    return 'a hex dump with offsets';
  }
}
