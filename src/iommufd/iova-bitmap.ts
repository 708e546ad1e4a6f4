import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { Failure } from './failure.ts';
import type { Host } from './host.ts';
import { pagesOf } from './pages.ts';

const pageSize = BigInt(PAGE_SIZE);

/** A bitmap in the memory of the caller, a bit for each page of a range of IOVAs. */
export interface BitmapOptions {
  readonly iova: bigint;
  /** What a bit stands for; only its lowest bit set counts. */
  readonly pageSize: bigint;
  readonly address: bigint;
}

/** Follows struct iova_bitmap (iova_bitmap.c). */
export class IovaBitmap {
  readonly #host: Host;
  readonly #options: BitmapOptions;
  readonly #shift: bigint;
  readonly #pages = new Map<bigint, Page | null>();

  constructor(host: Host, options: BitmapOptions) {
    this.#host = host;
    this.#options = options;
    this.#shift = BigInt((options.pageSize & -options.pageSize).toString(2).length - 1);
  }

  /**
   * Sets the bits of a range of IOVAs, up to the first whose memory cannot be written.
   *
   * @kernel iova_bitmap.c iova_bitmap_set
   */
  set(iova: bigint, length: bigint): void {
    const first = (iova - this.#options.iova) >> this.#shift;
    const last = (iova + length - 1n - this.#options.iova) >> this.#shift;
    for (let bit = first; bit <= last; bit++) {
      const address = this.#options.address + (bit >> 3n);
      const page = this.#pageOf(address);
      if (page === null) return;
      const at = Number(address % pageSize);
      page.bytes[at] = (page.bytes[at] ?? 0) | (1 << Number(bit & 7n));
    }
  }

  #pageOf(address: bigint): Page | null {
    const start = address - (address % pageSize);
    const known = this.#pages.get(start);
    if (known !== undefined) return known;
    const found = pagesOf(this.#host, start, 1, true);
    const page = found instanceof Failure ? null : (found[0] ?? null);
    this.#pages.set(start, page);
    return page;
  }
}
