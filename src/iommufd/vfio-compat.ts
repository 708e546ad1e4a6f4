import {
  minSizeofVfioIommuType1DmaUnmap,
  sizeofVfioIommuType1DmaMap,
  VFIO_API_VERSION,
  VFIO_CHECK_EXTENSION,
  VFIO_DMA_CC_IOMMU,
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_WRITE,
  VFIO_DMA_UNMAP_FLAG_ALL,
  VFIO_GET_API_VERSION,
  VFIO_IOMMU_GET_INFO,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
  VFIO_NOIOMMU_IOMMU,
  VFIO_SET_IOMMU,
  VFIO_TYPE1_IOMMU,
  VFIO_TYPE1v2_IOMMU,
  VFIO_UNMAP_ALL,
  VfioIommuType1DmaMapView,
  VfioIommuType1DmaUnmapView,
} from '../generated/ts/vfio.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { IOMMU_CACHE, IOMMU_READ, IOMMU_WRITE } from '../iommu/kernel-api/driver.ts';
import { cutAreas } from './area-split.ts';
import { disableLargePages } from './domains.ts';
import { type Unmapped, unmapAll, unmapIova } from './io-pagetable.ts';
import { mapUserPages } from './ioas-map.ts';
import type { IoPagetable } from './iopt.ts';
import type { IommufdContext } from './private.ts';
import { getInfo } from './vfio-info.ts';
import { getCompatIoas } from './vfio-ioas.ts';

/**
 * The ioctls of VFIO's type1 driver.
 *
 * @returns what the ioctl returns
 * @kernel vfio_compat.c iommufd_vfio_ioctl
 */
export function vfioIoctl(ictx: IommufdContext, cmd: number, arg: bigint): number | Refusal {
  switch (cmd) {
    case VFIO_GET_API_VERSION:
      return VFIO_API_VERSION;
    case VFIO_SET_IOMMU:
      return setIommu(ictx, arg) ?? 0;
    case VFIO_CHECK_EXTENSION:
      return checkExtension(ictx, arg);
    case VFIO_IOMMU_GET_INFO:
      return getInfo(ictx, arg) ?? 0;
    case VFIO_IOMMU_MAP_DMA:
      return mapDma(ictx, arg) ?? 0;
    case VFIO_IOMMU_UNMAP_DMA:
      return unmapDma(ictx, arg) ?? 0;
    default:
      return refuse('ENOTTY', 'known-ioctl');
  }
}

/** @kernel vfio_compat.c iommufd_vfio_set_iommu */
function setIommu(ictx: IommufdContext, type: bigint): Refusal | null {
  const { host, noIommuMode } = ictx;
  if (type === BigInt(VFIO_NOIOMMU_IOMMU) && noIommuMode && host.vfioNoIommu) {
    return host.credentials.rawIo === false ? refuse('EPERM', 'privileged') : null;
  }
  const known = type === BigInt(VFIO_TYPE1_IOMMU) || type === BigInt(VFIO_TYPE1v2_IOMMU);
  if (!known || noIommuMode) return refuse('EINVAL', 'known-iommu');
  const ioas = getCompatIoas(ictx);
  if (ioas instanceof Refusal) return ioas;
  return type === BigInt(VFIO_TYPE1_IOMMU) ? disableLargePages(ioas.iopt) : null;
}

/** @kernel vfio_compat.c iommufd_vfio_check_extension iommufd_vfio_cc_iommu */
function checkExtension(ictx: IommufdContext, type: bigint): number | Refusal {
  switch (type) {
    case BigInt(VFIO_TYPE1_IOMMU):
    case BigInt(VFIO_TYPE1v2_IOMMU):
    case BigInt(VFIO_UNMAP_ALL):
      return ictx.noIommuMode ? 0 : 1;
    case BigInt(VFIO_NOIOMMU_IOMMU):
      return ictx.host.vfioNoIommu ? 1 : 0;
    case BigInt(VFIO_DMA_CC_IOMMU): {
      const ioas = getCompatIoas(ictx);
      if (ioas instanceof Refusal) return ioas;
      return [...ioas.hwpts].every((hwpt) => hwpt.enforcesCoherency) ? 1 : 0;
    }
    default:
      return 0;
  }
}

/** @kernel vfio_compat.c iommufd_vfio_map_dma */
function mapDma(ictx: IommufdContext, arg: bigint): Refusal | null {
  const bytes = ictx.host.memory.read(arg, sizeofVfioIommuType1DmaMap);
  if (bytes === null) return refuse('EFAULT', 'argument-readable');
  const { argsz, flags, vaddr, iova, size } = new VfioIommuType1DmaMapView(new DataView(bytes.buffer));
  if (argsz < sizeofVfioIommuType1DmaMap) return refuse('EINVAL', 'argsz');
  if ((flags & ~(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)) !== 0)
    return refuse('EINVAL', 'known-flags');
  const ioas = getCompatIoas(ictx);
  if (ioas instanceof Refusal) return ioas;
  const prot =
    IOMMU_CACHE |
    ((flags & VFIO_DMA_MAP_FLAG_READ) !== 0 ? IOMMU_READ : 0) |
    ((flags & VFIO_DMA_MAP_FLAG_WRITE) !== 0 ? IOMMU_WRITE : 0);
  const mapped = mapUserPages(ictx, ioas.iopt, vaddr, { iova, length: size, prot });
  return mapped instanceof Refusal ? mapped : null;
}

/** @kernel vfio_compat.c iommufd_vfio_unmap_dma */
function unmapDma(ictx: IommufdContext, arg: bigint): Refusal | null {
  const { memory } = ictx.host;
  const bytes = memory.read(arg, minSizeofVfioIommuType1DmaUnmap);
  if (bytes === null) return refuse('EFAULT', 'argument-readable');
  const cmd = new VfioIommuType1DmaUnmapView(new DataView(bytes.buffer));
  const { iova, size } = cmd;
  if (cmd.argsz < minSizeofVfioIommuType1DmaUnmap) return refuse('EINVAL', 'argsz');
  if ((cmd.flags & ~VFIO_DMA_UNMAP_FLAG_ALL) !== 0) return refuse('EINVAL', 'only-all-on-iommufd');
  const ioas = getCompatIoas(ictx);
  if (ioas instanceof Refusal) return ioas;
  const all = (cmd.flags & VFIO_DMA_UNMAP_FLAG_ALL) !== 0;
  if (all && (iova !== 0n || size !== 0n)) return refuse('EINVAL', 'all-has-no-range');
  const unmapped = all ? unmapAll(ioas.iopt) : unmapPart(ioas.iopt, iova, size);
  if (unmapped instanceof Refusal) return unmapped;
  cmd.size = BigInt.asUintN(64, unmapped.bytes);
  return memory.write(arg, bytes) < bytes.length ? refuse('EFAULT', 'reply-writable') : unmapped.refusal;
}

/** Type1 may unmap parts of what was mapped: cuts come first. */
function unmapPart(iopt: IoPagetable, iova: bigint, size: bigint): Unmapped | Refusal {
  if (!iopt.largePages) {
    const ends = [iova + size - 1n, iova - 1n].slice(0, iova === 0n ? 1 : 2);
    const refusal = cutAreas(
      iopt,
      ends.map((end) => BigInt.asUintN(64, end)),
    );
    if (refusal !== null) return refusal;
  }
  return unmapIova(iopt, iova, size);
}
