import type { Endianness, ISerialOutput } from 'typed-binary';
import type { CodecContext } from '../runtime/codec.ts';
import { EncodeError } from '../runtime/errors.ts';
import { integerToBytes } from './bit-math.ts';
import { Site } from './site.ts';
import type { World } from './world.ts';

/** A byte that was written: the bits that belong to a member, and their values. */
interface Written {
  readonly bits: number;
  readonly mask: number;
}

/**
 * A typed-binary output that knows its absolute offset and refuses to leave its region. It keeps what is
 * written to itself until {@link commit}, so that an encoder that fails has changed nothing.
 */
export class GuardedOutput extends Site implements ISerialOutput {
  readonly endianness: Endianness;
  readonly #start: number;
  /** One past the last byte that may be written; infinite where the size is only measured. */
  readonly #end: number;
  #offset: number;
  #bytes = new Map<number, Written>();

  constructor(
    world: World,
    name: string,
    region: { readonly start: number; readonly end: number },
    context: CodecContext,
  ) {
    super(world, name, context);
    this.endianness = world.abi.endian;
    this.#start = region.start;
    this.#end = region.end;
    this.#offset = region.start;
  }

  /** The offset in the DataView. */
  get currentByteOffset(): number {
    return this.#offset;
  }

  /** Throws unless there is room for so many bytes from here on. */
  need(count: number): void {
    const start = this.#offset;
    if (Number.isInteger(start) && start >= this.#start && start >= 0 && start + count <= this.#end) return;
    const room = Math.max(this.#end - start, 0) || 0;
    throw new EncodeError('too-short', this.where, start, count, room);
  }

  seekTo(offset: number): void {
    this.#offset = offset;
  }

  skipBytes(bytes: number): void {
    this.#offset += bytes;
  }

  writeSlice(bytes: ArrayBufferView): void {
    this.need(bytes.byteLength);
    for (const byte of new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) {
      this.#bytes.set(this.#offset++, { bits: byte, mask: 0xff });
    }
  }

  /** Writes some bits of the bytes from here on and leaves the others as they are. */
  writeBits(bytes: Uint8Array, mask: Uint8Array): void {
    this.need(bytes.length);
    for (const [i, byte] of bytes.entries()) {
      const old = this.#bytes.get(this.#offset) ?? { bits: 0, mask: 0 };
      const own = mask[i] ?? 0;
      const bits = (old.bits & ~own) | (byte & own);
      if (own !== 0) this.#bytes.set(this.#offset, { bits, mask: old.mask | own });
      this.#offset++;
    }
  }

  /**
   * Writes a member of a union beside those that are written already.
   *
   * @param step the member in a path: `.name`
   * @throws EncodeError where another member wrote different bits
   */
  writeBeside(step: string, value: unknown, write: () => void): void {
    const before = this.#bytes;
    this.#bytes = new Map();
    write();
    const added = this.#bytes;
    this.#bytes = before;
    for (const [offset, byte] of [...added].sort(([a], [b]) => a - b)) {
      const old = before.get(offset) ?? { bits: 0, mask: 0 };
      if (((old.bits ^ byte.bits) & old.mask & byte.mask) !== 0) {
        const expected = 'the same bytes as the member before';
        throw new EncodeError('union-conflict', this.where + step, offset, expected, value);
      }
      before.set(offset, { bits: old.bits | byte.bits, mask: old.mask | byte.mask });
    }
  }

  /** Puts everything into a DataView; bytes up to `end` that nobody wrote become zero. */
  commit(view: DataView, end: number): void {
    for (let offset = this.#start; offset < end; offset++)
      view.setUint8(offset, this.#bytes.get(offset)?.bits ?? 0);
  }

  /** For each byte from the start up to `end` the bits that belong to a member. */
  coverage(end: number): Uint8Array {
    return Uint8Array.from(
      { length: end - this.#start },
      (_, i) => this.#bytes.get(this.#start + i)?.mask ?? 0,
    );
  }

  writeUint8(value: number): void {
    this.#integer(value, 1);
  }

  writeUint16(value: number): void {
    this.#integer(value, 2);
  }

  writeUint32(value: number): void {
    this.#integer(value, 4);
  }

  writeInt8(value: number): void {
    this.#integer(value, 1);
  }

  writeInt16(value: number): void {
    this.#integer(value, 2);
  }

  writeInt32(value: number): void {
    this.#integer(value, 4);
  }

  writeByte(value: number): void {
    this.#integer(value, 1);
  }

  writeBool(value: boolean): void {
    this.#integer(value ? 1 : 0, 1);
  }

  writeFloat16(): void {
    throw new TypeError('kernel interfaces have no floating-point numbers');
  }

  writeFloat32(): void {
    throw new TypeError('kernel interfaces have no floating-point numbers');
  }

  writeString(value: string): void {
    this.writeSlice(Uint8Array.from(`${value}\0`, (character) => character.charCodeAt(0)));
  }

  #integer(value: number, count: number): void {
    this.writeSlice(integerToBytes(BigInt(value), count, this.endianness));
  }
}
