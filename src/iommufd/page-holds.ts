import type { Page } from '../ioctl/page-frames.ts';

/** A range of page numbers; both ends belong to it. */
export interface PageRange {
  readonly first: number;
  readonly last: number;
}

/** Pages that there is room for from the start. */
const roomMax = 1 << 20;

/** The pages of some memory that are held, by their place in it, each with the number of its holders. */
export class PageHolds {
  readonly #pages: (Page | undefined)[];
  /** How many areas and accesses hold each page that is held; null while that is one for all. */
  #holders: number[] | null = null;
  /** Pages that are held. */
  held = 0;
  /** Of these, those that were counted as locked memory. */
  counted = 0;
  /** Accesses by the range that they hold, each with the number of its users; null where there is none. */
  accesses: Map<string, { users: number }> | null = null;

  /** @param room pages that will most likely be all: an array that grows takes more than it needs */
  constructor(room: number) {
    this.#pages = new Array<Page | undefined>(Math.min(room, roomMax));
  }

  get(index: number): Page | undefined {
    return this.#pages[index];
  }

  /** The next pages of a range, `most` of them, that nothing holds; null where all are held. */
  nextHole({ first, last }: PageRange, most: number): PageRange | null {
    const pages = this.#pages;
    let start = first;
    while (start <= last && pages[start] !== undefined) start++;
    if (start > last) return null;
    const end = Math.min(last, start + most - 1);
    let stop = start;
    while (stop < end && pages[stop + 1] === undefined) stop++;
    return { first: start, last: stop };
  }

  /** Holds a range once more; `fresh` are the pages of those that nothing held, in ascending order. */
  add({ first, last }: PageRange, fresh: readonly Page[]): void {
    const pages = this.#pages;
    let taken = 0;
    for (let index = first; index <= last; index++) {
      if (pages[index] === undefined) pages[index] = fresh[taken++];
      else {
        this.#holders ??= [];
        this.#holders[index] = (this.#holders[index] ?? 1) + 1;
      }
    }
    this.held += taken;
  }

  /** Holds a range once less; calls `free` for each page that nothing holds any more. */
  remove({ first, last }: PageRange, free: (page: Page) => void): void {
    const pages = this.#pages;
    for (let index = first; index <= last; index++) {
      const holders = this.#holders?.[index] ?? 1;
      if (this.#holders !== null && holders > 1) {
        this.#holders[index] = holders - 1;
        continue;
      }
      free(pages[index] as Page);
      pages[index] = undefined;
      this.held--;
    }
  }

  /** Calls `use` for each run of neighbouring pages of a range that is held. */
  eachRun({ first, last }: PageRange, use: (frame: number, count: number) => void): void {
    let frame = -1;
    let count = 0;
    for (let index = first; index <= last; index++) {
      const next = (this.#pages[index] as Page).frame;
      if (next === frame + count) {
        count++;
        continue;
      }
      if (count > 0) use(frame, count);
      frame = next;
      count = 1;
    }
    if (count > 0) use(frame, count);
  }
}
