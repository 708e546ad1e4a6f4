import { PAGE_SIZE } from '../ioctl/page-frames.ts';

/** Limits of iommufd. What exceeds one gets the kernel's errno. */
export const limits = {
  /** Bytes of the kernel's memory for an open file, unless the host says otherwise: ENOMEM. Then what counts how much. */
  kernelBytes: 1 << 30,
  objectBytes: 4096,
  areaBytes: 256,
  pinnedPageBytes: 16,
  ioPageBytes: 8,
  /** Highest id of an object; EBUSY where none is free. xa_limit_31b */
  idMax: 0x7fff_ffff,
  /** Highest place in an address space's list of accesses: EBUSY. xa_limit_16b */
  accessMax: 0xffff,
  /** Highest cookie of a fault queue: EBUSY. xa_limit_32b */
  cookieMax: 0xffff_ffff,
  /** Requests of one IOMMU_HWPT_INVALIDATE: EINVAL. IOMMU_HWPT_INVALIDATE_ENTRY_NUM_MAX */
  invalidationsMax: 1 << 19,
  /** Times that accesses are asked to let go of a mapping: EDEADLK. */
  unmapTriesMax: 100,
  /** Bytes that ACCESS_PAGES and ACCESS_RW of the test driver take: ENOMEM. */
  testAccessBytesMax: 16n * 1024n * 1024n,
  /** Pages that DIRTY of the test driver marks: EOVERFLOW. */
  testDirtyPagesMax: 16n * 1024n * 1024n * 8n,
  /** The largest alignment of an IOVA that the kernel chooses: a huge page of x86-64. HPAGE_SIZE */
  alignmentMax: 2n * 1024n * 1024n,
  /** Pages that are pinned in one go. temp_kmalloc, TEMP_MEMORY_LIMIT */
  pinBatch: 65536 / 8,
  /** Bytes that one read(2) or write(2) moves; the rest is left. MAX_RW_COUNT */
  transferBytesMax: 0x7fff_f000,
  /** Pages of a bitmap that GET_DIRTY_BITMAP pins in one go. iova_bitmap_get */
  bitmapPagesMax: PAGE_SIZE / 8,
  /** The smallest SET_TEMP_MEMORY_LIMIT: EINVAL. */
  tempMemoryMin: 12,
} as const;
