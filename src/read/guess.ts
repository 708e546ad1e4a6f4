import { ByteSink, bytesMax } from './byte-sink.ts';
import type { Row } from './row.ts';
import { columnFits } from './text-column.ts';

/** The order of the bytes in a group: as they are printed, or those of a word. */
export type GroupOrder = 'printed' | 'little' | 'big';

/** One way to read the rows of a dump. */
export interface GuessKind {
  /** Whether the bytes stand again as text behind each row. */
  readonly column: boolean;
  readonly order: GroupOrder;
  /** Of the addresses. */
  readonly radix: 8 | 10 | 16;
  /** Bytes of a group. */
  readonly width: number;
  /** Whether rows may be missing: their bytes are 0xff then. */
  readonly gaps: boolean;
}

/** Bytes that a dump leaves out. */
export interface Missing {
  readonly offset: number;
  readonly size: number;
}

/** Digits behind the bytes of a row that are none because one is missing. */
const oddDigits = /^[\s,:;-]*(?:0x)?([0-9a-f]{1,20})(?=[\s,:;-]|$)/i;

const digitsOf = { 8: /^[0-7]+$/, 10: /^[0-9]+$/, 16: /^[0-9a-f]+$/i } as const;

/** A reading of rows under one assumption, until one of them contradicts it. */
export class Guess {
  readonly kind: GuessKind;
  readonly sink: ByteSink = new ByteSink();
  readonly missing: Missing[] = [];
  /** The address of the first byte. */
  base: bigint | null = null;
  /** Why the rows cannot be so; null as long as they can. */
  failure: string | null = null;
  /** Bytes of the longest row, and of the last one. */
  #longest = 0;
  #last = 0;
  /** Bytes that may fill up the last word. */
  #padding = 0;
  /** True behind a line of `*`. */
  #isSqueezed = false;
  /** True if the last row is put together of several lines, and if a later address has confirmed the first one. */
  #isWrapped = false;
  #isConfirmed = false;

  constructor(kind: GuessKind) {
    this.kind = kind;
  }

  /** Reads a row. */
  take(row: Row): void {
    const bytes = this.#bytesOf(row);
    if (bytes === null) return;
    if (row.mark !== 'none') {
      if (!this.#reach(row.address)) return;
      this.#last = bytes.length;
    } else if (this.base === null) this.#last = bytes.length;
    else {
      if (!this.#wrap(row, bytes.length)) return;
      this.#last += bytes.length;
    }
    this.#longest = Math.max(this.#longest, this.#last);
    this.sink.append(bytes);
  }

  /** Reads a line of `*`. */
  squeeze(): void {
    if (this.base === null)
      this.#fail('* means repeated rows, but rows without addresses do not say how many');
    else if (this.#last < this.#longest) this.#fail('* follows a row that is cut short');
    this.#isSqueezed = true;
  }

  /** Reads the line at the end that is only an address. */
  end(address: string): void {
    const offset = this.#offsetOf(address);
    if (offset === null) return;
    const surplus = this.sink.size - offset;
    if (surplus > 0 && surplus <= this.#padding && this.sink.view(offset).every((byte) => byte === 0)) {
      this.sink.cut(offset);
      this.#isConfirmed = true;
      return;
    }
    this.#reach(address);
  }

  /** Says what the end of the rows means. */
  finish(): void {
    if (this.#isSqueezed) this.#fail('the dump ends after *, but the address of its end is missing');
    else if (
      this.#isWrapped &&
      (this.#last < this.#longest || (!this.#isConfirmed && this.#last % 16 !== 0))
    ) {
      this.#fail('the last row is broken in two and cut short');
    }
  }

  /** True if an address has said how long the rows before it are. */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /** The bytes of a row; null if it cannot be read so. */
  #bytesOf(row: Row): Uint8Array | null {
    const { groups } = row;
    const odd = row.mark === 'none' ? oddDigits.exec(row.rest) : null;
    if (odd !== null && (odd[1] ?? '').length % 2 !== 0) {
      return this.#fail(`odd number of hex digits (${odd[1]?.length}) in ${odd[1]}, two make a byte`);
    }
    if (!this.kind.column) {
      const isNarrow = row.mark === 'colon' || (row.mark === 'space' && groups.width === 1);
      if (groups.isSpread && isNarrow && !row.isDebuggers) {
        return this.#fail('more than one space between groups');
      }
      if (row.rest.trim() !== '') return this.#fail('text after the bytes');
      return this.#ordered(row, groups.count) ?? this.#fail('groups of digits that are not alike');
    }
    const words = this.kind.order !== 'printed' && row.mark === 'space' ? this.kind.width - 1 : 0;
    for (let count = groups.splits; count > 0; count--) {
      const bytes = this.#ordered(row, count);
      if (bytes === null) continue;
      const text = row.behind(count);
      // Text of nothing but spaces is often cut off, but so are groups; a whole row is one with all of its groups.
      if (this.kind.width > 1 && text.trim() === '' && bytes.length < this.#longest) continue;
      const size = columnFits(bytes, text, words);
      if (size >= 0) return bytes.subarray(0, size);
    }
    return this.#fail('the text after the bytes does not match the bytes');
  }

  /** The bytes of the first groups in their order; null if groups cannot be so. */
  #ordered({ groups, mark, isDebuggers }: Row, count: number): Uint8Array | null {
    const { order, width, column } = this.kind;
    const shape = groups.shapeOf(count);
    const isWord = order !== 'printed';
    this.#padding = isWord && mark === 'space' && !column ? width - 1 : 0;
    if (groups.width !== width) {
      // The end of a dump: less than a group, or single bytes if the kernel cannot fill a word.
      const isEnd = mark === 'colon' && !isDebuggers && groups.width < width && shape === 'even';
      const isPlain = mark === 'none' && !isWord;
      if (!isPlain && !(isEnd && (count === 1 || (groups.width === 1 && isWord)))) return null;
    }
    // A group that is alone may be the start of a word.
    const isStart = mark === 'colon' && !isDebuggers && count === 1 && groups.width < 8;
    if (isWord && ![1, 2, 4, 8].includes(groups.width) && !isStart) return null;
    if (shape === 'uneven' && (isWord || mark !== 'none' || column)) return null;
    if (shape === 'short tail' && isWord && (mark !== 'colon' || isDebuggers)) return null;
    return order === 'little' ? groups.reversed(count) : groups.printed(count);
  }

  /** Takes a line without an address for the rest of the row before it, as mails break long lines. */
  #wrap({ groups }: Row, size: number): boolean {
    const isRest =
      !this.kind.column &&
      groups.width === 1 &&
      groups.marked === 0 &&
      groups.separators === '' &&
      !this.#isSqueezed;
    if (!isRest || this.#last + size > Math.max(16, this.#longest))
      return this.#contradict('a line without an address');
    this.#isWrapped = true;
    return true;
  }

  /** Goes to an address: that behind the last row, or one behind rows that are left out. */
  #reach(address: string): boolean {
    const offset = this.#offsetOf(address);
    if (offset === null) return false;
    if (this.sink.size === 0) return true;
    const gap = offset - this.sink.size;
    if (this.#isSqueezed) {
      this.#isSqueezed = false;
      if (gap <= 0 || gap % this.#last !== 0 || this.sink.size + gap > bytesMax) {
        return this.#contradict('the address does not fit the rows that * repeats');
      }
      this.sink.repeat(this.#last, gap / this.#last);
    } else if (gap < 0) {
      return this.#contradict(`the address goes back: ${-gap} bytes would appear twice`);
    } else if (gap > 0) {
      if (!this.kind.gaps || this.sink.size + gap > bytesMax || this.#isWrapped) {
        return this.#contradict(`${gap} bytes are missing before this row`);
      }
      this.missing.push({ offset: this.sink.size, size: gap });
      this.sink.fill(0xff, gap);
    }
    this.#isWrapped = false;
    this.#isConfirmed = true;
    return true;
  }

  /** How far an address is from the first one; null if it is none. */
  #offsetOf(address: string): number | null {
    const { radix } = this.kind;
    if (!digitsOf[radix].test(address)) return this.#fail(`${address} is not an address in base ${radix}`);
    const value = radix === 16 ? BigInt(`0x${address}`) : BigInt(Number.parseInt(address, radix));
    this.base ??= value;
    return Number(value - this.base);
  }

  #fail(reason: string): null {
    this.failure ??= reason;
    return null;
  }

  #contradict(reason: string): false {
    this.failure ??= reason;
    return false;
  }
}
