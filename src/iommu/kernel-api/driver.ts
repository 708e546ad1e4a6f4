import type { Refusal } from '../../ioctl/refusal.ts';
import type { Errno } from '../../model/errno.ts';

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

/** A range of IOVAs that a device cannot use. */
export interface ReservedRegion {
  readonly start: bigint;
  readonly last: bigint;
  /** `direct-relaxable`: only firmware used it. */
  readonly type: 'direct' | 'direct-relaxable' | 'reserved' | 'msi' | 'software-msi';
}

/** Data of a driver in the memory of a caller. */
export interface UserData {
  readonly type: number;
  readonly length: number;
  /** `kernelSize` bytes of it; E2BIG and EFAULT as for structs that grow. */
  read(kernelSize: number): Uint8Array | Errno;
}

/** What IOMMU_GET_HW_INFO tells. */
export interface HwInfo {
  readonly type: number;
  readonly data: Uint8Array;
}

/** What a driver of an IOMMU supplies. Follows struct iommu_ops (include/linux/iommu.h). */
export interface Driver {
  readonly name: string;
  /** Whether the IOMMU of the device tracks writes. */
  tracksDirty(device: IommuDevice): boolean;
  /** Whether it can make DMA coherent whatever the device asks for. */
  enforcesCoherency(device: IommuDevice): boolean;
  /** log2 of the number of PASIDs; 0 where there are none. */
  pasidBits(device: IommuDevice): number;
  /** What there is to know about the IOMMU of a device; null where the driver tells nothing. */
  hwInfo(device: IommuDevice): HwInfo | null;
  /** IOVAs that a device cannot use. */
  reservedRegions(device: IommuDevice): readonly ReservedRegion[];
  /** Makes a page table that the kernel fills. `flags` are those of IOMMU_HWPT_ALLOC. */
  allocPaging(device: IommuDevice, flags: number, data: UserData | null): PagingDomain | Refusal;
  /** Makes one that user space fills. */
  allocNested(
    device: IommuDevice,
    flags: number,
    parent: PagingDomain,
    data: UserData,
  ): NestedDomain | Refusal;
  /** Whether a device can use a domain; null where it can. */
  attach(domain: Domain, device: IommuDevice): Errno | null;
  /** Turns page requests of a device on. */
  enablePageRequests(device: IommuDevice): Errno | null;
  /** Turns them off again. */
  disablePageRequests(device: IommuDevice): void;
}

/** A device as its driver and its group see it. */
export interface IommuDevice {
  readonly name: string;
  readonly driver: Driver;
  readonly group: {
    /** How it is attached; null while it is not. */
    readonly handle: AttachHandle | null;
  };
  readonly iotlb: {
    /** Forgets all. */
    clear(): void;
  };
  /** Page requests that wait; null while they are off. */
  pageRequests: PageRequestState | null;
  /** Is notified of answers to page requests. */
  onPageResponse: ((request: PageRequest, code: number) => void) | null;
}

/** An attachment of a group to a domain; page faults of its devices go to its handler. */
export interface AttachHandle {
  readonly domain: Domain;
  /** Takes a group of page requests; null where the domain does not want any. */
  readonly handlePageRequests: ((group: PageRequestGroup, handle: AttachHandle) => void) | null;
}

/** What a device asks for when it misses a page (PCIe Page Request Interface). */
export interface PageRequest {
  /** PAGE_REQUEST_PASID_VALID, PAGE_REQUEST_LAST_PAGE. */
  readonly flags: number;
  readonly pasid: number;
  readonly grpid: number;
  readonly perm: number;
  readonly addr: bigint;
}

/** Requests that get one answer. */
export interface PageRequestGroup {
  readonly device: IommuDevice;
  readonly handle: AttachHandle;
  readonly requests: readonly PageRequest[];
  /** Sends the answer to the device: 0 success, 1 invalid. */
  respond(code: number): void;
}

/** The requests of a device that wait, while page requests are on. */
export class PageRequestState {
  /** Requests of groups whose last one is still to come. */
  readonly partial: PageRequest[] = [];
  /** Groups without an answer. @internal */
  readonly waiting = new Set<PageRequestGroup>();
}
