/** Bytes of a page of memory. */
export const PAGE_SIZE = 4096;

/** Writes what a page holds before anyone wrote to it; its bytes are 0 then. */
export type PageFill = (bytes: Uint8Array) => void;

/** A page of memory. It outlives the mapping that it was reached through for as long as it is pinned. */
export class Page {
  /** Its number: the physical address divided by the page size. */
  readonly frame: number;
  /** How often it is pinned. */
  pins = 0;
  /** Nothing maps it any more; it goes when it is unpinned. */
  unmapped = false;
  #bytes: Uint8Array | undefined;
  readonly #fill: PageFill | undefined;

  constructor(frame: number, fill?: PageFill) {
    this.frame = frame;
    this.#fill = fill;
  }

  /** Its contents, made when they are asked for first. */
  get bytes(): Uint8Array {
    if (this.#bytes === undefined) {
      this.#bytes = new Uint8Array(PAGE_SIZE);
      this.#fill?.(this.#bytes);
    }
    return this.#bytes;
  }
}

/** Pages of a machine unless it says otherwise: 4 GiB. */
const usualPages = 1 << 20;

/** The physical memory of a machine: pages by their number. */
export class PageFrames {
  readonly #pages = new Map<number, Page>();
  readonly #most: number;
  #next = 1;

  /** @param most how many pages there are */
  constructor(most = usualPages) {
    this.#most = most;
  }

  /** Pages that nothing uses yet. */
  get left(): number {
    return this.#most - this.#pages.size;
  }

  /** A further page, null where none is left. No two pages made like this are neighbours, so nothing can map them as one. */
  allocate(fill?: PageFill): Page | null {
    if (this.left === 0) return null;
    this.#next += 2;
    return this.#add(this.#next, fill);
  }

  /**
   * Neighbouring pages, the first at a multiple of `alignment` pages.
   *
   * @throws RangeError where so many are not left
   */
  allocateRun(count: number, alignment: number, fill?: (index: number) => PageFill): Page[] {
    if (count > this.left) throw new RangeError(`${count} pages, and ${this.left} are left`);
    const first = Math.ceil((this.#next + 2) / alignment) * alignment;
    this.#next = first + count;
    return Array.from({ length: count }, (_, index) => this.#add(first + index, fill?.(index)));
  }

  /** The page of a number. */
  at(frame: number): Page | undefined {
    return this.#pages.get(frame);
  }

  /** Pins a page once less. */
  unpin(page: Page): void {
    if (--page.pins === 0 && page.unmapped) this.free(page);
  }

  /** Forgets a page that nothing holds any more. */
  free(page: Page): void {
    this.#pages.delete(page.frame);
  }

  #add(frame: number, fill: PageFill | undefined): Page {
    const page = new Page(frame, fill);
    this.#pages.set(frame, page);
    return page;
  }
}
