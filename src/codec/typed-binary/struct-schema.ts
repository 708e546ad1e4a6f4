import {
  type IMeasurer,
  type ISerialInput,
  type ISerialOutput,
  MaxValue,
  Measurer,
  type Parsed,
  Schema,
} from 'typed-binary';
import type { CodecContext, StructCodec } from '../runtime/codec.ts';
import { DecodeError } from '../runtime/errors.ts';

/** How a codec is used as a typed-binary schema. */
export interface TypedBinaryOptions {
  /**
   * Bytes that the struct has. Needed where neither its type nor its contents tell how long it is: an array
   * that goes on to the end of the buffer.
   */
  readonly byteLength?: number;
  /** What expressions over `outer.`, `peer.` and `env.` see. */
  readonly context?: CodecContext;
}

/** A struct of a kernel interface as a typed-binary schema; made by {@link toTypedBinary}. */
export class StructSchema<T> extends Schema<T> {
  readonly codec: StructCodec<T>;
  readonly #byteLength: number | null;
  readonly #context: CodecContext;

  constructor(codec: StructCodec<T>, { byteLength, context = {} }: TypedBinaryOptions = {}) {
    super();
    this.codec = codec;
    this.#byteLength = byteLength ?? codec.size;
    this.#context = context;
  }

  /**
   * Reads the struct; the codec decides about the byte order, not the input.
   *
   * @throws DecodeError with offsets counted from the start of the struct
   */
  override read(input: ISerialInput): Parsed<T> {
    const start = input.currentByteOffset;
    const [value, size] =
      this.#byteLength === null ? this.#grow(input) : this.#readFixed(input, this.#byteLength);
    input.seekTo(start + size);
    return value as Parsed<T>;
  }

  /**
   * Writes the struct.
   *
   * @throws EncodeError with offsets counted from the start of the struct; nothing is written then
   */
  override write(output: ISerialOutput, value: Parsed<T>): void {
    const given = value as Parameters<StructCodec<T>['encode']>[0];
    const size = this.#byteLength ?? this.codec.measure(given, this.#context);
    const bytes = new Uint8Array(size);
    this.codec.encode(given, new DataView(bytes.buffer), 0, this.#context);
    output.writeSlice(bytes);
  }

  /** Adds the bytes that a value takes; unbounded for the largest value of a struct whose size varies. */
  override measure(value: Parsed<T> | MaxValue, measurer: IMeasurer = new Measurer()): IMeasurer {
    if (this.#byteLength !== null) return measurer.add(this.#byteLength);
    if (value === MaxValue) return measurer.unbounded;
    return measurer.add(this.codec.measure(value as Parameters<StructCodec<T>['measure']>[0], this.#context));
  }

  #readFixed(input: ISerialInput, size: number): readonly [T, number] {
    const bytes = take(input, size);
    if (bytes === null) throw new DecodeError('too-short', this.codec.name, 0, size, 0);
    return [this.codec.decode(new DataView(bytes.buffer), 0, size, this.#context), size];
  }

  /** An input does not tell where it ends, so more bytes are read as long as the codec wants more. */
  #grow(input: ISerialInput): readonly [T, number] {
    const start = input.currentByteOffset;
    for (let size = this.codec.minSize; ; size++) {
      input.seekTo(start);
      const bytes = take(input, size);
      if (bytes === null) throw new DecodeError('too-short', this.codec.name, 0, size, size - 1);
      try {
        const value = this.codec.decode(new DataView(bytes.buffer), 0, size, this.#context);
        return [value, this.codec.measure(value as Parameters<StructCodec<T>['measure']>[0], this.#context)];
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        size = Math.max(size, wantedBy(error) - 1);
      }
    }
  }
}

/** Bytes that would have been enough for what could not be read, as far as the error tells. */
function wantedBy({ code, offset, expected }: DecodeError): number {
  return code === 'too-short' && typeof expected === 'number' ? offset + expected : 0;
}

/** Bytes from an input; null where it has not so many. */
function take(input: ISerialInput, size: number): Uint8Array<ArrayBuffer> | null {
  // The check before the array is made: a wrong count must not cost memory.
  if (!Number.isSafeInteger(size) || size > sizeMax) return null;
  const bytes = new Uint8Array(size);
  try {
    input.readSlice(bytes, 0, size);
    return bytes;
  } catch (error) {
    if (error instanceof RangeError || error instanceof DecodeError) return null;
    throw error;
  }
}

/** Bytes of a struct that is read; no kernel interface has so many. */
const sizeMax = 0x400_0000;
