import type { ConfigRow } from './config-row.ts';
import type { Missing } from './guess.ts';
import { ReadError } from './read-error.ts';
import { Rows } from './rows.ts';

/** Bytes of the largest config space. */
export const configMax = 4096;

/** A device of a dump. */
export interface DumpedDevice {
  /** Its address as the dump writes it: `0000:00:1f.0` or `00:1f.0`; null if the bytes stand alone. */
  readonly slot: string | null;
  /** The rest of the line with the address. */
  readonly title: string;
  /** Its config space. */
  readonly bytes: Uint8Array;
  /** What the dump leaves out below its end; these bytes are 0xff. */
  readonly missing: readonly Missing[];
}

/** A device whose lines are being read. */
export class OpenDevice {
  readonly #slot: string | null;
  readonly #title: string;
  readonly #missing: Missing[] = [];
  #bytes = new Uint8Array(0);
  #size = 0;
  /** Bytes of the last row. */
  #last = 0;
  /** Reads rows that are not as lspci prints them. */
  #rows: Rows | null = null;

  constructor(slot: string | null, title: string) {
    this.#slot = slot;
    this.#title = title;
  }

  get hasBytes(): boolean {
    return this.#size > 0 || this.#rows !== null;
  }

  /** True if the rows are those of hexdump, xxd, od or the kernel. */
  get isDumped(): boolean {
    return this.#rows !== null;
  }

  /** Takes a row as lspci prints it. */
  put({ offset, bytes, length }: ConfigRow, line: number): void {
    if (offset + length > configMax) {
      throw new ReadError(`config spaces end at 0x${configMax.toString(16)}`, { line });
    }
    if (offset < this.#size) {
      throw new ReadError(`the offset 0x${offset.toString(16)} goes back, the bytes would appear twice`, {
        line,
      });
    }
    if (offset > this.#size) this.#missing.push({ offset: this.#size, size: offset - this.#size });
    this.#append(bytes, offset, length);
    this.#last = length;
  }

  /** Takes a line of bytes for the rest of the row before it, as mails break long lines. */
  wrap(text: string, line: number): boolean {
    if (this.#rows !== null || this.#last === 0 || text.length > 100) return false;
    if (!/^(?:[0-9a-f]{2}(?:\s|$))+$/i.test(text)) return false;
    const bytes = Uint8Array.from(text.split(/\s+/), (byte) => Number.parseInt(byte, 16));
    if (this.#last + bytes.length > 16) {
      throw new ReadError('a line of bytes without an offset', { line });
    }
    this.#append(bytes, this.#size, bytes.length);
    this.#last += bytes.length;
    return true;
  }

  /** Takes a row in another form. @returns false if the line is none */
  addRow(text: string, line: number, isLogged: boolean): boolean {
    if (this.#size > 0) return false;
    this.#rows ??= new Rows({ order: 'little', gaps: true });
    return this.#rows.add(text, line, isLogged);
  }

  #append(bytes: Uint8Array, offset: number, length: number): void {
    const needed = offset + length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(needed <= 64 ? 64 : needed <= 256 ? 256 : configMax).fill(0xff);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    for (let i = 0; i < length; i++) this.#bytes[offset + i] = bytes[i] as number;
    this.#size = needed;
  }

  /** The device, and what prints its rows if they are not those of lspci. */
  finish(): DumpedDevice & { readonly form: string | null } {
    const [slot, title] = [this.#slot, this.#title];
    if (this.#rows === null || this.#rows.isEmpty) {
      return { slot, title, bytes: this.#bytes.slice(0, this.#size), missing: this.#missing, form: null };
    }
    const { bytes, missing, form, base } = this.#rows.finish();
    const place = slot === null ? '' : `${slot}: `;
    if (base !== null && base !== 0n)
      throw new ReadError(`${place}the dump begins at 0x${base.toString(16)}`);
    if (bytes.length > configMax) {
      throw new ReadError(
        `${place}${bytes.length} bytes, but config spaces end at 0x${configMax.toString(16)}`,
      );
    }
    return { slot, title, bytes, missing, form };
  }
}
