/** Value of each character code below 128 as a hex digit; 16 for all others. */
export const digitOf: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 16 : value;
});

/** The value of a character as a hex digit; 16 if it is none. */
export function digitAt(text: string, at: number): number {
  return digitOf[text.charCodeAt(at)] ?? 16;
}

/** True for a space or a tab. */
export function isGap(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Groups behind which a text column may begin. Rows that have one are short. */
const endsMax = 512;

/** The groups of hex digits at the start of a text, with what separates them. */
export class Groups {
  count = 0;
  /** Bytes of the first group, how many are like it one behind the other, and the bytes of the one behind those. */
  width = 0;
  uniform = 0;
  tail = 0;
  /** Groups with 0x before them. */
  marked = 0;
  /** True if a group has a letter, begins with zero or has 0x: no decimal number looks so. */
  isHex = false;
  /** True if a tab, or more than one space, separates groups other than halves of a row. */
  isSpread = false;
  /** The characters besides white space that separate groups: `,`, `:`, `;` or `-`. */
  separators = '';
  /** Where the last group ends, with what would separate it from another one. */
  end = 0;
  size = 0;
  #ends = new Int32Array(64);
  #bytes = new Uint8Array(64);

  /** Reads groups from a place on. @param joined whether `,`, `:` and `;` may separate them, as `-` always may */
  read(text: string, from: number, joined: boolean): void {
    this.count = this.width = this.uniform = this.tail = this.marked = this.size = 0;
    this.isHex = this.isSpread = false;
    this.separators = '';
    this.end = from;
    for (let at = skipGap(text, from); at < text.length; ) {
      const end = this.#group(text, at, joined);
      if (end < 0) return;
      at = skipGap(text, end);
      const separator = text[at] ?? '';
      const isJoin =
        separator === '-' || (joined && (separator === ',' || separator === ':' || separator === ';'));
      if (isJoin) {
        if (!this.separators.includes(separator)) this.separators += separator;
        at = skipGap(text, at + 1);
        if (at === text.length) this.end = at;
      } else if (at - end > 1 || text.charCodeAt(end) === 0x09) {
        const isHalf = this.width === 1 && this.count === 8 && at - end === 2;
        if (!isHalf) this.isSpread = true;
      }
    }
  }

  /** Reads one group; its end, or -1 if there is none. */
  #group(text: string, start: number, joined: boolean): number {
    let at = start;
    const isMarked =
      text[at] === '0' && (text[at + 1] === 'x' || text[at + 1] === 'X') && digitAt(text, at + 2) < 16;
    if (isMarked) at += 2;
    const first = at;
    let isHex = isMarked || text[at] === '0';
    for (let digit = digitAt(text, at); digit < 16; digit = digitAt(text, ++at)) if (digit > 9) isHex = true;
    const digits = at - first;
    if (digits === 0 || digits % 2 !== 0 || !(at === text.length || isBoundary(text, at, joined))) return -1;
    this.#reserve(digits / 2);
    for (let i = first; i < at; i += 2) {
      this.#bytes[this.size++] = digitAt(text, i) * 16 + digitAt(text, i + 1);
    }
    if (this.count === 0) this.width = digits / 2;
    if (this.uniform === this.count && digits / 2 === this.width) this.uniform++;
    else if (this.uniform === this.count) this.tail = digits / 2;
    if (isHex) this.isHex = true;
    if (isMarked) this.marked++;
    if (this.count < endsMax) this.#ends[this.count] = at;
    this.count++;
    this.end = at;
    return at;
  }

  #reserve(more: number): void {
    if (this.count === this.#ends.length && this.count < endsMax) {
      const ends = new Int32Array(endsMax);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    if (this.size + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.size + more, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** How far the first groups are of one width: all of them, or all but a shorter last one. */
  shapeOf(count: number): 'even' | 'short tail' | 'uneven' {
    if (count <= this.uniform) return 'even';
    return count === this.uniform + 1 && this.tail < this.width ? 'short tail' : 'uneven';
  }

  /** Bytes of the first groups. */
  sizeOf(count: number): number {
    if (count === this.count) return this.size;
    return Math.min(count, this.uniform) * this.width + (count > this.uniform ? this.tail : 0);
  }

  /** Where a group ends; of rows with very many groups, only the first ones. */
  endOf(count: number): number {
    return this.#ends[count - 1] ?? this.end;
  }

  /** The counts of groups behind which a text column may begin, the largest first. */
  get splits(): number {
    return Math.min(this.count, endsMax);
  }

  /** The bytes of the first groups as they stand there. Good until the next row is read. */
  printed(count: number): Uint8Array {
    return this.#bytes.subarray(0, this.sizeOf(count));
  }

  /** The bytes of the first groups as little-endian words. */
  reversed(count: number): Uint8Array {
    const bytes = this.#bytes.slice(0, this.sizeOf(count));
    for (let at = 0; at < bytes.length; at += this.width) bytes.subarray(at, at + this.width).reverse();
    return bytes;
  }
}

function isBoundary(text: string, at: number, joined: boolean): boolean {
  const char = text[at] as string;
  return (
    char === ' ' ||
    char === '\t' ||
    char === '-' ||
    (joined && (char === ',' || char === ':' || char === ';'))
  );
}

function skipGap(text: string, from: number): number {
  let at = from;
  while (at < text.length && isGap(text.charCodeAt(at))) at++;
  return at;
}
