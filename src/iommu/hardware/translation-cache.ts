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
}

/** Translations by who asked and by page: the IOTLB of an IOMMU (its keys are streams), the ATC of a device (PASIDs). */
export class TranslationCache {
  readonly #pages = new Map<number, Map<bigint, CachedPage>>();
  readonly #capacity: number;
  #size = 0;

  /** @param capacity translations that there is room for; all are forgotten where it is used up */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  get(key: number, address: bigint): CachedPage | undefined {
    return this.#pages.get(key)?.get(address / CACHED_PAGE);
  }

  set(key: number, address: bigint, page: CachedPage): void {
    if (this.#size >= this.#capacity) this.clear();
    const pages = this.#pages.get(key) ?? new Map<bigint, CachedPage>();
    this.#pages.set(key, pages);
    const at = address / CACHED_PAGE;
    if (!pages.has(at)) this.#size++;
    pages.set(at, page);
  }

  /** Forgets those of a key, of a tag that is wanted, that touch a range. */
  forget(key: number, range: AddressRange | null, wanted: (tag: Tag) => boolean = () => true): void {
    const pages = this.#pages.get(key);
    if (pages === undefined) return;
    const drop = (at: bigint, page: CachedPage): void => {
      if (!wanted(page.tag)) return;
      pages.delete(at);
      this.#size--;
    };
    const first = range === null ? 0n : range.start / CACHED_PAGE;
    const last = range === null ? 0n : range.last / CACHED_PAGE;
    if (range !== null && last - first < BigInt(pages.size)) {
      for (let at = first; at <= last; at++) {
        const page = pages.get(at);
        if (page !== undefined) drop(at, page);
      }
    } else {
      for (const [at, page] of pages) if (range === null || (at >= first && at <= last)) drop(at, page);
    }
    if (pages.size === 0) this.#pages.delete(key);
  }

  clear(): void {
    this.#pages.clear();
    this.#size = 0;
  }

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
