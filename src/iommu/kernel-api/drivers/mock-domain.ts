import { MOCK_APERTURE_LAST, MOCK_APERTURE_START } from '../../../generated/ts/iommufd-test.ts';
import { PAGE_SIZE } from '../../../ioctl/page-frames.ts';
import type { Driver } from '../driver.ts';
import {
  type DirtyTracking,
  IOMMU_READ,
  IOMMU_WRITE,
  type PagingDomain,
  type Translation,
} from '../driver.ts';

/** Bytes of the mock IOMMU's smallest page: half a page of memory, so that nobody mixes them up. */
export const MOCK_IO_PAGE_SIZE = PAGE_SIZE / 2;
/** Smallest pages in a huge one. */
const hugePages = 512;
export const MOCK_HUGE_PAGE_SIZE = hugePages * MOCK_IO_PAGE_SIZE;

const blocksInPage = PAGE_SIZE / MOCK_IO_PAGE_SIZE;
const tableSize = hugePages;
const DIRTY = 0x40;
const HUGE = 0x80;

/** The entries of one huge page's worth of IOVAs. */
interface Table {
  /** The block mapped there plus 1; 0 where nothing is. */
  readonly blocks: Int32Array;
  /** IOMMU_READ and so on, DIRTY, HUGE. */
  readonly flags: Uint8Array;
  used: number;
}

/**
 * The page table of the mock driver.
 *
 * @kernel selftest.c mock_iommu_domain
 */
export class MockDomain implements PagingDomain {
  readonly kind = 'paging';
  readonly driver: Driver;
  readonly aperture = { start: BigInt(MOCK_APERTURE_START), last: BigInt(MOCK_APERTURE_LAST) };
  readonly pageSize = MOCK_IO_PAGE_SIZE;
  readonly pageSizes: bigint;
  readonly hugePages: number | null;
  readonly dirty: MockDirtyTracking | null;
  readonly #tables = new Map<number, Table>();
  /** Smallest pages that are mapped. */
  mapped = 0;
  unmaps = 0;

  constructor(driver: Driver, { huge, dirty }: { readonly huge: boolean; readonly dirty: boolean }) {
    this.driver = driver;
    this.pageSizes = BigInt(MOCK_IO_PAGE_SIZE) | (huge ? BigInt(MOCK_HUGE_PAGE_SIZE) : 0n);
    this.hugePages = huge ? hugePages : null;
    this.dirty = dirty ? new MockDirtyTracking(this) : null;
  }

  /** @kernel selftest.c mock_domain_map_pages */
  mapPages(ioPage: number, block: number, size: number, count: number, prot: number): void {
    const pages = size * count;
    const flags = (prot & (IOMMU_READ | IOMMU_WRITE)) | (size > 1 ? HUGE : 0);
    for (let done = 0; done < pages; ) {
      const at = (ioPage + done) % tableSize;
      const table = this.#tableFor((ioPage + done - at) / tableSize);
      const stop = Math.min(tableSize, at + pages - done);
      for (let i = at, value = block + done + 1; i < stop; i++, value++) {
        table.blocks[i] = value;
        table.flags[i] = flags;
      }
      table.used += stop - at;
      done += stop - at;
    }
    this.mapped += pages;
  }

  /** @kernel selftest.c mock_domain_unmap_pages */
  unmapPages(ioPage: number, count: number): void {
    this.unmaps++;
    for (let done = 0; done < count; ) {
      const at = (ioPage + done) % tableSize;
      const key = (ioPage + done - at) / tableSize;
      const table = this.#tables.get(key);
      const stop = Math.min(tableSize, at + count - done);
      if (table !== undefined) {
        for (let i = at; i < stop; i++) if (table.blocks[i] !== 0) this.#clear(table, i);
        if (table.used === 0) this.#tables.delete(key);
      }
      done += stop - at;
    }
  }

  /** @kernel selftest.c mock_domain_iova_to_phys */
  translate(iova: bigint): Translation | null {
    const block = this.blockAt(Number(iova / BigInt(MOCK_IO_PAGE_SIZE)));
    if (block === null) return null;
    const within = Number(iova % BigInt(MOCK_IO_PAGE_SIZE));
    const offset = (block % blocksInPage) * MOCK_IO_PAGE_SIZE + within;
    const frame = Math.floor(block / blocksInPage);
    const prot = this.#flagsAt(Number(iova / BigInt(MOCK_IO_PAGE_SIZE))) & (IOMMU_READ | IOMMU_WRITE);
    return { frame, offset, length: MOCK_IO_PAGE_SIZE - within, prot };
  }

  /** NON-KERNEL: the mock driver has no DMA; here a device writes, and tracking notices. */
  markDirty(iova: bigint): void {
    if (this.dirty?.enabled === true) this.setDirtyAt(Number(iova / BigInt(MOCK_IO_PAGE_SIZE)));
  }

  /** The block that is mapped at a smallest page. */
  blockAt(ioPage: number): number | null {
    const at = ioPage % tableSize;
    const value = this.#tables.get((ioPage - at) / tableSize)?.blocks[at] ?? 0;
    return value === 0 ? null : value - 1;
  }

  isHugeAt(ioPage: number): boolean {
    return (this.#flagsAt(ioPage) & HUGE) !== 0;
  }

  /** @returns false where nothing is mapped */
  setDirtyAt(ioPage: number): boolean {
    const at = ioPage % tableSize;
    const table = this.#tables.get((ioPage - at) / tableSize);
    if (table === undefined || table.blocks[at] === 0) return false;
    table.flags[at] = (table.flags[at] ?? 0) | DIRTY;
    return true;
  }

  /**
   * Whether one of `count` smallest pages is dirty; they are clean then unless `keep` is set.
   *
   * @kernel selftest.c mock_test_and_clear_dirty
   */
  takeDirty(ioPage: number, count: number, keep: boolean): boolean {
    let dirty = false;
    for (let page = ioPage; page < ioPage + count; page++) {
      const at = page % tableSize;
      const flags = this.#tables.get((page - at) / tableSize)?.flags;
      if (flags === undefined || ((flags[at] ?? 0) & DIRTY) === 0) continue;
      dirty = true;
      if (!keep) flags[at] = (flags[at] ?? 0) & ~DIRTY;
    }
    return dirty;
  }

  /** The first smallest page from `ioPage` on, below `stop`, that can be mapped; `stop` where none can. */
  nextTable(ioPage: number, stop: number): number {
    let at = ioPage;
    while (at < stop && !this.#tables.has(Math.floor(at / tableSize)))
      at = (Math.floor(at / tableSize) + 1) * tableSize;
    return Math.min(at, stop);
  }

  #flagsAt(ioPage: number): number {
    const at = ioPage % tableSize;
    return this.#tables.get((ioPage - at) / tableSize)?.flags[at] ?? 0;
  }

  #tableFor(key: number): Table {
    const table = this.#tables.get(key);
    if (table !== undefined) return table;
    const made = { blocks: new Int32Array(tableSize), flags: new Uint8Array(tableSize), used: 0 };
    this.#tables.set(key, made);
    return made;
  }

  #clear(table: Table, at: number): void {
    table.blocks[at] = 0;
    table.flags[at] = 0;
    table.used--;
    this.mapped--;
  }
}

class MockDirtyTracking implements DirtyTracking {
  readonly #domain: MockDomain;
  enabled = false;

  constructor(domain: MockDomain) {
    this.#domain = domain;
  }

  /** @kernel selftest.c mock_domain_set_dirty_tracking */
  set(enable: boolean): void {
    this.enabled = enable;
  }

  /** @kernel selftest.c mock_domain_read_and_clear_dirty */
  readAndClear(
    { iova, length }: { readonly iova: bigint; readonly length: bigint },
    keep: boolean,
    found: ((iova: bigint, length: bigint) => void) | null,
  ): boolean {
    if (!this.enabled && found !== null) return false;
    const size = BigInt(MOCK_IO_PAGE_SIZE);
    const stop = Number((iova + length + size - 1n) / size);
    for (let page = Number(iova / size); page < stop; ) {
      if (this.#domain.blockAt(page) === null) {
        page = this.#domain.nextTable(page + 1, stop);
        continue;
      }
      const pages = this.#domain.isHugeAt(page) ? hugePages : 1;
      const head = page - (page % pages);
      if (this.#domain.takeDirty(head, pages, keep)) found?.(BigInt(page) * size, BigInt(pages) * size);
      page += pages;
    }
    return true;
  }
}
