import { U64_MAX } from '../base/u64.ts';
import { larger } from '../codec/runtime/arithmetic.ts';
import {
  encodeVfioInfoCapHeader,
  encodeVfioIommuType1InfoDmaAvail,
  encodeVfioIovaRange,
  sizeofVfioInfoCapHeader,
  sizeofVfioIommuType1Info,
  sizeofVfioIommuType1InfoDmaAvail,
  sizeofVfioIovaRange,
  VFIO_IOMMU_INFO_CAPS,
  VFIO_IOMMU_INFO_PGSIZES,
  VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
  VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL,
  VfioIommuType1InfoView,
} from '../generated/ts/vfio.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { UserMemory } from '../ioctl/user-memory.ts';
import type { IoPagetable } from './iopt.ts';
import type { IommufdContext } from './private.ts';
import { getCompatIoas } from './vfio-ioas.ts';

/** Offset behind iova_pgsizes. The table of VFIO's ioctls knows it, but would bring all of its codecs along. */
const minSize = 16;
/** Bytes of vfio_iommu_type1_info_cap_iova_range before its ranges. */
const rangesOffset = 16;
/** Offset of vfio_info_cap_header.next. */
const nextOffset = 4;

/** Writes a capability as far as there is room. @returns its size, null where memory cannot be written */
type Fill = (iopt: IoPagetable, memory: UserMemory, address: bigint, room: number) => number | null;

/**
 * VFIO_IOMMU_GET_INFO: the capabilities that fit are written, and the size for all of them is told in any case.
 *
 * @kernel vfio_compat.c iommufd_vfio_iommu_get_info
 */
export function getInfo(ictx: IommufdContext, arg: bigint): Refusal | null {
  const { memory } = ictx.host;
  const head = memory.read(arg, minSize);
  if (head === null) return refuse('EFAULT', 'argument-readable');
  const bytes = new Uint8Array(sizeofVfioIommuType1Info);
  bytes.set(head);
  const info = new VfioIommuType1InfoView(new DataView(bytes.buffer));
  if (info.argsz < minSize) return refuse('EINVAL', 'argsz');
  const size = Math.min(info.argsz, bytes.length);
  const ioas = getCompatIoas(ictx);
  if (ioas instanceof Refusal) return ioas;
  const total = fillCapabilities(ioas.iopt, memory, arg, info.argsz);
  if (total === null) return refuse('EFAULT', 'reply-writable');
  info.flags = VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS;
  info.iova_pgsizes = pageSizes(ioas.iopt);
  info.cap_offset = info.argsz >= total ? bytes.length : 0;
  info.argsz = total;
  return memory.write(arg, bytes.subarray(0, size)) < size ? refuse('EFAULT', 'reply-writable') : null;
}

function fillCapabilities(iopt: IoPagetable, memory: UserMemory, arg: bigint, argsz: number): number | null {
  let total = sizeofVfioIommuType1Info;
  let before: bigint | null = null;
  for (const fill of [fillDmaAvail, fillIovaRanges]) {
    const size = fill(iopt, memory, arg + BigInt(total), Math.max(0, argsz - total));
    if (size === null) return null;
    if (before !== null && argsz >= total) {
      const next = new Uint8Array(4);
      new DataView(next.buffer).setUint32(0, total, true);
      if (memory.write(before + BigInt(nextOffset), next) < 4) return null;
    }
    before = arg + BigInt(total);
    total += Math.ceil(size / 8) * 8;
  }
  return total;
}

/** @kernel vfio_compat.c iommufd_fill_cap_dma_avail */
const fillDmaAvail: Fill = (_, memory, address, room) => {
  const bytes = new Uint8Array(sizeofVfioIommuType1InfoDmaAvail);
  const header = { id: VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, version: 1 };
  encodeVfioIommuType1InfoDmaAvail({ header, avail: 0xffff_ffff }, new DataView(bytes.buffer));
  if (room >= bytes.length && memory.write(address, bytes) < bytes.length) return null;
  return bytes.length;
};

/** @kernel vfio_compat.c iommufd_fill_cap_iova */
const fillIovaRanges: Fill = (iopt, memory, address, room) => {
  const holes = iopt.reserved.holes();
  for (const [index, { start, last: end }] of holes.entries()) {
    const offset = rangesOffset + index * sizeofVfioIovaRange;
    if (room < offset + sizeofVfioIovaRange) continue;
    const bytes = new Uint8Array(sizeofVfioIovaRange);
    encodeVfioIovaRange({ start, end }, new DataView(bytes.buffer));
    if (memory.write(address + BigInt(offset), bytes) < bytes.length) return null;
  }
  const size = rangesOffset + holes.length * sizeofVfioIovaRange;
  const bytes = new Uint8Array(rangesOffset);
  const view = new DataView(bytes.buffer);
  encodeVfioInfoCapHeader({ id: VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, version: 1 }, view);
  view.setUint32(sizeofVfioInfoCapHeader, holes.length, true);
  if (room >= size && memory.write(address, bytes) < bytes.length) return null;
  return size;
};

/** @kernel vfio_compat.c iommufd_get_pagesizes */
function pageSizes(iopt: IoPagetable): bigint {
  const inPage = BigInt(PAGE_SIZE - 1);
  let sizes = U64_MAX;
  for (const domain of iopt.domains) sizes &= domain.pageSizes;
  if ((sizes & inPage) !== 0n) sizes = (sizes & ~inPage) | BigInt(PAGE_SIZE);
  return larger(sizes, iopt.alignment);
}
