import { hexOf } from '../print/hex.ts';
import { UsageError } from './usage-error.ts';

/** Bytes of the largest config space. */
export const configMax = 4096;

/** Devices that a dump may hold. */
const devicesMax = 0x1_0000;

/** A device of a dump. */
export interface DumpedDevice {
  /** Its address as the dump writes it: `0000:00:1f.0` or `00:1f.0`; null where the bytes stand alone. */
  readonly slot: string | null;
  /** The rest of the line with the address. */
  readonly title: string;
  /** Its config space; bytes that the dump leaves out below its end are 0xff. */
  readonly bytes: Uint8Array;
}

const slotLine = /^\s*((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])(?=\s|$)/i;
const cutLine = /^\s*[0-9a-f]{2,3}: [0-9a-f]{2} /i;

/** The address of a device, if a text is one. */
export function parseSlot(text: string): string | null {
  return /^(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i.test(text) ? text.toLowerCase() : null;
}

/**
 * Reads what `lspci -x`, `-xxx` or `-xxxx` prints, with or without the lines of `-v` between.
 *
 * @throws UsageError for a hex line that is damaged or outside of a config space
 */
export function parseDump(text: Uint8Array, name: string): readonly DumpedDevice[] {
  const devices: OpenDevice[] = [];
  let current: OpenDevice | null = null;
  const row = new HexRow();
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(0x0a, start);
    const end = found < 0 ? text.length : found;
    number++;
    row.read(text, start, end);
    if (row.length > 0) {
      const { offset, length } = row;
      if (offset + length > configMax) {
        throw new UsageError(`${name}, line ${number}: config spaces end at 0x${configMax.toString(16)}`);
      }
      // A dump that starts over without an address is another device.
      if (current === null || (offset === 0 && current.size > 0)) {
        current = new OpenDevice(null, '');
        devices.push(current);
      }
      current.put(row);
    } else {
      const line = Buffer.from(text.buffer, text.byteOffset + start, end - start).toString('utf8');
      if (cutLine.test(line)) {
        const shown = JSON.stringify(line.trim().slice(0, 60));
        throw new UsageError(`${name}, line ${number}: damaged hex line ${shown}`);
      }
      const slot = slotLine.exec(line);
      if (slot !== null) {
        current = new OpenDevice((slot[1] ?? '').toLowerCase(), line.slice(slot[0].length).trim());
        devices.push(current);
      }
    }
    if (devices.length > devicesMax) throw new UsageError(`${name} has more than ${devicesMax} devices`);
    start = end + 1;
  }
  return devices.map((device) => device.finish());
}

/** Value of each character as a hex digit; 16 for white space, 17 for all others. */
const digitOf: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const letter = String.fromCharCode(code);
  if (/[0-9a-f]/i.test(letter)) return Number.parseInt(letter, 16);
  return /\s/.test(letter) ? 16 : 17;
});

/** A line of a hex dump: `40: 10 80 92 00 ...`. Read by hand, because dumps are long. */
class HexRow {
  offset = 0;
  /** Number of bytes; 0 where the line is none of a hex dump. */
  length = 0;
  readonly bytes: Uint8Array = new Uint8Array(64);

  read(text: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    this.length = 0;
    let at = start;
    while (at < end && digitOf[text[at] as number] === 16) at++;
    const first = at;
    let offset = 0;
    for (; at < end; at++) {
      const digit = digitOf[text[at] as number] as number;
      if (digit > 15) break;
      offset = offset * 16 + digit;
    }
    if (at - first < 2 || at - first > 8 || text[at] !== 0x3a) return;
    this.offset = offset;
    let length = 0;
    for (at++; at < end; ) {
      if (digitOf[text[at] as number] !== 16) return;
      while (at < end && digitOf[text[at] as number] === 16) at++;
      if (at === end) break;
      const high = digitOf[text[at] as number] as number;
      const low = at + 1 < end ? (digitOf[text[at + 1] as number] as number) : 17;
      if (high > 15 || low > 15 || length === bytes.length) return;
      bytes[length++] = high * 16 + low;
      at += 2;
    }
    this.length = length;
  }
}

/** A device whose lines are being read. */
class OpenDevice {
  size = 0;
  readonly #slot: string | null;
  readonly #title: string;
  #bytes = new Uint8Array(0);

  constructor(slot: string | null, title: string) {
    this.#slot = slot;
    this.#title = title;
  }

  put({ offset, bytes, length }: HexRow): void {
    const needed = offset + length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(needed <= 64 ? 64 : needed <= 256 ? 256 : configMax).fill(0xff);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    for (let i = 0; i < length; i++) this.#bytes[offset + i] = bytes[i] as number;
    this.size = Math.max(this.size, needed);
  }

  finish(): DumpedDevice {
    return { slot: this.#slot, title: this.#title, bytes: this.#bytes.slice(0, this.size) };
  }
}

/** Writes a device as `lspci -xxxx` does. */
export function formatDump({ slot, title, bytes }: DumpedDevice): string {
  const lines = slot === null ? [] : [`${slot}${title === '' ? '' : ` ${title}`}`];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = hexOf(bytes.subarray(offset, offset + 16), ' ');
    lines.push(`${offset.toString(16).padStart(2, '0')}: ${row}`);
  }
  return `${lines.join('\n')}\n`;
}
