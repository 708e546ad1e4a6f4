import * as uapi from '../generated/ts/iommufd.ts';
import { IommuTestCmdView, iommufdTestIoctls } from '../generated/ts/iommufd-test.ts';
import { type ArgumentMaker, argumentsOf, type StructIoctl } from '../ioctl/argument.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { hwptGetDirtyBitmap, hwptSetDirtyTracking } from './dirty-tracking.ts';
import { faultAlloc } from './fault-alloc.ts';
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

/** An ioctl and what runs it. Follows struct iommufd_ioctl_op (main.c). */
export interface Operation {
  readonly cmd: number;
  /** Bytes of the argument, and of its first version, which callers must give. */
  readonly size: number;
  readonly minSize: number;
  /** Runs the handler on the bytes of the argument. */
  execute(view: DataView, reply: Reply): Refusal | null;
}

/** An operation that also takes its argument as a value. */
export interface StructOperation<T> extends Operation, StructIoctl<T> {
  /** Makes an argument. */
  readonly argument: ArgumentMaker<T>;
  handler(ucmd: Ucmd<T>): Refusal | null;
}

function operation<T extends object>(
  ioctl: StructIoctl<T>,
  View: new (view: DataView) => T,
  handler: Handler<T>,
): StructOperation<T> {
  return {
    ...ioctl,
    argument: argumentsOf(ioctl),
    handler,
    execute: (view, reply) => handler({ ictx: reply.ictx, cmd: new View(view), reply }),
  };
}

/** The test driver's ioctl, whose handler chooses among the views of a union. */
const testOperation: Operation = {
  ...iommufdTestIoctls.IOMMU_TEST_CMD,
  execute: (view, reply) => testCommand({ ictx: reply.ictx, cmd: new IommuTestCmdView(view), reply }),
};

/** The ioctls of iommufd. @kernel main.c iommufd_ioctl_ops */
export const operations = {
  IOMMU_DESTROY: operation(uapi.iommufdIoctls.IOMMU_DESTROY, uapi.IommuDestroyView, destroy),
  IOMMU_FAULT_QUEUE_ALLOC: operation(
    uapi.iommufdIoctls.IOMMU_FAULT_QUEUE_ALLOC,
    uapi.IommuFaultAllocView,
    faultAlloc,
  ),
  IOMMU_GET_HW_INFO: operation(uapi.iommufdIoctls.IOMMU_GET_HW_INFO, uapi.IommuHwInfoView, getHwInfo),
  IOMMU_HWPT_ALLOC: operation(uapi.iommufdIoctls.IOMMU_HWPT_ALLOC, uapi.IommuHwptAllocView, hwptAlloc),
  IOMMU_HWPT_GET_DIRTY_BITMAP: operation(
    uapi.iommufdIoctls.IOMMU_HWPT_GET_DIRTY_BITMAP,
    uapi.IommuHwptGetDirtyBitmapView,
    hwptGetDirtyBitmap,
  ),
  IOMMU_HWPT_INVALIDATE: operation(
    uapi.iommufdIoctls.IOMMU_HWPT_INVALIDATE,
    uapi.IommuHwptInvalidateView,
    hwptInvalidate,
  ),
  IOMMU_HWPT_SET_DIRTY_TRACKING: operation(
    uapi.iommufdIoctls.IOMMU_HWPT_SET_DIRTY_TRACKING,
    uapi.IommuHwptSetDirtyTrackingView,
    hwptSetDirtyTracking,
  ),
  IOMMU_IOAS_ALLOC: operation(uapi.iommufdIoctls.IOMMU_IOAS_ALLOC, uapi.IommuIoasAllocView, ioasAlloc),
  IOMMU_IOAS_ALLOW_IOVAS: operation(
    uapi.iommufdIoctls.IOMMU_IOAS_ALLOW_IOVAS,
    uapi.IommuIoasAllowIovasView,
    ioasAllowIovas,
  ),
  IOMMU_IOAS_COPY: operation(uapi.iommufdIoctls.IOMMU_IOAS_COPY, uapi.IommuIoasCopyView, ioasCopy),
  IOMMU_IOAS_IOVA_RANGES: operation(
    uapi.iommufdIoctls.IOMMU_IOAS_IOVA_RANGES,
    uapi.IommuIoasIovaRangesView,
    ioasIovaRanges,
  ),
  IOMMU_IOAS_MAP: operation(uapi.iommufdIoctls.IOMMU_IOAS_MAP, uapi.IommuIoasMapView, ioasMap),
  IOMMU_IOAS_UNMAP: operation(uapi.iommufdIoctls.IOMMU_IOAS_UNMAP, uapi.IommuIoasUnmapView, ioasUnmap),
  IOMMU_OPTION: operation(uapi.iommufdIoctls.IOMMU_OPTION, uapi.IommuOptionView, option),
  IOMMU_VFIO_IOAS: operation(uapi.iommufdIoctls.IOMMU_VFIO_IOAS, uapi.IommuVfioIoasView, vfioIoas),
  IOMMU_TEST_CMD: testOperation,
} as const;

/** @kernel main.c iommufd_destroy */
export function destroy({ ictx, cmd }: Ucmd<uapi.IommuDestroy>): Refusal | null {
  return ictx.objects.remove(cmd.id);
}

/** Offset of iommu_option.val64, all of the answer. */
const optionValueOffset = 16;

/** @kernel main.c iommufd_option */
export function option(ucmd: Ucmd<uapi.IommuOption>): Refusal | null {
  const { cmd } = ucmd;
  if (cmd.__reserved !== 0) return refuse('EOPNOTSUPP', 'reserved');
  const refusal = chosenOption(ucmd);
  return refusal ?? ucmd.reply.respondFrom(optionValueOffset);
}

function chosenOption(ucmd: Ucmd<uapi.IommuOption>): Refusal | null {
  switch (ucmd.cmd.option_id) {
    case uapi.IOMMU_OPTION_RLIMIT_MODE:
      return optionRlimitMode(ucmd);
    case uapi.IOMMU_OPTION_HUGE_PAGES:
      return optionHugePages(ucmd);
    default:
      return refuse('EOPNOTSUPP', 'known-option');
  }
}
