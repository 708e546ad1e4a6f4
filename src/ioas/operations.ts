import type { StructCodec } from '../codec/runtime/codec.ts';
import * as uapi from '../generated/ts/ioas.ts';
import { alloc, createNesting, free } from './alloc.ts';
import { attachDevice, detachDevice } from './attach.ts';
import { bindDevice } from './bind.ts';
import type { CallData } from './call-data.ts';
import type { IoasContext } from './context.ts';
import type { IoasDevice } from './device.ts';
import { deviceInvalidate } from './device-invalidate.ts';
import type { Failure } from './failure.ts';
import { pageResponse } from './fault.ts';
import { hwInvalidate } from './hw-invalidate.ts';
import { deviceGetInfo, getInfo, type InfoReply } from './info.ts';
import { invalidateCache } from './invalidate.ts';
import type { Kvm } from './kvm.ts';
import { mapDma, registerMemory, unmapDma, unregisterMemory } from './map.ts';
import { bindPasidTable, bindPgtable, unbindTable } from './user-table.ts';
import { why } from './why.ts';

/** An ioctl whose argument is a struct that can grow. */
export interface Operation<Target> {
  readonly cmd: number;
  readonly size: number;
  /** Bytes that a caller must give: the struct's first version. */
  readonly minSize: number;
  /** The argument is written back, also where the call fails. */
  readonly answers: boolean;
  execute(target: Target, argument: Uint8Array, data: CallData): number | Failure;
}

interface OperationOptions {
  readonly minSize?: number;
  readonly answers?: boolean;
}

function operation<Target, T>(
  cmd: number,
  codec: StructCodec<T>,
  handler: (target: Target, cmd: T, data: CallData) => number | Failure,
  { minSize = codec.minSize, answers = false }: OperationOptions = {},
): Operation<Target> {
  return {
    cmd,
    size: codec.minSize,
    minSize,
    answers,
    execute(target, argument, data) {
      const view = new DataView(argument.buffer, argument.byteOffset, argument.length);
      const value = codec.decode(view);
      const result = handler(target, value, data);
      if (answers) codec.encodeTyped(value as Parameters<typeof codec.encodeTyped>[0], view);
      return result;
    },
  };
}

/** Bytes of ioas_alloc that the RFC's code of 2021 had. */
const firstAlloc = 16;

/** The ioctls of /dev/iommu whose argument is a struct that can grow. */
export const operations: readonly Operation<IoasContext>[] = [
  operation(uapi.IOAS_REGISTER_MEMORY, uapi.IoasMemoryCodec, registerMemory),
  operation(uapi.IOAS_UNREGISTER_MEMORY, uapi.IoasMemoryCodec, unregisterMemory),
  operation(uapi.IOAS_ALLOC, uapi.IoasAllocCodec, alloc, { minSize: firstAlloc }),
  operation(uapi.IOAS_FREE, uapi.IoasFreeCodec, free),
  operation(uapi.IOAS_MAP_DMA, uapi.IoasMapDmaCodec, mapDma),
  operation(uapi.IOAS_UNMAP_DMA, uapi.IoasUnmapDmaCodec, unmapDma),
  operation(uapi.IOAS_CREATE_NESTING, uapi.IoasCreateNestingCodec, createNesting),
  operation(uapi.IOAS_BIND_PGTABLE, uapi.IoasBindPgtableCodec, bindPgtable),
  operation(uapi.IOAS_UNBIND_PGTABLE, uapi.IoasUnbindCodec, (ictx: IoasContext, cmd) =>
    unbindTable(ictx, cmd, 'pgtable'),
  ),
  operation(uapi.IOAS_BIND_PASID_TABLE, uapi.IoasBindPasidTableCodec, bindPasidTable),
  operation(uapi.IOAS_UNBIND_PASID_TABLE, uapi.IoasUnbindCodec, (ictx: IoasContext, cmd) =>
    unbindTable(ictx, cmd, 'pasid-table'),
  ),
  operation(uapi.IOAS_INVALIDATE_CACHE, uapi.IoasInvalidateCodec, invalidateCache),
  operation(uapi.IOAS_DEVICE_INVALIDATE, uapi.IoasDeviceInvalidateCodec, deviceInvalidate),
  operation(uapi.IOAS_HW_INVALIDATE, uapi.IoasHwInvalidateCodec, hwInvalidate, { answers: true }),
  operation(uapi.IOAS_WHY, uapi.IoasWhyCodec, why, { answers: true }),
  operation(uapi.IOAS_PAGE_RESPONSE, uapi.IoasPageResponseCodec, pageResponse),
];

/** Those of a device's file. */
export const deviceOperations: readonly Operation<IoasDevice>[] = [
  operation(uapi.IOAS_DEVICE_BIND, uapi.IoasDeviceBindCodec, bindDevice),
  operation(uapi.IOAS_DEVICE_ATTACH, uapi.IoasDeviceAttachCodec, attachDevice),
  operation(uapi.IOAS_DEVICE_DETACH, uapi.IoasDeviceAttachCodec, detachDevice),
];

/** Those of a virtual machine's file. */
export const kvmOperations: readonly Operation<Kvm>[] = [
  operation(uapi.IOAS_KVM_MAP_PASID, uapi.IoasKvmPasidCodec, (kvm: Kvm, cmd) => kvm.map(cmd)),
  operation(uapi.IOAS_KVM_UNMAP_PASID, uapi.IoasKvmPasidCodec, (kvm: Kvm, cmd) => kvm.unmap(cmd)),
];

/** An ioctl that tells something, as much as the caller has room for. */
export interface InfoOperation {
  readonly cmd: number;
  readonly size: number;
  execute(ictx: IoasContext, argument: Uint8Array): InfoReply | Failure;
}

function infoOperation<T>(
  cmd: number,
  codec: StructCodec<T>,
  handler: (ictx: IoasContext, cmd: T) => InfoReply | Failure,
): InfoOperation {
  return {
    cmd,
    size: codec.minSize,
    execute: (ictx, argument) =>
      handler(ictx, codec.decode(new DataView(argument.buffer, argument.byteOffset, argument.length))),
  };
}

/** The info ioctls. */
export const infoOperations: readonly InfoOperation[] = [
  infoOperation(uapi.IOAS_GET_INFO, uapi.IoasInfoCodec, getInfo),
  infoOperation(uapi.IOAS_DEVICE_GET_INFO, uapi.IoasDeviceInfoCodec, deviceGetInfo),
];
