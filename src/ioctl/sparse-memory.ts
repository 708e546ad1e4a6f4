import { larger, smaller } from '../codec/runtime/arithmetic.ts';
import { PAGE_SIZE, type Page, type PageFill, type PageFrames } from './page-frames.ts';
import { TASK_SIZE_MAX, type UserMemory } from './user-memory.ts';

const pageSize = BigInt(PAGE_SIZE);

/** How a range of addresses is mapped. */
export interface MappingOptions {
  /** Can be written to; yes unless it says no. */
  readonly writable?: boolean;
  /** What a page holds at first, by its address; zeros unless given. */
  readonly fill?: (address: bigint) => PageFill;
  /** A copy of the memory (fork) has the same pages, not copies of them. */
  readonly shared?: boolean;
  /** The pages are neighbours, the first at a multiple of this many pages; scattered unless given. */
  readonly contiguous?: number;
}

interface Mapping {
  readonly start: bigint;
  /** Behind the last address. */
  readonly stop: bigint;
  readonly writable: boolean;
  readonly fill: ((address: bigint) => PageFill) | undefined;
  readonly shared: boolean;
  /** The pages that were touched, and those of other parts of what was mapped at once. */
  readonly pages: (Page | undefined)[];
  /** Place of its first page in these. */
  readonly first: number;
}

/** An address space of which only the pages that were touched take memory. */
export class SparseMemory implements UserMemory {
  readonly frames: PageFrames;
  #mappings: Mapping[] = [];
  /** The mapping that was used last. */
  #last: Mapping | undefined;
  /** Where a range starts in its page. */
  #at = 0;

  constructor(frames: PageFrames) {
    this.frames = frames;
  }

  /** Maps whole pages over whatever was there. @throws RangeError for a range that is not of whole pages below TASK_SIZE_MAX */
  map(start: bigint, length: bigint, options: MappingOptions = {}): void {
    checkRange(start, length);
    this.unmap(start, length);
    const { writable = true, shared = false, fill, contiguous } = options;
    const pages =
      contiguous === undefined
        ? []
        : this.frames.allocateRun(
            Number(length / pageSize),
            contiguous,
            fill && ((index) => fill(start + BigInt(index) * pageSize)),
          );
    this.#mappings.push({ start, stop: start + length, writable, fill, shared, pages, first: 0 });
  }

  /** Allows or forbids writes to whole pages that are mapped. */
  protect(start: bigint, length: bigint, writable: boolean): void {
    checkRange(start, length);
    const stop = start + length;
    this.#last = undefined;
    this.#mappings = this.#mappings.flatMap((mapping) => {
      const [from, to] = [larger(mapping.start, start), smaller(mapping.stop, stop)];
      if (from >= to) return [mapping];
      return [...outside(mapping, start, stop), { ...part(mapping, from, to), writable }];
    });
  }

  /** Takes whole pages away; those that are pinned live on where they are pinned. */
  unmap(start: bigint, length: bigint): void {
    checkRange(start, length);
    const stop = start + length;
    this.#last = undefined;
    this.#mappings = this.#mappings.flatMap((mapping) => {
      const [from, to] = [larger(mapping.start, start), smaller(mapping.stop, stop)];
      if (from >= to) return [mapping];
      if (!mapping.shared) this.#free(part(mapping, from, to));
      return outside(mapping, start, stop);
    });
  }

  /** Takes everything away, as the end of a process does. */
  unmapAll(): void {
    this.#last = undefined;
    for (const mapping of this.#mappings) if (!mapping.shared) this.#free(mapping);
    this.#mappings = [];
  }

  /** A copy, as a process gets that is forked. @throws RangeError where the machine has not so many pages left */
  fork(): SparseMemory {
    const copy = new SparseMemory(this.frames);
    copy.#mappings = this.#mappings.map((mapping) => {
      if (mapping.shared) return mapping;
      const pages: (Page | undefined)[] = [];
      eachPage(mapping, (page, index) => {
        const own = this.frames.allocate((bytes) => bytes.set(page.bytes));
        if (own === null) throw new RangeError('no pages are left for the copy of a process');
        pages[index] = own;
        // The contents of now, not those of when they are looked at first.
        void own.bytes;
      });
      return { ...mapping, pages, first: 0 };
    });
    return copy;
  }

  #free(mapping: Mapping): void {
    eachPage(mapping, (page, index) => {
      page.unmapped = true;
      if (page.pins === 0) this.frames.free(page);
      mapping.pages[mapping.first + index] = undefined;
    });
  }

  read(address: bigint, length: number): Uint8Array | null {
    const page = this.#pageWith(address, length, false);
    if (page !== null) return page.bytes.slice(this.#at, this.#at + length);
    const bytes = new Uint8Array(length);
    return this.#each(address, length, false, (page, at, offset, count) => {
      bytes.set(page.bytes.subarray(at, at + count), offset);
    }) === length
      ? bytes
      : null;
  }

  write(address: bigint, bytes: Uint8Array): number {
    const { length } = bytes;
    const page = this.#pageWith(address, length, true);
    if (page !== null) {
      page.bytes.set(bytes, this.#at);
      return length;
    }
    // Nothing is written to a range that ends where no process has memory: access_ok() comes first.
    if (address + BigInt(length) > TASK_SIZE_MAX) return 0;
    return this.#each(address, length, true, (page, at, offset, count) => {
      page.bytes.set(bytes.subarray(offset, offset + count), at);
    });
  }

  pages(address: bigint, count: number, write: boolean): readonly Page[] {
    const found: Page[] = [];
    let at = address;
    while (found.length < count) {
      const mapping = this.#mappingAt(at);
      if (mapping === undefined || (write && !mapping.writable)) break;
      let index = Number((at - mapping.start) / pageSize);
      const stop = Math.min(index + count - found.length, Number((mapping.stop - mapping.start) / pageSize));
      for (; index < stop; index++) {
        const page = this.#page(mapping, index);
        if (page === null) return found;
        found.push(page);
      }
      at = mapping.stop;
    }
    return found;
  }

  /** Calls `use` for the part in each page, up to the first page that is missing. @returns bytes reached */
  #each(
    address: bigint,
    length: number,
    write: boolean,
    use: (page: Page, at: number, offset: number, count: number) => void,
  ): number {
    let done = 0;
    while (done < length) {
      const at = address + BigInt(done);
      const mapping = this.#mappingAt(at);
      if (mapping === undefined || (write && !mapping.writable)) return done;
      const offset = Number(at - mapping.start);
      const inPage = offset % PAGE_SIZE;
      const count = Math.min(PAGE_SIZE - inPage, length - done);
      const page = this.#page(mapping, (offset - inPage) / PAGE_SIZE);
      if (page === null) return done;
      use(page, inPage, done, count);
      done += count;
    }
    return done;
  }

  /** The page that holds all bytes of a range, which start at `#at` in it; null where there is none. */
  #pageWith(address: bigint, length: number, write: boolean): Page | null {
    const mapping = this.#mappingAt(address);
    if (mapping === undefined || (write && !mapping.writable)) return null;
    const offset = Number(address - mapping.start);
    this.#at = offset % PAGE_SIZE;
    return this.#at + length > PAGE_SIZE ? null : this.#page(mapping, (offset - this.#at) / PAGE_SIZE);
  }

  #mappingAt(address: bigint): Mapping | undefined {
    const last = this.#last;
    if (last !== undefined && address >= last.start && address < last.stop) return last;
    for (const mapping of this.#mappings) {
      if (address < mapping.start || address >= mapping.stop) continue;
      this.#last = mapping;
      return mapping;
    }
    return undefined;
  }

  /** A page of a mapping; null where the machine has none left. */
  #page(mapping: Mapping, index: number): Page | null {
    const page = mapping.pages[mapping.first + index];
    if (page !== undefined) return page;
    const made = this.frames.allocate(mapping.fill?.(mapping.start + BigInt(index) * pageSize));
    if (made === null) return null;
    mapping.pages[mapping.first + index] = made;
    return made;
  }
}

/** What a mapping has below `start` and from `stop` on. */
function outside(mapping: Mapping, start: bigint, stop: bigint): Mapping[] {
  const kept: Mapping[] = [];
  if (mapping.start < start) kept.push(part(mapping, mapping.start, start));
  if (mapping.stop > stop) kept.push(part(mapping, stop, mapping.stop));
  return kept;
}

function part(mapping: Mapping, start: bigint, stop: bigint): Mapping {
  return { ...mapping, start, stop, first: mapping.first + Number((start - mapping.start) / pageSize) };
}

/** Calls `use` for each page that was touched, with its place in the mapping. */
function eachPage({ start, stop, pages, first }: Mapping, use: (page: Page, index: number) => void): void {
  const count = Number((stop - start) / pageSize);
  const visit = (place: number): void => {
    const page = pages[place];
    if (page !== undefined) use(page, place - first);
  };
  if (count <= 0x1_0000) {
    for (let place = first; place < first + count; place++) visit(place);
    return;
  }
  // Of terabytes only what was touched is looked at.
  for (const place of Object.keys(pages).map(Number))
    if (place >= first && place < first + count) visit(place);
}

function checkRange(start: bigint, length: bigint): void {
  const whole = start % pageSize === 0n && length % pageSize === 0n;
  if (whole && start >= 0n && length > 0n && start + length <= TASK_SIZE_MAX) return;
  throw new RangeError(`0x${start.toString(16)} and ${length} bytes on are not whole pages of a process`);
}
