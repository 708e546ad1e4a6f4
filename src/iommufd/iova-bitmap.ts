import { smaller } from '../codec/runtime/arithmetic.ts';
import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { TASK_SIZE_MAX } from '../ioctl/user-memory.ts';
import type { Host } from './host.ts';
import { limits } from './limits.ts';

const memoryPageSize = BigInt(PAGE_SIZE);

/** A bitmap in the memory of the caller, a bit for each page of a range of IOVAs. */
export interface BitmapOptions {
  readonly iova: bigint;
  /** Bytes of IOVAs, more than 0. */
  readonly length: bigint;
  /** What a bit stands for; only its lowest bit set counts. */
  readonly pageSize: bigint;
  readonly address: bigint;
}

/** The part of a bitmap that is pinned. Follows struct iova_bitmap_map (iova_bitmap.c). */
interface Window {
  /** What its first bit stands for. */
  readonly iova: bigint;
  readonly last: bigint;
  readonly pages: readonly Page[];
  /** Bytes from the start of the first page. */
  readonly offset: number;
}

/** Follows struct iova_bitmap (iova_bitmap.c). */
export class IovaBitmap {
  readonly #host: Host;
  readonly #options: BitmapOptions;
  readonly #shift: bigint;
  readonly #bytes: bigint;
  #window: Window | null = null;

  constructor(host: Host, options: BitmapOptions) {
    this.#host = host;
    this.#options = options;
    this.#shift = BigInt((options.pageSize & -options.pageSize).toString(2).length - 1);
    this.#bytes = this.#byteOf(options.length - 1n) + 1n;
  }

  /**
   * Sets the bits of a range of IOVAs, up to the first whose memory cannot be written. Bits of the range behind the end
   * of the bitmap are set too, as far as the pages go that hold the bitmap.
   *
   * @kernel iova_bitmap.c iova_bitmap_set
   */
  set(iova: bigint, length: bigint): void {
    let from = iova;
    let rest = length;
    for (;;) {
      const last = u64(from + rest - 1n);
      const window = this.#windowOf(from, last);
      if (window === null) return;
      const before = BigInt(window.offset * 8);
      const bit = (u64(from - window.iova) >> this.#shift) + before;
      const lastBit = (u64(last - window.iova) >> this.#shift) + before;
      const stop = smaller(lastBit + 1n, BigInt(window.pages.length * PAGE_SIZE * 8));
      setBits(window.pages, Number(bit), Number(stop));
      if (stop > lastBit) return;
      const left = u64((lastBit - stop + 1n) << this.#shift);
      from = u64(from + rest - left);
      rest = left;
    }
  }

  /** The window that has a range, else one that starts there; null where there is nothing to write to. */
  #windowOf(from: bigint, last: bigint): Window | null {
    const window = this.#window;
    if (window !== null && from >= window.iova && last <= window.last) return window;
    return this.#advanceTo(from);
  }

  /** @kernel iova_bitmap.c iova_bitmap_advance_to iova_bitmap_get iova_bitmap_mapped_length */
  #advanceTo(from: bigint): Window | null {
    const options = this.#options;
    const first = this.#byteOf(u64(from - options.iova));
    if (first >= this.#bytes) return null;
    const address = u64(options.address + first);
    const offset = Number(address % memoryPageSize);
    const pages = this.#pin(address, this.#bytes - first);
    if (pages.length === 0) {
      this.#window = null;
      return null;
    }
    const iova = u64(options.iova + this.#iovasOf(first));
    const bytes = smaller(this.#bytes - first, BigInt(pages.length * PAGE_SIZE - offset));
    const last = u64(iova + this.#iovasOf(bytes) - 1n);
    this.#window = { iova, last: smaller(last, options.iova + options.length - 1n), pages, offset };
    return this.#window;
  }

  /** The pages that hold some bytes, up to the first that cannot be written. One more is asked for than may be needed. */
  #pin(address: bigint, bytes: bigint): readonly Page[] {
    const offset = address % memoryPageSize;
    const wanted = (bytes + memoryPageSize - 1n) / memoryPageSize + (offset === 0n ? 0n : 1n);
    const count = Number(smaller(wanted, BigInt(limits.bitmapPagesMax)));
    const start = address - offset;
    if (start + BigInt(count) * memoryPageSize > TASK_SIZE_MAX) return [];
    return this.#host.memory.pages(start, count, true);
  }

  /** The byte of the bitmap that has the bit of an IOVA, counted from the first. */
  #byteOf(iova: bigint): bigint {
    return (iova >> this.#shift) / 8n;
  }

  /** Bytes of IOVAs that bytes of the bitmap stand for. */
  #iovasOf(bytes: bigint): bigint {
    return u64((bytes * 8n) << this.#shift);
  }
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** Sets the bits of pages from one up to, and without, another. */
function setBits(pages: readonly Page[], first: number, stop: number): void {
  for (let bit = first; bit < stop; ) {
    const at = bit >> 3;
    const bytes = (pages[Math.floor(at / PAGE_SIZE)] as Page).bytes;
    const whole = bit % 8 === 0 && stop - bit >= 8;
    bytes[at % PAGE_SIZE] = whole ? 0xff : (bytes[at % PAGE_SIZE] ?? 0) | (1 << (bit % 8));
    bit += whole ? 8 : 1;
  }
}
