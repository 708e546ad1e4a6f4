import type { CodecContext } from './codec.ts';
import { EncodeError } from './errors.ts';
import { countMismatch, noRoom, unionConflict, wrongType } from './failures.ts';

/** A DataView of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A copy of some bytes. */
export function readBytes(view: DataView, offset: number, count: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, count).slice();
}

/** Writes bytes, or zeros where none are given; the room must be there. */
export function writeBytes(
  where: string,
  bytes: Uint8Array | undefined,
  view: DataView,
  offset: number,
  count: number,
): void {
  const target = new Uint8Array(view.buffer, view.byteOffset + offset, count);
  if (bytes === undefined) {
    target.fill(0);
    return;
  }
  if (bytes.length !== count) throw countMismatch(where, offset, count, bytes.length);
  target.set(bytes);
}

/** Throws unless the value is a Uint8Array. */
export function checkBytes(where: string, bytes: unknown, offset: number): void {
  if (!(bytes instanceof Uint8Array)) throw wrongType(where, bytes, offset, 'a Uint8Array');
}

/** Values that give nothing, for an array of structs that the caller left out. */
export function defaults(count: number): readonly Record<string, never>[] {
  return Array.from({ length: count }, () => ({}));
}

/** Zeros from `start` up to, not including, `end`. */
export function zeroFill(view: DataView, start: number, end: number): void {
  new Uint8Array(view.buffer, view.byteOffset + start, end - start).fill(0);
}

/**
 * Makes room for a field whose place or presence depends on the contents: checks that it fits, fills the gap
 * before it with zeros, and returns the end of what is written then.
 *
 * @param filled the end of what is written already
 */
export function claim(where: string, view: DataView, filled: number, at: number, count: number): number {
  const end = at + count;
  if (!(at >= 0 && end <= view.byteLength)) throw noRoom(where, at, count, view.byteLength);
  if (at > filled) zeroFill(view, filled, at);
  return Math.max(filled, end);
}

/** Reads an unsigned integer of 1 to 8 bytes, as the storage of bit-fields may have. */
export function readUnit(view: DataView, offset: number, count: number, littleEndian: boolean): bigint {
  let value = 0n;
  for (let i = 0; i < count; i++) {
    value = (value << 8n) | BigInt(view.getUint8(littleEndian ? offset + count - 1 - i : offset + i));
  }
  return value;
}

/** Writes an unsigned integer of 1 to 8 bytes. */
export function writeUnit(
  view: DataView,
  offset: number,
  count: number,
  value: bigint,
  littleEndian: boolean,
): void {
  for (let i = 0; i < count; i++) {
    view.setUint8(
      littleEndian ? offset + i : offset + count - 1 - i,
      Number((value >> BigInt(8 * i)) & 0xffn),
    );
  }
}

/** The bytes of a union while its members are written one after the other. */
export class UnionBytes {
  readonly #bytes: Uint8Array;
  readonly #offset: number;
  readonly #known: Uint8Array;
  readonly #owned: Uint8Array;

  /** Starts with zeros. */
  constructor(view: DataView, offset: number, count: number) {
    this.#bytes = new Uint8Array(view.buffer, view.byteOffset + offset, count).fill(0);
    this.#offset = offset;
    this.#known = new Uint8Array(count);
    this.#owned = new Uint8Array(count);
  }

  /**
   * Notes that a member has been written, and restores bytes of others that were only padding to it.
   *
   * @param ranges the member's own bytes within the union: start and end (not included) of each run
   * @throws EncodeError where an earlier member wanted another byte
   */
  add(where: string, value: unknown, ranges: readonly (readonly [number, number])[]): void {
    const own = new Uint8Array(this.#owned.length);
    for (const [start, end] of ranges) own.fill(1, start, end);
    for (let i = 0; i < own.length; i++) {
      const byte = this.#bytes[i] ?? 0;
      if (this.#owned[i] === 0 && own[i] === 1) {
        this.#owned[i] = 1;
        this.#known[i] = byte;
      } else if (own[i] === 1 && byte !== this.#known[i]) {
        throw unionConflict(where, value, this.#offset + i);
      } else if (own[i] === 0) {
        this.#bytes[i] = this.#known[i] ?? 0;
      }
    }
  }
}

/** Bytes that a value takes, found by encoding it into memory that grows until it fits. */
export function measureByEncoding<T>(
  encode: (value: T, view: DataView, offset: number, context?: CodecContext) => number,
  value: T,
  context?: CodecContext,
): number {
  for (let room = 256; ; room *= 4) {
    try {
      return encode(value, new DataView(new ArrayBuffer(room)), 0, context);
    } catch (error) {
      const short = error instanceof EncodeError && error.code === 'too-short';
      if (!short || room >= 0x40_0000) throw error;
    }
  }
}
