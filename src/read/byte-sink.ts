import { ReadError } from './read-error.ts';

/** Most bytes that an input may stand for. */
export const bytesMax = 64 * 1024 * 1024;

/** Bytes that grow. */
export class ByteSink {
  size = 0;
  #bytes = new Uint8Array(256);

  /** Room for so many bytes more. @throws ReadError if they are more than an input may have */
  #grow(more: number): void {
    const needed = this.size + more;
    if (needed > bytesMax) {
      throw new ReadError(`the text describes more than ${bytesMax / 1024 / 1024} MiB`);
    }
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, Math.min(bytesMax, this.#bytes.length * 2)));
    grown.set(this.#bytes.subarray(0, this.size));
    this.#bytes = grown;
  }

  push(byte: number): void {
    if (this.size === this.#bytes.length) this.#grow(1);
    this.#bytes[this.size++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  fill(byte: number, count: number): void {
    this.#grow(count);
    this.#bytes.fill(byte, this.size, this.size + count);
    this.size += count;
  }

  /** Appends copies of the last bytes. */
  repeat(length: number, times: number): void {
    const end = length * times;
    this.#grow(end);
    const start = this.size - length;
    for (let i = 0; i < end; i++) this.#bytes[this.size + i] = this.#bytes[start + (i % length)] as number;
    this.size += end;
  }

  /** Forgets what is behind an offset. */
  cut(size: number): void {
    this.size = size;
  }

  /** The bytes so far, not copied: good until the next change. */
  view(start = 0): Uint8Array {
    return this.#bytes.subarray(start, this.size);
  }
}
