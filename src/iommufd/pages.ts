import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { TASK_SIZE_MAX } from '../ioctl/user-memory.ts';
import type { PagingDomain } from '../iommu/domain.ts';
import { mapRun } from '../iommu/map.ts';
import { type Area, areaLength, areaPages } from './area.ts';
import type { AccountMode } from './context.ts';
import { Failure, fail } from './failure.ts';
import type { Host } from './host.ts';
import { limits, U64_MAX } from './limits.ts';
import { account } from './page-accounting.ts';
import { PageHolds, type PageRange } from './page-holds.ts';

const pageSize = BigInt(PAGE_SIZE);

/**
 * Memory of a process that areas show. A page is pinned while an area that is loaded into domains, or an access, holds
 * it; several areas share one of these through IOMMU_IOAS_COPY. Follows struct iopt_pages (io_pagetable.h).
 */
export class IoptPages {
  readonly host: Host;
  /** Where it starts, a multiple of the page size. */
  readonly uptr: bigint;
  readonly count: number;
  readonly writable: boolean;
  readonly accountMode: AccountMode;
  /** Null while none is. */
  #holds: PageHolds | null = null;
  /** Pages that are pinned. */
  pinned = 0;
  /** Of these, those that were counted. */
  counted = 0;
  /** Accesses by the range that they hold, each with the number of its users. */
  #accesses: Map<string, { users: number }> | null = null;

  constructor(
    host: Host,
    {
      uptr,
      length,
      writable,
      accountMode,
    }: { uptr: bigint; length: bigint; writable: boolean; accountMode: AccountMode },
  ) {
    this.host = host;
    this.uptr = uptr - (uptr % pageSize);
    this.count = Number((uptr - this.uptr + length + pageSize - 1n) / pageSize);
    this.writable = writable;
    this.accountMode = accountMode;
  }

  /** The page at a place, if it is pinned. */
  pageAt(index: number): Page | undefined {
    return this.#holds?.get(index);
  }

  /**
   * Loads an area into domains; pins its pages unless something holds them already. Changes nothing where it fails.
   *
   * @kernel pages.c iopt_area_fill_domains iopt_area_fill_domain
   */
  fillDomains(area: Area, domains: readonly PagingDomain[]): Failure | null {
    const range = areaPages(area);
    const failure = this.#hold(range);
    if (failure !== null) return failure;
    if (domains.some((domain) => !canMap(area, domain)))
      return this.#undoHold(range, fail('EINVAL', 'mapping-aligned'));
    const overLimit = this.#countPinned();
    if (overLimit !== null) return this.#undoHold(range, overLimit);
    for (const domain of domains) this.#load(area, domain);
    return null;
  }

  /**
   * Loads an area that other domains have into one more.
   *
   * @kernel pages.c iopt_area_fill_domain
   */
  fillFurtherDomain(area: Area, domain: PagingDomain): Failure | null {
    if (!canMap(area, domain)) return fail('EINVAL', 'mapping-aligned');
    this.#load(area, domain);
    return null;
  }

  /**
   * Takes an area out of domains, and gives its pages back.
   *
   * @kernel pages.c iopt_area_unfill_domains iopt_area_unfill_domain
   */
  unfillDomains(area: Area, domains: readonly PagingDomain[]): void {
    for (const domain of domains) unmapArea(area, domain);
    this.#release(areaPages(area));
  }

  /**
   * Pins pages for an access. The same range can be pinned again.
   *
   * @kernel pages.c iopt_area_add_access
   */
  addAccess(area: Area, range: PageRange, write: boolean): Failure | null {
    if (write && !this.writable) return fail('EPERM', 'pin-allowed');
    const key = `${range.first}-${range.last}`;
    const access = this.#accesses?.get(key);
    if (access !== undefined) {
      access.users++;
      area.accesses++;
      return null;
    }
    if (!this.host.allocate()) return fail('ENOMEM', 'memory');
    const failure = this.#hold(range);
    if (failure !== null) return failure;
    const overLimit = this.#countPinned();
    if (overLimit !== null) return this.#undoHold(range, overLimit);
    this.#accesses ??= new Map();
    this.#accesses.set(key, { users: 1 });
    area.accesses++;
    return null;
  }

  /** @kernel pages.c iopt_area_remove_access */
  removeAccess(area: Area, range: PageRange): void {
    const key = `${range.first}-${range.last}`;
    const access = this.#accesses?.get(key);
    if (access === undefined) return;
    area.accesses--;
    access.users--;
    if (access.users > 0) return;
    this.#accesses?.delete(key);
    if (this.#accesses?.size === 0) this.#accesses = null;
    this.#release(range);
  }

  /**
   * Two areas take the place of one that domains have: a page that both show gets one holder more.
   *
   * @kernel io_pagetable.c iopt_area_split
   */
  splitHold(left: PageRange, right: PageRange): void {
    if (left.last === right.first) this.#holds?.add({ first: right.first, last: right.first }, []);
  }

  /**
   * The pages of a range as an access sees them: those that are pinned, else those that the process has there now.
   *
   * @kernel pages.c pfn_reader_first
   */
  look(range: PageRange): readonly Page[] | Failure {
    const fresh = this.#find(range);
    if (fresh instanceof Failure) return fresh;
    let taken = 0;
    const pages: Page[] = [];
    for (let index = range.first; index <= range.last; index++) {
      pages.push(this.#holds?.get(index) ?? (fresh[taken++] as Page));
    }
    return pages;
  }

  #hold(range: PageRange): Failure | null {
    const fresh = this.#find(range);
    if (fresh instanceof Failure) return fresh;
    for (const page of fresh) page.pins++;
    this.pinned += fresh.length;
    this.#holds ??= new PageHolds(this.count);
    this.#holds.add(range, fresh);
    return null;
  }

  #release(range: PageRange): void {
    this.#unhold(range);
    if (this.pinned < this.counted) account(this, this.pinned - this.counted);
    this.counted = Math.min(this.counted, this.pinned);
  }

  #unhold(range: PageRange): void {
    this.#holds?.remove(range, (page) => {
      page.pins--;
      this.pinned--;
    });
    if (this.pinned === 0) this.#holds = null;
  }

  #undoHold(range: PageRange, failure: Failure): Failure {
    this.#unhold(range);
    return failure;
  }

  /** @kernel pages.c pfn_reader_user_update_pinned */
  #countPinned(): Failure | null {
    if (this.pinned === this.counted) return null;
    const failure = account(this, this.pinned - this.counted);
    if (failure === null) this.counted = this.pinned;
    return failure;
  }

  /**
   * The pages of a range that nothing holds, from the memory of the process.
   *
   * @kernel pages.c pfn_reader_user_pin
   */
  #find(range: PageRange): readonly Page[] | Failure {
    let found: readonly Page[] | undefined;
    for (
      let hole = this.#nextHole(range);
      hole !== null;
      hole = this.#nextHole({ first: hole.last + 1, last: range.last })
    ) {
      for (let first = hole.first; first <= hole.last; first += limits.pinBatch) {
        const count = Math.min(limits.pinBatch, hole.last - first + 1);
        const pages = pagesOf(this.host, this.uptr + BigInt(first) * pageSize, count, this.writable);
        if (pages instanceof Failure) return pages;
        found = found === undefined ? pages : [...found, ...pages];
      }
    }
    return found ?? [];
  }

  /** The next pages of a range that nothing holds. */
  #nextHole(range: PageRange): PageRange | null {
    if (this.#holds !== null) return this.#holds.nextHole(range);
    return range.first <= range.last ? range : null;
  }

  /** @kernel pages.c batch_to_domain */
  #load(area: Area, domain: PagingDomain): void {
    const blocksInPage = PAGE_SIZE / domain.pageSize;
    let ioPage = Number(area.start / BigInt(domain.pageSize));
    let left = Number(areaLength(area) / BigInt(domain.pageSize));
    let skip = area.pageOffset / domain.pageSize;
    const map = (frame: number, pages: number): void => {
      const count = Math.min(left, pages * blocksInPage - skip);
      mapRun(domain, { ioPage, block: frame * blocksInPage + skip, count, prot: area.prot });
      ioPage += count;
      left -= count;
      skip = 0;
    };
    const each = (frame: number, pages: number): void => {
      for (let i = 0; i < pages; i++) map(frame + i, 1);
    };
    this.#holds?.eachRun(areaPages(area), area.iopt.largePages ? map : each);
  }
}

/**
 * Memory of a process for mappings.
 *
 * @kernel pages.c iopt_alloc_pages
 */
export function allocPages(
  host: Host,
  { uptr, length, writable, mode }: { uptr: bigint; length: bigint; writable: boolean; mode: AccountMode },
): IoptPages | Failure {
  if (length === 0n || length > U64_MAX - pageSize) return fail('EINVAL', 'length-fits');
  if (uptr + length > U64_MAX) return fail('EOVERFLOW', 'memory-no-wrap');
  if (!host.allocate()) return fail('ENOMEM', 'memory');
  const accountMode = host.credentials.ipcLock ? 'none' : mode;
  return new IoptPages(host, { uptr, length, writable, accountMode });
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
): readonly Page[] | Failure {
  const stop = address + BigInt(count) * pageSize;
  if (stop > U64_MAX) return fail('EOVERFLOW', 'memory-no-wrap');
  if (stop > TASK_SIZE_MAX) return fail('EFAULT', 'pages-there');
  const pages = host.memory.pages(address, count, write);
  return pages.length === count ? pages : fail('EFAULT', 'pages-there');
}

/** @kernel pages.c iopt_area_unmap_domain */
export function unmapArea(area: Area, domain: PagingDomain): void {
  domain.unmapPages(
    Number(area.start / BigInt(domain.pageSize)),
    Number(areaLength(area) / BigInt(domain.pageSize)),
  );
}

/** Whether all pieces of an area are whole pages of a domain; iommu_map() refuses others. */
function canMap(area: Area, domain: PagingDomain): boolean {
  return ((area.start | areaLength(area) | BigInt(area.pageOffset)) & BigInt(domain.pageSize - 1)) === 0n;
}
