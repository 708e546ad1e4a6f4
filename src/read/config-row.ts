import { digitOf } from './groups.ts';

/** Most digits of an offset in a config space that has three, or eight in the kernel's log. */
const offsetMax = 8;

/** Most bytes of a row. */
const rowMax = 64;

/** A row as lspci prints it, `40: 10 80 92 00 ...`: read by hand, because dumps of machines are long. */
export class ConfigRow {
  offset = 0;
  /** Number of bytes; 0 if the line is no such row. */
  length = 0;
  readonly bytes: Uint8Array = new Uint8Array(rowMax);

  /**
   * Reads the part of a text that is a line.
   *
   * @param remarks whether other text may stand behind sixteen bytes
   */
  read(text: string, start: number, end: number, remarks = false): void {
    const { bytes } = this;
    this.length = 0;
    let at = start;
    while (at < end && isSpace(text.charCodeAt(at))) at++;
    const first = at;
    let offset = 0;
    for (; at < end; at++) {
      const digit = digitOf[text.charCodeAt(at)] ?? 16;
      if (digit > 15) break;
      offset = offset * 16 + digit;
    }
    if (at - first < 2 || at - first > offsetMax || text.charCodeAt(at) !== 0x3a) return;
    const hasRemarks = remarks && at - first < 4;
    this.offset = offset;
    let length = 0;
    for (at++; at < end; ) {
      if (!isSpace(text.charCodeAt(at))) return;
      while (at < end && isSpace(text.charCodeAt(at))) at++;
      if (at === end) break;
      const high = digitOf[text.charCodeAt(at)] ?? 16;
      const low = at + 1 < end ? (digitOf[text.charCodeAt(at + 1)] ?? 16) : 16;
      const isByte = high < 16 && low < 16 && (at + 2 >= end || isSpace(text.charCodeAt(at + 2)));
      if (!isByte && hasRemarks && length === 16) break;
      if (!isByte || length === rowMax) return;
      bytes[length++] = high * 16 + low;
      at += 2;
    }
    this.length = length;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
