import type { CodecContext, StructCodec } from '../codec/runtime/codec.ts';
import { ChainError } from './chain-error.ts';
import type { Patch } from './patches.ts';

/** A DataView of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where a value goes. */
export interface OutputSite {
  /** The struct's name, for errors. */
  readonly name: string;
  readonly codec: StructCodec<object>;
  readonly offset: number;
  /** Contents of bytes that the value does not hold. */
  readonly holes: readonly Patch[];
  /** Only so many bytes of the struct are there; null: all. */
  readonly cutTo: number | null;
}

/** Bytes that several writers fill, none of whom may change what another one wrote. */
export class Output {
  readonly #bytes: Uint8Array;
  readonly #written: Uint8Array;
  #scratch: Uint8Array | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#written = new Uint8Array(bytes.length);
  }

  /**
   * Writes a value.
   *
   * @throws EncodeError where it does not fit its fields or the buffer
   * @throws ChainError where another value wants other contents of a byte
   */
  put({ name, codec, offset, holes, cutTo }: OutputSite, value: object, context: CodecContext): void {
    const encoded =
      cutTo === null
        ? this.#encode(codec, value, offset, context)
        : encodeAlone(codec, value, context).subarray(0, cutTo);
    for (const hole of holes) {
      if (hole.offset + hole.bytes.length <= encoded.length) encoded.set(hole.bytes, hole.offset);
    }
    this.putBytes(name, offset, encoded);
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
    for (let i = 0; i < bytes.length; i++) {
      const at = offset + i;
      const byte = bytes[i] as number;
      if (this.#written[at] === 1 && this.#bytes[at] !== byte) {
        const detail = { what, needed: byte, free: this.#bytes[at] as number };
        throw new ChainError(
          'conflict',
          `another element wants other contents at 0x${at.toString(16)}.`,
          detail,
        );
      }
      this.#written[at] = 1;
      this.#bytes[at] = byte;
    }
  }

  /** Encodes at the right offset, so that errors name it. */
  #encode(codec: StructCodec<object>, value: object, offset: number, context: CodecContext): Uint8Array {
    this.#scratch ??= new Uint8Array(this.#bytes.length);
    const length = codec.encode(value, viewOf(this.#scratch), offset, context);
    return this.#scratch.subarray(offset, offset + length);
  }
}

/** The bytes of a value on its own. @throws EncodeError where it does not fit its fields */
export function encodeAlone(codec: StructCodec<object>, value: object, context: CodecContext): Uint8Array {
  const bytes = new Uint8Array(codec.size ?? codec.measure(value, context));
  const length = codec.encode(value, viewOf(bytes), 0, context);
  return bytes.subarray(0, length);
}
