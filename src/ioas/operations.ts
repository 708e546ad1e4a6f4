import { viewOf } from '../codec/runtime/bytes.ts';
import { type IoasDeviceInfo, type IoasInfo, ioasIoctls as ioctls } from '../generated/ts/ioas.ts';
import { argumentsOf, type StructIoctl } from '../ioctl/argument.ts';
import type { Refusal } from '../ioctl/refusal.ts';
import { alloc, createNesting, free } from './alloc.ts';
import { attachDevice, detachDevice } from './attach.ts';
import { bindDevice } from './bind.ts';
import type { CallData } from './call-data.ts';
import { deviceInvalidate } from './device-invalidate.ts';
import { pageResponse } from './fault.ts';
import { hwInvalidate } from './hw-invalidate.ts';
import { deviceGetInfo, getInfo, type InfoReply } from './info.ts';
import { invalidateCache } from './invalidate.ts';
import type { Kvm } from './kvm.ts';
import { mapDma, registerMemory, unmapDma, unregisterMemory } from './map.ts';
import type { IoasContext } from './objects.ts';
import { bindPasidTable, bindPgtable, unbindTable } from './user-table.ts';
import { why } from './why.ts';

/** An ioctl on a file, and what runs it; its argument is a struct that can grow. */
export interface Operation<Target, T = unknown> extends StructIoctl<T> {
  /** The argument is written back, even if the call fails. */
  readonly answers: boolean;
  /** Makes an argument, see {@link argumentsOf}. */
  argument(given: Partial<T>): T;
  handler(target: Target, cmd: T, data: CallData): number | Refusal;
}

function operation<Target, T extends object>(
  ioctl: StructIoctl<T>,
  handler: (target: Target, cmd: T, data: CallData) => number | Refusal,
  { answers = false }: { readonly answers?: boolean } = {},
): Operation<Target, T> {
  return { ...ioctl, argument: argumentsOf(ioctl), handler, answers };
}

/** Runs the handler of an operation on the bytes of its argument. */
export function execute<Target>(
  { codec, handler, answers }: Operation<Target>,
  target: Target,
  argument: Uint8Array,
  data: CallData,
): number | Refusal {
  const view = viewOf(argument);
  const value = codec.decode(view);
  const result = handler(target, value, data);
  if (answers) codec.encodeTyped(value as Parameters<typeof codec.encodeTyped>[0], view);
  return result;
}

/** The ioctls of /dev/iommu whose argument is a struct that can grow. */
export const operations = {
  IOAS_REGISTER_MEMORY: operation(ioctls.IOAS_REGISTER_MEMORY, registerMemory),
  IOAS_UNREGISTER_MEMORY: operation(ioctls.IOAS_UNREGISTER_MEMORY, unregisterMemory),
  IOAS_ALLOC: operation(ioctls.IOAS_ALLOC, alloc),
  IOAS_FREE: operation(ioctls.IOAS_FREE, free),
  IOAS_MAP_DMA: operation(ioctls.IOAS_MAP_DMA, mapDma),
  IOAS_UNMAP_DMA: operation(ioctls.IOAS_UNMAP_DMA, unmapDma),
  IOAS_CREATE_NESTING: operation(ioctls.IOAS_CREATE_NESTING, createNesting),
  IOAS_BIND_PGTABLE: operation(ioctls.IOAS_BIND_PGTABLE, bindPgtable),
  IOAS_UNBIND_PGTABLE: operation(ioctls.IOAS_UNBIND_PGTABLE, (ictx: IoasContext, cmd) =>
    unbindTable(ictx, cmd, 'pgtable'),
  ),
  IOAS_BIND_PASID_TABLE: operation(ioctls.IOAS_BIND_PASID_TABLE, bindPasidTable),
  IOAS_UNBIND_PASID_TABLE: operation(ioctls.IOAS_UNBIND_PASID_TABLE, (ictx: IoasContext, cmd) =>
    unbindTable(ictx, cmd, 'pasid-table'),
  ),
  IOAS_INVALIDATE_CACHE: operation(ioctls.IOAS_INVALIDATE_CACHE, invalidateCache),
  IOAS_DEVICE_INVALIDATE: operation(ioctls.IOAS_DEVICE_INVALIDATE, deviceInvalidate),
  IOAS_HW_INVALIDATE: operation(ioctls.IOAS_HW_INVALIDATE, hwInvalidate, { answers: true }),
  IOAS_WHY: operation(ioctls.IOAS_WHY, why, { answers: true }),
  IOAS_PAGE_RESPONSE: operation(ioctls.IOAS_PAGE_RESPONSE, pageResponse),
} as const;

/** Those of a device's file. */
export const deviceOperations = {
  IOAS_DEVICE_BIND: operation(ioctls.IOAS_DEVICE_BIND, bindDevice),
  IOAS_DEVICE_ATTACH: operation(ioctls.IOAS_DEVICE_ATTACH, attachDevice),
  IOAS_DEVICE_DETACH: operation(ioctls.IOAS_DEVICE_DETACH, detachDevice),
} as const;

/** Those of a virtual machine's file. */
export const kvmOperations = {
  IOAS_KVM_MAP_PASID: operation(ioctls.IOAS_KVM_MAP_PASID, (kvm: Kvm, cmd) => kvm.map(cmd)),
  IOAS_KVM_UNMAP_PASID: operation(ioctls.IOAS_KVM_UNMAP_PASID, (kvm: Kvm, cmd) => kvm.unmap(cmd)),
} as const;

/** An ioctl that tells something, as much as the caller has room for. */
export interface InfoOperation<T = unknown> extends StructIoctl<T> {
  /** Makes an argument, see {@link argumentsOf}. */
  argument(given: Partial<T>): T;
  handler(ictx: IoasContext, cmd: T): InfoReply | Refusal;
}

/** The info ioctls. */
export const infoOperations: {
  readonly IOAS_GET_INFO: InfoOperation<IoasInfo>;
  readonly IOAS_DEVICE_GET_INFO: InfoOperation<IoasDeviceInfo>;
} = {
  IOAS_GET_INFO: { ...ioctls.IOAS_GET_INFO, argument: argumentsOf(ioctls.IOAS_GET_INFO), handler: getInfo },
  IOAS_DEVICE_GET_INFO: {
    ...ioctls.IOAS_DEVICE_GET_INFO,
    argument: argumentsOf(ioctls.IOAS_DEVICE_GET_INFO),
    handler: deviceGetInfo,
  },
};
