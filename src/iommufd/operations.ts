import * as uapi from '../generated/ts/iommufd.ts';
import { IOMMU_TEST_CMD, IommuTestCmdView, sizeofIommuTestCmd } from '../generated/ts/iommufd-test.ts';
import { hwptGetDirtyBitmap, hwptSetDirtyTracking } from './dirty-tracking.ts';
import { type Failure, fail } from './failure.ts';
import { faultAlloc } from './fault.ts';
import { getHwInfo } from './hw-info.ts';
import { hwptAlloc } from './hwpt-alloc.ts';
import { hwptInvalidate } from './hwpt-invalidate.ts';
import {
  ioasAlloc,
  ioasAllowIovas,
  ioasIovaRanges,
  ioasUnmap,
  optionHugePages,
  optionRlimitMode,
} from './ioas-ioctls.ts';
import { ioasCopy, ioasMap } from './ioas-map.ts';
import { testCommand } from './selftest.ts';
import type { Handler, Reply, Ucmd } from './ucmd.ts';
import { vfioIoas } from './vfio-ioas.ts';

/** An ioctl of the table. Follows struct iommufd_ioctl_op (main.c). */
export interface Operation {
  readonly cmd: number;
  /** Bytes of the argument, and of its first version, which callers must give. */
  readonly size: number;
  readonly minSize: number;
  /** Runs the handler on the bytes of the argument. */
  execute(view: DataView, reply: Reply): Failure | null;
}

function operation<T>(
  cmd: number,
  { size, minSize = size }: { readonly size: number; readonly minSize?: number },
  View: new (view: DataView) => T,
  handler: Handler<T>,
): Operation {
  return {
    cmd,
    size,
    minSize,
    execute: (view, reply) => handler({ ictx: reply.ictx, cmd: new View(view), reply }),
  };
}

/** The ioctls of iommufd. @kernel main.c iommufd_ioctl_ops */
export const operations: readonly Operation[] = [
  operation(uapi.IOMMU_DESTROY, { size: uapi.sizeofIommuDestroy }, uapi.IommuDestroyView, destroy),
  operation(
    uapi.IOMMU_FAULT_QUEUE_ALLOC,
    { size: uapi.sizeofIommuFaultAlloc },
    uapi.IommuFaultAllocView,
    faultAlloc,
  ),
  operation(
    uapi.IOMMU_GET_HW_INFO,
    { size: uapi.sizeofIommuHwInfo, minSize: 32 },
    uapi.IommuHwInfoView,
    getHwInfo,
  ),
  operation(
    uapi.IOMMU_HWPT_ALLOC,
    { size: uapi.sizeofIommuHwptAlloc, minSize: 24 },
    uapi.IommuHwptAllocView,
    hwptAlloc,
  ),
  operation(
    uapi.IOMMU_HWPT_GET_DIRTY_BITMAP,
    { size: uapi.sizeofIommuHwptGetDirtyBitmap },
    uapi.IommuHwptGetDirtyBitmapView,
    hwptGetDirtyBitmap,
  ),
  operation(
    uapi.IOMMU_HWPT_INVALIDATE,
    { size: uapi.sizeofIommuHwptInvalidate },
    uapi.IommuHwptInvalidateView,
    hwptInvalidate,
  ),
  operation(
    uapi.IOMMU_HWPT_SET_DIRTY_TRACKING,
    { size: uapi.sizeofIommuHwptSetDirtyTracking },
    uapi.IommuHwptSetDirtyTrackingView,
    hwptSetDirtyTracking,
  ),
  operation(uapi.IOMMU_IOAS_ALLOC, { size: uapi.sizeofIommuIoasAlloc }, uapi.IommuIoasAllocView, ioasAlloc),
  operation(
    uapi.IOMMU_IOAS_ALLOW_IOVAS,
    { size: uapi.sizeofIommuIoasAllowIovas },
    uapi.IommuIoasAllowIovasView,
    ioasAllowIovas,
  ),
  operation(uapi.IOMMU_IOAS_COPY, { size: uapi.sizeofIommuIoasCopy }, uapi.IommuIoasCopyView, ioasCopy),
  operation(
    uapi.IOMMU_IOAS_IOVA_RANGES,
    { size: uapi.sizeofIommuIoasIovaRanges },
    uapi.IommuIoasIovaRangesView,
    ioasIovaRanges,
  ),
  operation(uapi.IOMMU_IOAS_MAP, { size: uapi.sizeofIommuIoasMap }, uapi.IommuIoasMapView, ioasMap),
  operation(uapi.IOMMU_IOAS_UNMAP, { size: uapi.sizeofIommuIoasUnmap }, uapi.IommuIoasUnmapView, ioasUnmap),
  operation(uapi.IOMMU_OPTION, { size: uapi.sizeofIommuOption }, uapi.IommuOptionView, option),
  operation(uapi.IOMMU_VFIO_IOAS, { size: uapi.sizeofIommuVfioIoas }, uapi.IommuVfioIoasView, vfioIoas),
  operation(IOMMU_TEST_CMD, { size: sizeofIommuTestCmd, minSize: 68 }, IommuTestCmdView, testCommand),
];

/** @kernel main.c iommufd_destroy */
export function destroy({ ictx, cmd }: Ucmd<uapi.IommuDestroy>): Failure | null {
  return ictx.objects.remove(cmd.id);
}

/** Offset of iommu_option.val64, all of the answer. */
const optionValueOffset = 16;

/** @kernel main.c iommufd_option */
export function option(ucmd: Ucmd<uapi.IommuOption>): Failure | null {
  const { cmd } = ucmd;
  if (cmd.__reserved !== 0) return fail('EOPNOTSUPP', 'reserved');
  const failure = chosenOption(ucmd);
  return failure ?? ucmd.reply.respondFrom(optionValueOffset);
}

function chosenOption(ucmd: Ucmd<uapi.IommuOption>): Failure | null {
  switch (ucmd.cmd.option_id) {
    case uapi.IOMMU_OPTION_RLIMIT_MODE:
      return optionRlimitMode(ucmd);
    case uapi.IOMMU_OPTION_HUGE_PAGES:
      return optionHugePages(ucmd);
    default:
      return fail('EOPNOTSUPP', 'known-option');
  }
}
