import { digitAt, Groups, isGap } from './groups.ts';

/** What stands between an address and the bytes: nothing stands there if the row has no address. */
export type AddressMark = 'colon' | 'space' | 'none';

/** Most digits of an address. */
const addressMax = 16;

/** Most characters of a symbol's name behind an address. */
const symbolMax = 4096;

/** A line of a dump: an address if there is one, groups of hex digits, and what stands behind them. */
export class Row {
  mark: AddressMark = 'none';
  /** Digits of the address, without 0x. */
  address = '';
  /** True if the address has 0x before it, as debuggers write it. */
  isDebuggers = false;
  text = '';
  readonly groups: Groups = new Groups();

  /** Reads a line. @returns false if it is no row */
  read(text: string): boolean {
    this.text = text;
    const isMarked = text[0] === '0' && (text[1] === 'x' || text[1] === 'X');
    const first = isMarked ? 2 : 0;
    let end = first;
    while (end - first <= addressMax && digitAt(text, end) < 16) end++;
    const digits = end - first;
    this.address = text.slice(first, end);
    this.isDebuggers = isMarked;
    if (digits > 0 && digits <= addressMax) {
      const colon = isMarked ? behindSymbol(text, end) : end;
      if (text[colon] === ':' && (colon + 1 === text.length || isGap(text.charCodeAt(colon + 1)))) {
        this.mark = 'colon';
        this.groups.read(text, colon + 1, false);
        return this.groups.count > 0;
      }
      if (!isMarked && digits >= 4 && isGap(text.charCodeAt(end))) {
        this.mark = 'space';
        this.groups.read(text, end, false);
        const { count, width, marked } = this.groups;
        if (count > 0 && width * 2 !== digits && marked === 0) return true;
      }
    }
    this.mark = 'none';
    this.isDebuggers = false;
    this.groups.read(text, 0, true);
    return this.groups.count > 0;
  }

  /** True for a line that is nothing but hex digits: the end of a dump, if one is open. */
  isLone(text: string): boolean {
    if (text.length > addressMax) return false;
    for (let at = 0; at < text.length; at++) if (digitAt(text, at) > 15) return false;
    return true;
  }

  /** What stands behind the first groups. */
  behind(count: number): string {
    return this.text.slice(this.groups.endOf(count));
  }

  /** What stands behind all of them. */
  get rest(): string {
    return this.text.slice(this.groups.end);
  }
}

/** Where ` <symbol+8>` ends behind an address; the address's own end if there is none. */
function behindSymbol(text: string, end: number): number {
  let at = end;
  while (isGap(text.charCodeAt(at))) at++;
  if (text[at] !== '<') return end;
  const close = text.slice(at, at + symbolMax).indexOf('>:');
  return close < 0 ? end : at + close + 1;
}
