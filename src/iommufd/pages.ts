import { U64_MAX } from '../base/u64.ts';
import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { TASK_SIZE_MAX } from '../ioctl/user-memory.ts';
import type { Host } from './host.ts';
import { limits } from './limits.ts';
import { PageHolds, type PageRange } from './page-holds.ts';
import { account, type PageSource } from './page-source.ts';

const pageSize = BigInt(PAGE_SIZE);

/** What counts the accesses that pin something of it: an area. */
export interface AccessCounter {
  accesses: number;
}

/**
 * Memory of a process that areas show. A page is pinned while an area that is loaded into domains, or an access, holds
 * it; several areas share one of these through IOMMU_IOAS_COPY. Follows struct iopt_pages (io_pagetable.h).
 */
export class IoptPages {
  readonly source: PageSource;
  /** The number of the first page: the address divided by the page size. */
  readonly #page: number;
  /** Null while no page is pinned. */
  #holds: PageHolds | null = null;

  constructor(source: PageSource, uptr: bigint) {
    this.source = source;
    this.#page = Number(uptr / pageSize);
  }

  /** Where it starts, a multiple of the page size. */
  get uptr(): bigint {
    return BigInt(this.#page) * pageSize;
  }

  /** How many pages are pinned. */
  get pinned(): number {
    return this.#holds?.held ?? 0;
  }

  /** The page at a place, if it is pinned. */
  pageAt(index: number): Page | undefined {
    return this.#holds?.get(index);
  }

  /**
   * Pins and counts the pages of a range for an access. The same range can be pinned again.
   *
   * @kernel pages.c iopt_area_add_access
   */
  addAccess(area: AccessCounter, range: PageRange, write: boolean): Refusal | null {
    if (write && !this.source.writable) return refuse('EPERM', 'pin-allowed');
    const key = `${range.first}-${range.last}`;
    const access = this.#holds?.accesses?.get(key);
    if (access !== undefined) {
      access.users++;
      area.accesses++;
      return null;
    }
    if (!this.source.host.allocate()) return refuse('ENOMEM', 'memory');
    const refusal = this.hold(range);
    if (refusal !== null) return refusal;
    const holds = this.#holds as unknown as PageHolds;
    holds.accesses ??= new Map();
    holds.accesses.set(key, { users: 1 });
    area.accesses++;
    return null;
  }

  /** @kernel pages.c iopt_area_remove_access */
  removeAccess(area: AccessCounter, range: PageRange): void {
    const key = `${range.first}-${range.last}`;
    const accesses = this.#holds?.accesses ?? null;
    const access = accesses?.get(key);
    if (accesses === null || access === undefined) return;
    area.accesses--;
    access.users--;
    if (access.users > 0) return;
    accesses.delete(key);
    this.release(range);
  }

  /**
   * Two areas take the place of one that domains have: a page that both show gets one holder more.
   *
   * @kernel io_pagetable.c iopt_area_split
   */
  splitHold(left: PageRange, right: PageRange): void {
    if (left.last === right.first) this.#holds?.add({ first: right.first, last: right.first }, []);
  }

  /** Calls `use` for each run of neighbouring pages of a range that is held. */
  eachRun(range: PageRange, use: (frame: number, count: number) => void): void {
    this.#holds?.eachRun(range, use);
  }

  /**
   * The pages of a range as an access sees them: those that are pinned, else those that the process has there now.
   *
   * @kernel pages.c pfn_reader_first
   */
  look(range: PageRange): readonly Page[] | Refusal {
    const fresh = this.#find(range);
    if (fresh instanceof Refusal) return fresh;
    let taken = 0;
    const pages: Page[] = [];
    for (let index = range.first; index <= range.last; index++) {
      pages.push(this.#holds?.get(index) ?? (fresh[taken++] as Page));
    }
    return pages;
  }

  /**
   * Holds the pages of a range once more; pins and counts those that nothing held. Changes nothing where it fails.
   *
   * @param check what else must hold once they are pinned, before they are counted
   */
  hold(range: PageRange, check: () => Refusal | null = () => null): Refusal | null {
    const fresh = this.#find(range);
    if (fresh instanceof Refusal) return fresh;
    if (!this.source.memory.take(fresh.length * limits.pinnedPageBytes)) return refuse('ENOMEM', 'memory');
    for (const page of fresh) page.pins++;
    this.#holds ??= new PageHolds(range.last + 1);
    this.#holds.add(range, fresh);
    const refusal = check() ?? this.#countPinned(this.#holds);
    if (refusal !== null) this.#unhold(range);
    return refusal;
  }

  /** Holds the pages of a range once less; unpins those that nothing holds any more. */
  release(range: PageRange): void {
    const counted = this.#holds?.counted ?? 0;
    const held = this.#unhold(range);
    if (held < counted) account(this.source, held - counted);
    if (this.#holds !== null) this.#holds.counted = Math.min(counted, held);
  }

  /** @returns how many pages are held then */
  #unhold(range: PageRange): number {
    const holds = this.#holds;
    holds?.remove(range, (page) => {
      this.source.host.frames.unpin(page);
      this.source.memory.give(limits.pinnedPageBytes);
    });
    const held = holds?.held ?? 0;
    if (held === 0) this.#holds = null;
    return held;
  }

  /** @kernel pages.c pfn_reader_user_update_pinned */
  #countPinned(holds: PageHolds): Refusal | null {
    if (holds.held === holds.counted) return null;
    const refusal = account(this.source, holds.held - holds.counted);
    if (refusal === null) holds.counted = holds.held;
    return refusal;
  }

  /**
   * The pages of a range that nothing holds, from the memory of the process.
   *
   * @kernel pages.c pfn_reader_user_pin
   */
  #find(range: PageRange): readonly Page[] | Refusal {
    let found: Page[] | undefined;
    for (
      let hole = this.#nextHole(range);
      hole !== null;
      hole = this.#nextHole({ first: hole.last + 1, last: range.last })
    ) {
      const { host, writable } = this.source;
      const count = hole.last - hole.first + 1;
      const pages = pagesOf(host, BigInt(this.#page + hole.first) * pageSize, count, writable);
      if (pages instanceof Refusal) return pages;
      if (found === undefined) found = pages.slice();
      else for (const page of pages) found.push(page);
    }
    return found ?? [];
  }

  /** The next pages of a range that nothing holds, as many as are pinned in one go. */
  #nextHole(range: PageRange): PageRange | null {
    const { first, last } = range;
    if (this.#holds !== null) return this.#holds.nextHole(range, limits.pinBatch);
    return first <= last ? { first, last: Math.min(last, first + limits.pinBatch - 1) } : null;
  }
}

/**
 * Memory of a process for mappings.
 *
 * @kernel pages.c iopt_alloc_pages
 */
export function allocPages(
  source: PageSource,
  { uptr, length }: { readonly uptr: bigint; readonly length: bigint },
): IoptPages | Refusal {
  if (length === 0n || length > U64_MAX - pageSize) return refuse('EINVAL', 'length-fits');
  if (uptr + length > U64_MAX) return refuse('EOVERFLOW', 'memory-no-wrap');
  if (!source.host.allocate()) return refuse('ENOMEM', 'memory');
  return new IoptPages(source, uptr);
}

/**
 * Pages of the process as get_user_pages_fast() finds them, without a pin.
 *
 * @kernel mm/gup.c gup_fast_fallback
 */
export function pagesOf(
  host: Host,
  address: bigint,
  count: number,
  write: boolean,
): readonly Page[] | Refusal {
  const stop = address + BigInt(count) * pageSize;
  if (stop > U64_MAX) return refuse('EOVERFLOW', 'memory-no-wrap');
  if (stop > TASK_SIZE_MAX) return refuse('EFAULT', 'pages-there');
  const pages = host.memory.pages(address, count, write);
  if (pages.length === count) return pages;
  return host.frames.left === 0 ? refuse('ENOMEM', 'memory') : refuse('EFAULT', 'pages-there');
}
