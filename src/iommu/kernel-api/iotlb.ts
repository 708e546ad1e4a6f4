import type { PagingDomain, Translation } from './driver.ts';

/** Most translations that are kept. */
const capacity = 256;

/** Translations that a device remembers, by the page of the IOVA. */
export class Iotlb {
  readonly #entries = new Map<bigint, Translation>();
  /** Translations found here, and those that had to be looked up. */
  hits = 0;
  misses = 0;

  #domain: PagingDomain | null = null;
  #unmaps = 0;

  /** Forgets everything where the domain is another one than before, or took something away since then. */
  sync(domain: PagingDomain): void {
    if (this.#domain === domain && this.#unmaps === domain.unmaps) return;
    this.clear();
    this.#domain = domain;
    this.#unmaps = domain.unmaps;
  }

  /** What is kept for a page. */
  get(key: bigint): Translation | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) this.misses++;
    else this.hits++;
    return entry;
  }

  /** Keeps a translation; the oldest goes where there is no room. */
  set(key: bigint, translation: Translation): void {
    if (this.#entries.size >= capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, translation);
  }

  /** Forgets all. */
  clear(): void {
    this.#entries.clear();
  }
}
