import type { Refusal } from '../ioctl/refusal.ts';
import type { Errno } from '../model/errno.ts';
import type { Device } from './device.ts';
import type { Domain, NestedDomain, PagingDomain } from './domain.ts';

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
  tracksDirty(device: Device): boolean;
  /** Whether it can make DMA coherent whatever the device asks for. */
  enforcesCoherency(device: Device): boolean;
  /** log2 of the number of PASIDs; 0 where there are none. */
  pasidBits(device: Device): number;
  /** What there is to know about the IOMMU of a device; null where the driver tells nothing. */
  hwInfo(device: Device): HwInfo | null;
  /** IOVAs that a device cannot use. */
  reservedRegions(device: Device): readonly ReservedRegion[];
  /** Makes a page table that the kernel fills. `flags` are those of IOMMU_HWPT_ALLOC. */
  allocPaging(device: Device, flags: number, data: UserData | null): PagingDomain | Refusal;
  /** Makes one that user space fills. */
  allocNested(device: Device, flags: number, parent: PagingDomain, data: UserData): NestedDomain | Refusal;
  /** Whether a device can use a domain; null where it can. */
  attach(domain: Domain, device: Device): Errno | null;
  /** Turns page requests of a device on. */
  enablePageRequests(device: Device): Errno | null;
  /** Turns them off again. */
  disablePageRequests(device: Device): void;
}
