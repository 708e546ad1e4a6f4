import type { Page } from '../ioctl/page-frames.ts';

/** Pages in a chunk. */
const chunkPages = 512;

interface Chunk {
  readonly pages: (Page | undefined)[];
  /** How many areas and accesses hold each page that is held; null while that is one for all. */
  holders: number[] | null;
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
  /** By number, with holes. Room for one: an empty array would make room for 17 when it gets its first. */
  readonly #chunks = new Array<Chunk | undefined>(1);
  /** Pages that are held. */
  held = 0;
  /** Of these, those that were counted as locked memory. */
  counted = 0;
  /** Accesses by the range that they hold, each with the number of its users; null where there is none. */
  accesses: Map<string, { users: number }> | null = null;

  get(index: number): Page | undefined {
    return this.#chunks[Math.floor(index / chunkPages)]?.pages[index % chunkPages];
  }

  /** The first and last of the next pages of a range, from `first` on, that nothing holds; null where all are held. */
  nextHole({ first, last }: PageRange): PageRange | null {
    let start = first;
    while (start <= last && this.get(start) !== undefined) start++;
    if (start > last) return null;
    let stop = start;
    while (stop < last && this.get(stop + 1) === undefined) {
      const chunk = this.#chunks[Math.floor((stop + 1) / chunkPages)];
      stop =
        chunk !== undefined
          ? stop + 1
          : Math.min(last, (Math.floor((stop + 1) / chunkPages) + 1) * chunkPages - 1);
    }
    return { first: start, last: stop };
  }

  /** Holds a range once more; `fresh` are the pages of those that nothing held, in ascending order. */
  add({ first, last }: PageRange, fresh: readonly Page[]): void {
    let taken = 0;
    for (let index = first; index <= last; ) {
      const at = index % chunkPages;
      const stop = Math.min(chunkPages, at + last - index + 1);
      const chunk = this.#chunkFor((index - at) / chunkPages, stop);
      for (let i = at; i < stop; i++) {
        if (chunk.pages[i] === undefined) {
          chunk.pages[i] = fresh[taken++];
          chunk.held++;
        } else {
          chunk.holders ??= new Array<number>(chunk.pages.length).fill(1);
          chunk.holders[i] = (chunk.holders[i] ?? 1) + 1;
        }
      }
      index += stop - at;
    }
    this.held += taken;
  }

  /** Holds a range once less; calls `free` for each page that nothing holds any more. */
  remove({ first, last }: PageRange, free: (page: Page) => void): void {
    for (let index = first; index <= last; ) {
      const at = index % chunkPages;
      const key = (index - at) / chunkPages;
      const stop = Math.min(chunkPages, at + last - index + 1);
      const chunk = this.#chunks[key] as Chunk;
      for (let i = at; i < stop; i++) {
        const holders = chunk.holders?.[i] ?? 1;
        if (holders > 1) {
          (chunk.holders as number[])[i] = holders - 1;
          continue;
        }
        free(chunk.pages[i] as Page);
        chunk.pages[i] = undefined;
        chunk.held--;
        this.held--;
      }
      if (chunk.held === 0) delete this.#chunks[key];
      index += stop - at;
    }
  }

  /** Calls `use` for each run of neighbouring pages of a range that is held. */
  eachRun({ first, last }: PageRange, use: (frame: number, count: number) => void): void {
    let frame = -1;
    let count = 0;
    for (let index = first; index <= last; ) {
      const at = index % chunkPages;
      const { pages } = this.#chunks[(index - at) / chunkPages] as Chunk;
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

  /** A chunk with room for at least so many pages; those are most often all that there will be. */
  #chunkFor(key: number, size: number): Chunk {
    const chunk = this.#chunks[key];
    if (chunk !== undefined) return chunk;
    const made = { pages: new Array<Page | undefined>(size), holders: null, held: 0 };
    this.#chunks[key] = made;
    return made;
  }
}
