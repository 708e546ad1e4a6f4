import type { Refusal } from '../ioctl/refusal.ts';
import type { Errno } from '../model/errno.ts';
import type { Driver } from './driver.ts';

/** What a device may do with memory; bits as iommu.h has them. */
export const IOMMU_READ = 1;
export const IOMMU_WRITE = 2;
export const IOMMU_CACHE = 4;

/** Where an IOVA leads. */
export interface Translation {
  /** Number of the page of memory. */
  readonly frame: number;
  /** Bytes from the start of that page. */
  readonly offset: number;
  /** Bytes that follow in one piece, this one included. */
  readonly length: number;
  /** IOMMU_READ, IOMMU_WRITE. */
  readonly prot: number;
}

/**
 * A page table that the kernel fills. Places are counted in its smallest pages: `ioPage` is an IOVA divided by
 * `pageSize`, `block` a physical address divided by it. Both stay below 2^53, so numbers do.
 */
export interface PagingDomain {
  readonly kind: 'paging';
  readonly driver: Driver;
  /** The IOVAs that it can translate. */
  readonly aperture: { readonly start: bigint; readonly last: bigint };
  /** Bytes of its smallest page, at most those of a page of memory. */
  readonly pageSize: number;
  /** All sizes of its pages as bits. */
  readonly pageSizes: bigint;
  /** Smallest pages in one of its next larger pages; null where all are of one size. */
  readonly hugePages: number | null;
  /** Tracking of writes; null where it was not asked for. */
  readonly dirty: DirtyTracking | null;
  /** Maps `count` pages of `size` smallest pages each. Nothing is mapped there yet. */
  mapPages(ioPage: number, block: number, size: number, count: number, prot: number): void;
  /** How often something was taken away; what caches translations forgets them when this changes. */
  readonly unmaps: number;
  /** Takes away what is mapped at `count` smallest pages. */
  unmapPages(ioPage: number, count: number): void;
  /** Where an IOVA leads; null where nothing is mapped. */
  translate(iova: bigint): Translation | null;
  /** A device wrote there. */
  markDirty(iova: bigint): void;
}

/** Finds the pages that devices wrote to. */
export interface DirtyTracking {
  readonly enabled: boolean;
  /** Starts or stops. */
  set(enable: boolean): void;
  /**
   * Calls `found` for each page of a range that was written to, and marks it as clean unless `keep` is set.
   *
   * @returns false, having done nothing, where tracking is off and `found` wants to hear
   */
  readAndClear(
    range: { readonly iova: bigint; readonly length: bigint },
    keep: boolean,
    found: ((iova: bigint, length: bigint) => void) | null,
  ): boolean;
}

/** A page table that user space fills; it translates to IOVAs of its parent. */
export interface NestedDomain {
  readonly kind: 'nested';
  readonly driver: Driver;
  readonly parent: PagingDomain;
  /** Makes the IOMMU forget what it cached. */
  invalidate(requests: InvalidationRequests): InvalidationResult;
  /** The IOVA of the parent; null where nothing is mapped. */
  translate(iova: bigint): bigint | null;
}

/** A page table of either kind. */
export type Domain = PagingDomain | NestedDomain;

/** Requests of IOMMU_HWPT_INVALIDATE, as they lie in the memory of the caller. */
export interface InvalidationRequests {
  readonly type: number;
  readonly length: number;
  readonly count: number;
  /** The bytes of one, as many as `kernelSize`; E2BIG and EFAULT as for structs that grow. */
  read(index: number, kernelSize: number): Uint8Array | Errno;
}

/** How far requests got. */
export interface InvalidationResult {
  readonly done: number;
  readonly failed: Refusal | null;
}
