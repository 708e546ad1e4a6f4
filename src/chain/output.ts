import { viewOf } from '../codec/runtime/bytes.ts';
import type { CodecContext, StructCodec } from '../codec/runtime/codec.ts';
import { EncodeError } from '../codec/runtime/errors.ts';
import { ChainError } from './chain-error.ts';
import type { Patch } from './patches.ts';

/** Where a value goes. */
export interface OutputSite {
  /** The struct's name, for errors. */
  readonly name: string;
  readonly codec: StructCodec<object>;
  readonly offset: number;
  /** Bytes that the value had when it was read. */
  readonly size: number;
  /** Contents of bytes that the value does not hold. */
  readonly holes: readonly Patch[];
  /** Only so many bytes of the struct are there; null: all. */
  readonly cutTo: number | null;
}

/** Bytes that several writers fill, none of whom may change what another one wrote. */
export class Output {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Runs that are written, while they do not overlap. */
  readonly #runs: number[] = [];
  /** Which bytes are written, from the first overlap on. */
  #written: Uint8Array | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  /**
   * Writes a value.
   *
   * @throws EncodeError where it does not fit its fields or the buffer
   * @throws ChainError where another value wants other contents of a byte
   */
  put(site: OutputSite, value: object, context: CodecContext): void {
    const { name, codec, offset, size, holes, cutTo } = site;
    if (cutTo === null && this.#isFree(offset, size)) {
      const length = this.#encodeInPlace(site, value, context);
      if (length >= 0) {
        for (const hole of holes) {
          if (hole.offset + hole.bytes.length <= length) this.#bytes.set(hole.bytes, offset + hole.offset);
        }
        this.#note(offset, length);
        return;
      }
    }
    const encoded =
      cutTo === null
        ? encodeThere(codec, value, offset, this.#bytes.length, context)
        : encodeAlone(codec, value, context).subarray(0, cutTo);
    for (const hole of holes) {
      if (hole.offset + hole.bytes.length <= encoded.length) encoded.set(hole.bytes, hole.offset);
    }
    this.putBytes(name, offset, encoded);
  }

  /** Writes a value where nobody else wants a byte; returns its length, or -1 where it takes more bytes than it had. */
  #encodeInPlace({ codec, offset, size }: OutputSite, value: object, context: CodecContext): number {
    if (codec.size !== null) {
      return codec.size > size ? -1 : codec.encode(value, this.#view, offset, context);
    }
    const { buffer, byteOffset } = this.#bytes;
    try {
      return codec.encode(value, new DataView(buffer, byteOffset, offset + size), offset, context);
    } catch (error) {
      if (error instanceof EncodeError && error.code === 'too-short') return -1;
      throw error;
    }
  }

  /** Writes bytes as they are. */
  putBytes(what: string, offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > this.#bytes.length) {
      const free = this.#bytes.length - offset;
      throw new ChainError('no-room', 'the buffer ends before the element.', {
        what,
        needed: bytes.length,
        free,
      });
    }
    if (this.#isFree(offset, bytes.length)) {
      this.#bytes.set(bytes, offset);
      this.#note(offset, bytes.length);
      return;
    }
    this.#written ??= this.#writtenSoFar();
    for (let i = 0; i < bytes.length; i++) {
      const at = offset + i;
      const byte = bytes[i] as number;
      if (this.#written[at] === 1 && this.#bytes[at] !== byte) {
        const detail = { what, needed: byte, free: this.#bytes[at] as number };
        throw new ChainError(
          'conflict',
          `another element needs different contents at 0x${at.toString(16)}.`,
          detail,
        );
      }
      this.#written[at] = 1;
      this.#bytes[at] = byte;
    }
  }

  /** True where no byte of a run within the buffer is written yet, as far as that is known without looking at each. */
  #isFree(offset: number, size: number): boolean {
    if (this.#written !== null || offset + size > this.#bytes.length) return false;
    const runs = this.#runs;
    for (let i = 0; i < runs.length; i += 2) {
      if ((runs[i] as number) < offset + size && offset < (runs[i + 1] as number)) return false;
    }
    return true;
  }

  #note(offset: number, size: number): void {
    const runs = this.#runs;
    const last = runs.length - 1;
    if (last > 0 && runs[last] === offset) runs[last] = offset + size;
    else runs.push(offset, offset + size);
    // Searching many runs would take longer than looking at each byte.
    if (runs.length > 128) this.#written ??= this.#writtenSoFar();
  }

  #writtenSoFar(): Uint8Array {
    const written = new Uint8Array(this.#bytes.length);
    for (let i = 0; i < this.#runs.length; i += 2) written.fill(1, this.#runs[i], this.#runs[i + 1]);
    return written;
  }
}

/** Encodes at the right offset, so that errors name it. */
function encodeThere(
  codec: StructCodec<object>,
  value: object,
  offset: number,
  room: number,
  context: CodecContext,
): Uint8Array {
  const bytes = new Uint8Array(room);
  return bytes.subarray(offset, offset + codec.encode(value, viewOf(bytes), offset, context));
}

/** The bytes of a value on its own. @throws EncodeError where it does not fit its fields */
export function encodeAlone(codec: StructCodec<object>, value: object, context: CodecContext): Uint8Array {
  const bytes = new Uint8Array(codec.size ?? codec.measure(value, context));
  const length = codec.encode(value, viewOf(bytes), 0, context);
  return bytes.subarray(0, length);
}
