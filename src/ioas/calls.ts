import type { Encodable } from '../codec/runtime/codec.ts';
import * as uapi from '../generated/ts/ioas.ts';
import { type Result, valueOrRefusal } from '../ioctl/call-result.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { unbindDevice } from './bind.ts';
import type { CallData } from './call-data.ts';
import { nextFault } from './fault.ts';
import type { InfoReply } from './info.ts';
import { checkExtension, type IoasFile } from './main.ts';
import type { IoasDevice } from './objects.ts';
import {
  deviceOperations,
  type InfoOperation,
  infoOperations,
  type Operation,
  operations,
} from './operations.ts';

/** Where a page table of the caller's is, and how it looks. */
export interface PageTableArguments {
  /** IOAS_FORMAT_ */
  readonly format: number;
  /** Address of its root, which is one of the parent. */
  readonly addr: bigint;
  /** What the format needs besides; nothing unless given. */
  readonly data?: Uint8Array;
}

/** The calls of an open /dev/iommu without structs in memory: the same checks, the same answers. */
export class IoasCalls {
  readonly file: IoasFile;

  constructor(file: IoasFile) {
    this.file = file;
  }

  /** IOAS_CHECK_EXTENSION */
  checkExtension(extension: number): number {
    return checkExtension(this.file.context, BigInt(extension));
  }

  /** IOAS_DEVICE_BIND: the id of the device. */
  bind(device: IoasDevice, label: bigint): Result<number> {
    return onDevice(deviceOperations.IOAS_DEVICE_BIND, device, { iommu_fd: this.file.fd, label });
  }

  /** IOAS_DEVICE_UNBIND */
  unbind(device: IoasDevice): Result<number> {
    return valueOrRefusal(unbindDevice(device));
  }

  /** IOAS_DEVICE_ATTACH, with a PASID of the caller's or without. */
  attach(device: IoasDevice, ioas: number, pasid: number | null = null): Result<number> {
    return onDevice(deviceOperations.IOAS_DEVICE_ATTACH, device, attachArgument(ioas, pasid));
  }

  /** IOAS_DEVICE_DETACH */
  detach(device: IoasDevice, ioas: number, pasid: number | null = null): Result<number> {
    return onDevice(deviceOperations.IOAS_DEVICE_DETACH, device, attachArgument(ioas, pasid));
  }

  /** IOAS_ALLOC: the id. What is not given is 0. */
  alloc(args: Encodable<uapi.IoasAlloc> & { readonly data?: Uint8Array } = {}): Result<number> {
    const { data = noBytes, ...given } = args;
    return this.#run(operations.IOAS_ALLOC, { data_len: data.length, ...given }, data);
  }

  /** IOAS_FREE */
  free(ioas: number): Result<number> {
    return this.#run(operations.IOAS_FREE, { ioas });
  }

  /** IOAS_GET_INFO: all that there is to tell, however much room a caller has. */
  info(ioas: number): Result<InfoReply> {
    return this.#info(infoOperations.IOAS_GET_INFO, { ioas });
  }

  /** IOAS_DEVICE_GET_INFO, by label or by id. */
  deviceInfo(device: { readonly label: bigint } | { readonly id: number }): Result<InfoReply> {
    const given =
      'id' in device
        ? { flags: uapi.IOAS_DEVICE_INFO_BY_ID, dev_cookie: BigInt(device.id) }
        : { dev_cookie: device.label };
    return this.#info(infoOperations.IOAS_DEVICE_GET_INFO, given);
  }

  /** IOAS_MAP_DMA */
  map(ioas: number, { iova, vaddr, size, flags = 3 }: MapArguments): Result<number> {
    return this.#run(operations.IOAS_MAP_DMA, { flags, ioas, vaddr, iova, size });
  }

  /** IOAS_UNMAP_DMA */
  unmap(ioas: number, iova: bigint, size: bigint): Result<number> {
    return this.#run(operations.IOAS_UNMAP_DMA, { ioas, iova, size });
  }

  /** IOAS_REGISTER_MEMORY */
  registerMemory(vaddr: bigint, size: bigint): Result<number> {
    return this.#run(operations.IOAS_REGISTER_MEMORY, { vaddr, size });
  }

  /** IOAS_UNREGISTER_MEMORY */
  unregisterMemory(vaddr: bigint, size: bigint): Result<number> {
    return this.#run(operations.IOAS_UNREGISTER_MEMORY, { vaddr, size });
  }

  /** IOAS_CREATE_NESTING: the id. */
  createNesting(parent: number): Result<number> {
    return this.#run(operations.IOAS_CREATE_NESTING, { parent });
  }

  /** IOAS_BIND_PGTABLE */
  bindPgtable(ioas: number, { format, addr, data = noBytes }: PageTableArguments): Result<number> {
    return this.#run(operations.IOAS_BIND_PGTABLE, { ioas, format, addr, data_len: data.length }, data);
  }

  /** IOAS_UNBIND_PGTABLE */
  unbindPgtable(ioas: number): Result<number> {
    return this.#run(operations.IOAS_UNBIND_PGTABLE, { ioas });
  }

  /** IOAS_BIND_PASID_TABLE */
  bindPasidTable(
    ioas: number,
    args: { readonly format: number; readonly addr: bigint; readonly pasidBits: number },
  ): Result<number> {
    const { format, addr, pasidBits: pasid_bits } = args;
    return this.#run(operations.IOAS_BIND_PASID_TABLE, { ioas, format, addr, pasid_bits });
  }

  /** IOAS_UNBIND_PASID_TABLE */
  unbindPasidTable(ioas: number): Result<number> {
    return this.#run(operations.IOAS_UNBIND_PASID_TABLE, { ioas });
  }

  /** IOAS_INVALIDATE_CACHE. Fields that are given count; everything else is 0. */
  invalidate(
    ioas: number,
    args: Omit<Encodable<uapi.IoasInvalidate>, 'argsz' | 'flags' | 'ioas'> = {},
  ): Result<number> {
    const flags =
      (args.pasid === undefined ? 0 : uapi.IOAS_INV_PASID_VALID) |
      (args.label === undefined ? 0 : uapi.IOAS_INV_LABEL_VALID);
    return this.#run(operations.IOAS_INVALIDATE_CACHE, { ioas, ...args, flags });
  }

  /** IOAS_DEVICE_INVALIDATE; all caches by default. */
  invalidateDevice(label: bigint, caches = 0): Result<number> {
    return this.#run(operations.IOAS_DEVICE_INVALIDATE, { label, caches });
  }

  /** IOAS_HW_INVALIDATE: how many commands were done, and what stopped the next one. */
  invalidateHardware(
    ioas: number,
    type: number,
    commands: readonly Uint8Array[],
  ): { readonly done: number; readonly result: Result<number> } {
    const entry_len = commands[0]?.length ?? 0;
    const bytes = new Uint8Array(commands.reduce((sum, { length }) => sum + length, 0));
    for (const [index, command] of commands.entries()) bytes.set(command, index * entry_len);
    const given = { ioas, type, entry_len, entry_num: commands.length };
    const cmd = operations.IOAS_HW_INVALIDATE.argument(given);
    const result = this.#runOn(operations.IOAS_HW_INVALIDATE, cmd, bytes);
    return { done: result.ok || cmd.entry_num < commands.length ? cmd.entry_num : 0, result };
  }

  /** IOAS_WHY: how many devices are missing, and one of them. */
  why(ioas: number, index = 0): Result<uapi.IoasWhy> {
    const cmd = operations.IOAS_WHY.argument({ ioas, index });
    const result = this.#runOn(operations.IOAS_WHY, cmd);
    return result.ok ? { ok: true, value: cmd } : result;
  }

  /** read(2): the next fault; null where there is none. */
  nextFault(): uapi.IoasFault | null {
    const fault = this.file.isOpen ? nextFault(this.file.context) : undefined;
    if (fault === undefined) return null;
    fault.wasRead = true;
    return fault.event;
  }

  /** IOAS_PAGE_RESPONSE; to the oldest fault of the device unless given. */
  respond(
    ioas: number,
    args: { readonly label: bigint; readonly code: number; readonly fault?: number },
  ): Result<number> {
    return this.#run(operations.IOAS_PAGE_RESPONSE, { ioas, ...args });
  }

  /** close(2) */
  close(): Result<number> {
    const { ret, errno, check } = this.file.close();
    return errno === null ? { ok: true, value: ret } : { ok: false, errno, check: check ?? '' };
  }

  #run<T extends object>(
    operation: Operation<IoasFile['context'], T>,
    given: Partial<T>,
    data?: Uint8Array,
  ): Result<number> {
    return this.#runOn(operation, operation.argument(given), data);
  }

  /** Runs an operation on an argument, which handlers may write an answer into. */
  #runOn<T>(operation: Operation<IoasFile['context'], T>, cmd: T, data = noBytes): Result<number> {
    const refusal = this.#missing(operation.cmd);
    return valueOrRefusal(refusal ?? operation.handler(this.file.context, cmd, dataOf(data)));
  }

  #info<T extends object>(operation: InfoOperation<T>, given: Partial<T>): Result<InfoReply> {
    const refusal = this.#missing(operation.cmd);
    return valueOrRefusal(refusal ?? operation.handler(this.file.context, operation.argument(given)));
  }

  #missing(number: number): Refusal | null {
    const { profile } = this.file.context;
    if (!this.file.isOpen) return refuse('EBADF', 'open-file');
    return profile.calls.has(number) ? null : refuse(profile.unknownCall, 'known-ioctl');
  }
}

/** What IOAS_MAP_DMA maps where; readable and writable unless given. */
export interface MapArguments {
  readonly iova: bigint;
  /** Address of user memory; of the parent, where there is one. */
  readonly vaddr: bigint;
  readonly size: bigint;
  readonly flags?: number;
}

const noBytes: Uint8Array = new Uint8Array(0);

/** Data that starts at address 0 of a memory of its own. */
function dataOf(data: Uint8Array): CallData {
  return {
    read(address, length) {
      const bytes = data.slice(Number(address), Number(address) + length);
      return bytes.length < length ? null : bytes;
    },
  };
}

function onDevice<T extends object>(
  operation: Operation<IoasDevice, T>,
  device: IoasDevice,
  given: Partial<T>,
): Result<number> {
  return valueOrRefusal(operation.handler(device, operation.argument(given), dataOf(noBytes)));
}

function attachArgument(ioas: number, pasid: number | null): Partial<uapi.IoasDeviceAttach> {
  return pasid === null ? { ioas } : { flags: uapi.IOAS_ATTACH_USER_PASID, ioas, user_pasid: pasid };
}
