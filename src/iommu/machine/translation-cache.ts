import type { AddressRange, Tag } from './command.ts';

/** Bytes that a cached translation covers. */
export const CACHED_PAGE = 4096n;

/** A translation of one page. */
export interface CachedPage {
  readonly tag: Tag;
  /** Where the page is. */
  readonly address: bigint;
  /** IOMMU_READ, IOMMU_WRITE. */
  readonly prot: number;
  /** Bytes of the page of the first stage that it is a part of: who invalidates an address of that means all of it. */
  readonly pageSize: bigint;
}

/** Translations by who asked and by page: the IOTLB of an IOMMU (its keys are streams), the ATC of a device (PASIDs). */
export class TranslationCache {
  readonly #pages = new Map<number, Map<bigint, CachedPage>>();
  readonly #capacity: number;
  #size = 0;
  /** Bytes of the largest page that there are parts of. */
  #largest = CACHED_PAGE;

  /** @param capacity translations that there is room for; all are forgotten where it is used up */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** The translation of a page, which an address lies in. */
  get(key: number, address: bigint): CachedPage | undefined {
    return this.#pages.get(key)?.get(address / CACHED_PAGE);
  }

  /** Adds one, or replaces that of the same page. */
  set(key: number, address: bigint, page: CachedPage): void {
    const at = address / CACHED_PAGE;
    if (this.#size >= this.#capacity && this.get(key, address) === undefined) this.clear();
    const pages = this.#pages.get(key) ?? new Map<bigint, CachedPage>();
    this.#pages.set(key, pages);
    if (!pages.has(at)) this.#size++;
    pages.set(at, page);
    this.#largest = larger(this.#largest, page.pageSize);
  }

  /** Forgets those of a key, of a tag that is wanted, that are parts of pages which touch a range. */
  forget(key: number, range: AddressRange | null, wanted: (tag: Tag) => boolean = () => true): void {
    const pages = this.#pages.get(key);
    if (pages === undefined) return;
    const drop = (at: bigint, page: CachedPage): void => {
      if (!wanted(page.tag) || (range !== null && !touches(at * CACHED_PAGE, page, range))) return;
      pages.delete(at);
      this.#size--;
    };
    const largest = this.#largest;
    const first = range === null ? 0n : (range.start - (range.start % largest)) / CACHED_PAGE;
    const last = range === null ? 0n : (range.last - (range.last % largest) + largest) / CACHED_PAGE - 1n;
    // A short range is looked up page by page, in a long one there is less to look at in the cache.
    if (range !== null && last - first < BigInt(pages.size)) {
      for (let at = first; at <= last; at++) {
        const page = pages.get(at);
        if (page !== undefined) drop(at, page);
      }
    } else {
      for (const [at, page] of pages) drop(at, page);
    }
    if (pages.size === 0) this.#pages.delete(key);
  }

  /** Forgets all. */
  clear(): void {
    this.#pages.clear();
    this.#size = 0;
    this.#largest = CACHED_PAGE;
  }

  /** Who has asked for what is in it. */
  keys(): readonly number[] {
    return [...this.#pages.keys()];
  }

  /** Everything that is in it, in an order that does not depend on how it got there. */
  entries(): readonly { readonly key: number; readonly address: bigint; readonly page: CachedPage }[] {
    return [...this.#pages]
      .flatMap(([key, pages]) => [...pages].map(([at, page]) => ({ key, address: at * CACHED_PAGE, page })))
      .sort((a, b) => a.key - b.key || (a.address < b.address ? -1 : 1));
  }
}

/** Whether the page that an address is a part of touches a range. */
function touches(address: bigint, { pageSize }: CachedPage, { start, last }: AddressRange): boolean {
  const first = address - (address % pageSize);
  return first <= last && start < first + pageSize;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
