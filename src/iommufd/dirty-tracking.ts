import { U64_MAX } from '../base/u64.ts';
import {
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
  type IommuHwptGetDirtyBitmap,
  type IommuHwptSetDirtyTracking,
} from '../generated/ts/iommufd.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { PagingDomain } from '../iommu/kernel-api/driver.ts';
import { areaLength, ContiguousAreas } from './area.ts';
import type { Host } from './host.ts';
import type { IoPagetable } from './iopt.ts';
import { IovaBitmap } from './iova-bitmap.ts';
import { domainOf, HwptPaging } from './private.ts';
import type { Ucmd } from './ucmd.ts';

/** @kernel hw_pagetable.c iommufd_hwpt_set_dirty_tracking */
export function hwptSetDirtyTracking({ ictx, cmd }: Ucmd<IommuHwptSetDirtyTracking>): Refusal | null {
  if ((cmd.flags & ~IOMMU_HWPT_DIRTY_TRACKING_ENABLE) !== 0) return refuse('EOPNOTSUPP', 'known-flags');
  const hwpt = ictx.objects.get(cmd.hwpt_id, HwptPaging, 'hwpt-exists');
  if (hwpt instanceof Refusal) return hwpt;
  const enable = (cmd.flags & IOMMU_HWPT_DIRTY_TRACKING_ENABLE) !== 0;
  return setDirtyTracking(hwpt.ioas.iopt, domainOf(hwpt), enable);
}

/**
 * Tracking starts with all pages clean.
 *
 * @kernel io_pagetable.c iopt_set_dirty_tracking iopt_clear_dirty_data
 */
function setDirtyTracking(iopt: IoPagetable, { dirty }: PagingDomain, enable: boolean): Refusal | null {
  if (dirty === null) return refuse('EOPNOTSUPP', 'can-track');
  if (enable) {
    for (const area of iopt.areas.entries()) {
      dirty.readAndClear({ iova: area.start, length: areaLength(area) }, false, null);
    }
  }
  dirty.set(enable);
  return null;
}

/** @kernel hw_pagetable.c iommufd_hwpt_get_dirty_bitmap */
export function hwptGetDirtyBitmap({ ictx, cmd }: Ucmd<IommuHwptGetDirtyBitmap>): Refusal | null {
  if ((cmd.flags & ~IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR) !== 0 || cmd.__reserved !== 0) {
    return refuse('EOPNOTSUPP', 'flags-and-reserved');
  }
  const hwpt = ictx.objects.get(cmd.hwpt_id, HwptPaging, 'hwpt-exists');
  if (hwpt instanceof Refusal) return hwpt;
  const { iopt } = hwpt.ioas;
  return checkRange(iopt, cmd) ?? readAndClear(ictx.host, iopt, domainOf(hwpt), cmd);
}

/** @kernel io_pagetable.c iommufd_check_iova_range */
function checkRange(iopt: IoPagetable, { iova, length, page_size }: IommuHwptGetDirtyBitmap): Refusal | null {
  if (length === 0n) return refuse('EINVAL', 'length-not-zero');
  const last = iova + length - 1n;
  if (last > U64_MAX) return refuse('EOVERFLOW', 'no-wrap');
  const ends = iova | (last + 1n);
  if ((ends & (iopt.alignment - 1n)) !== 0n) return refuse('EINVAL', 'range-aligned');
  if (page_size === 0n) return refuse('EINVAL', 'page-size-not-zero');
  if ((ends & (page_size - 1n)) !== 0n) return refuse('EINVAL', 'range-of-pages');
  return null;
}

/**
 * Tells which pages were written. That tracking is off, that part of the range is not mapped, or that the bitmap cannot
 * be written only ends the walk: the kernel answers 0 all the same.
 *
 * @kernel io_pagetable.c iopt_read_and_clear_dirty_data iommu_read_and_clear_dirty __iommu_read_and_clear_dirty
 */
function readAndClear(
  host: Host,
  iopt: IoPagetable,
  { dirty }: PagingDomain,
  cmd: IommuHwptGetDirtyBitmap,
): Refusal | null {
  if (dirty === null) return refuse('EOPNOTSUPP', 'can-track');
  if (!host.allocate()) return refuse('ENOMEM', 'memory');
  const { iova, length, page_size: pageSize, data: address } = cmd;
  const bitmap = new IovaBitmap(host, { iova, length, pageSize, address });
  const keep = (cmd.flags & IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR) !== 0;
  const walk = new ContiguousAreas(iopt.areas, iova, iova + length - 1n);
  while (walk.area !== null) {
    const range = { iova: walk.iova, length: walk.areaLast - walk.iova + 1n };
    if (!dirty.readAndClear(range, keep, (at, bytes) => bitmap.set(at, bytes))) return null;
    if (!walk.next()) break;
  }
  return null;
}
