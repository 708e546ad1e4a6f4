import type { Page } from '../ioctl/page-frames.ts';

/** Pages in a chunk. */
const chunkPages = 512;

interface Chunk {
  readonly pages: (Page | undefined)[];
  /** How many areas and accesses hold each page. */
  readonly holders: Uint32Array;
  /** Pages that are held. */
  held: number;
}

/** A range of page numbers; both ends belong to it. */
export interface PageRange {
  readonly first: number;
  readonly last: number;
}

/** The pages of some memory that are held, by their place in it, each with the number of its holders. */
export class PageHolds {
  readonly #chunks = new Map<number, Chunk>();
  /** Pages of the memory; none is held beyond. */
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  get(index: number): Page | undefined {
    return this.#chunks.get(Math.floor(index / chunkPages))?.pages[index % chunkPages];
  }

  /** The first and last of the next pages of a range, from `first` on, that nothing holds; null where all are held. */
  nextHole({ first, last }: PageRange): PageRange | null {
    let start = first;
    while (start <= last && this.get(start) !== undefined) start++;
    if (start > last) return null;
    let stop = start;
    while (stop < last && this.get(stop + 1) === undefined) {
      const chunk = this.#chunks.has(Math.floor((stop + 1) / chunkPages));
      stop = chunk ? stop + 1 : Math.min(last, (Math.floor((stop + 1) / chunkPages) + 1) * chunkPages - 1);
    }
    return { first: start, last: stop };
  }

  /** Holds a range once more; `fresh` are the pages of those that nothing held, in ascending order. */
  add({ first, last }: PageRange, fresh: readonly Page[]): void {
    let taken = 0;
    for (let index = first; index <= last; ) {
      const at = index % chunkPages;
      const chunk = this.#chunkFor((index - at) / chunkPages);
      const stop = Math.min(chunkPages, at + last - index + 1);
      for (let i = at; i < stop; i++) {
        if (chunk.pages[i] === undefined) {
          chunk.pages[i] = fresh[taken++] as Page;
          chunk.held++;
        }
        chunk.holders[i] = (chunk.holders[i] as number) + 1;
      }
      index += stop - at;
    }
  }

  /** Holds a range once less; calls `free` for each page that nothing holds any more. */
  remove({ first, last }: PageRange, free: (page: Page) => void): void {
    for (let index = first; index <= last; ) {
      const at = index % chunkPages;
      const key = (index - at) / chunkPages;
      const chunk = this.#chunkFor(key);
      const stop = Math.min(chunkPages, at + last - index + 1);
      for (let i = at; i < stop; i++) {
        const holders = (chunk.holders[i] as number) - 1;
        chunk.holders[i] = holders;
        if (holders > 0) continue;
        free(chunk.pages[i] as Page);
        chunk.pages[i] = undefined;
        chunk.held--;
      }
      if (chunk.held === 0) this.#chunks.delete(key);
      index += stop - at;
    }
  }

  /** Calls `use` for each run of neighbouring pages of a range that is held. */
  eachRun({ first, last }: PageRange, use: (frame: number, count: number) => void): void {
    let frame = -1;
    let count = 0;
    for (let index = first; index <= last; ) {
      const at = index % chunkPages;
      const { pages } = this.#chunkFor((index - at) / chunkPages);
      const stop = Math.min(chunkPages, at + last - index + 1);
      for (let i = at; i < stop; i++) {
        const next = (pages[i] as Page).frame;
        if (next === frame + count) {
          count++;
          continue;
        }
        if (count > 0) use(frame, count);
        frame = next;
        count = 1;
      }
      index += stop - at;
    }
    if (count > 0) use(frame, count);
  }

  #chunkFor(key: number): Chunk {
    const chunk = this.#chunks.get(key);
    if (chunk !== undefined) return chunk;
    const size = Math.min(chunkPages, this.#count - key * chunkPages);
    const made = {
      pages: new Array<Page | undefined>(size).fill(undefined),
      holders: new Uint32Array(size),
      held: 0,
    };
    this.#chunks.set(key, made);
    return made;
  }
}
