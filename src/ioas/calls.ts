import type { Encodable } from '../codec/runtime/codec.ts';
import * as uapi from '../generated/ts/ioas.ts';
import type { Errno } from '../model/errno.ts';
import { alloc, createNesting, free } from './alloc.ts';
import { attachDevice, detachDevice } from './attach.ts';
import { bindDevice, unbindDevice } from './bind.ts';
import type { CallData } from './call-data.ts';
import type { IoasDevice } from './device.ts';
import { deviceInvalidate } from './device-invalidate.ts';
import { Failure, fail } from './failure.ts';
import { nextFault, pageResponse } from './fault.ts';
import { hwInvalidate } from './hw-invalidate.ts';
import { deviceGetInfo, getInfo, type InfoReply } from './info.ts';
import { invalidateCache } from './invalidate.ts';
import { checkExtension, type IoasFile } from './main.ts';
import { mapDma, registerMemory, unmapDma, unregisterMemory } from './map.ts';
import { bindPasidTable, bindPgtable, unbindTable } from './user-table.ts';
import { why } from './why.ts';

/** What a call gave. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errno: Errno; readonly check: string };

/** Where a page table of the caller's is, and how it looks. */
export interface PageTableArguments {
  /** IOAS_FORMAT_ */
  readonly format: number;
  /** Address of its root, which is one of the parent. */
  readonly addr: bigint;
  /** What the format needs besides; nothing unless given. */
  readonly data?: Uint8Array;
}

type Handler<T> = (context: IoasFile['context'], cmd: T, data: CallData) => number | Failure;

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
    const iommu_fd = this.file.fd;
    return of(bindDevice(device, { argsz: 24, flags: 0, iommu_fd, __reserved: 0, label }));
  }

  /** IOAS_DEVICE_UNBIND */
  unbind(device: IoasDevice): Result<number> {
    return of(unbindDevice(device));
  }

  /** IOAS_DEVICE_ATTACH, with a PASID of the caller's or without. */
  attach(device: IoasDevice, ioas: number, pasid: number | null = null): Result<number> {
    return of(attachDevice(device, attachArgument(ioas, pasid)));
  }

  /** IOAS_DEVICE_DETACH */
  detach(device: IoasDevice, ioas: number, pasid: number | null = null): Result<number> {
    return of(detachDevice(device, attachArgument(ioas, pasid)));
  }

  /** IOAS_ALLOC: the id. Everything is 0 unless given. */
  alloc(args: Encodable<uapi.IoasAlloc> & { readonly data?: Uint8Array } = {}): Result<number> {
    const { data = new Uint8Array(0), ...given } = args;
    const zero = { argsz: 56, flags: 0, type: 0, addr_width: 0, parent: 0, format: 0, addr: 0n };
    const cmd = { ...zero, data_uptr: 0n, data_len: data.length, pasid_bits: 0, ...given };
    return this.#run(uapi.IOAS_ALLOC, alloc, cmd, data);
  }

  /** IOAS_FREE */
  free(ioas: number): Result<number> {
    return this.#run(uapi.IOAS_FREE, free, { argsz: 8, ioas });
  }

  /** IOAS_GET_INFO: what there is to tell, whatever room a caller has. */
  info(ioas: number): Result<InfoReply> {
    const cmd = { argsz: 16, flags: 0, ioas, cap_offset: 0 };
    return this.#info(uapi.IOAS_GET_INFO, () => getInfo(this.file.context, cmd));
  }

  /** IOAS_DEVICE_GET_INFO, by label or by id. */
  deviceInfo(device: { readonly label: bigint } | { readonly id: number }): Result<InfoReply> {
    const byId = 'id' in device;
    const cmd: uapi.IoasDeviceInfo = {
      argsz: 32,
      flags: byId ? uapi.IOAS_DEVICE_INFO_BY_ID : 0,
      dev_cookie: byId ? BigInt(device.id) : device.label,
      pgsize_bitmap: 0n,
      addr_width: 0,
      cap_offset: 0,
    };
    return this.#info(uapi.IOAS_DEVICE_GET_INFO, () => deviceGetInfo(this.file.context, cmd));
  }

  /** IOAS_MAP_DMA */
  map(ioas: number, { iova, vaddr, size, flags = 3 }: MapArguments): Result<number> {
    return this.#run(uapi.IOAS_MAP_DMA, mapDma, { argsz: 40, flags, ioas, __reserved: 0, vaddr, iova, size });
  }

  /** IOAS_UNMAP_DMA */
  unmap(ioas: number, iova: bigint, size: bigint): Result<number> {
    return this.#run(uapi.IOAS_UNMAP_DMA, unmapDma, { argsz: 32, flags: 0, ioas, __reserved: 0, iova, size });
  }

  /** IOAS_REGISTER_MEMORY */
  registerMemory(vaddr: bigint, size: bigint): Result<number> {
    return this.#run(uapi.IOAS_REGISTER_MEMORY, registerMemory, { argsz: 24, flags: 0, vaddr, size });
  }

  /** IOAS_UNREGISTER_MEMORY */
  unregisterMemory(vaddr: bigint, size: bigint): Result<number> {
    return this.#run(uapi.IOAS_UNREGISTER_MEMORY, unregisterMemory, { argsz: 24, flags: 0, vaddr, size });
  }

  /** IOAS_CREATE_NESTING: the id. */
  createNesting(parent: number): Result<number> {
    const cmd = { argsz: 16, flags: 0, parent, __reserved: 0 };
    return this.#run(uapi.IOAS_CREATE_NESTING, createNesting, cmd);
  }

  /** IOAS_BIND_PGTABLE */
  bindPgtable(ioas: number, { format, addr, data = new Uint8Array(0) }: PageTableArguments): Result<number> {
    const cmd = {
      argsz: 40,
      flags: 0,
      ioas,
      format,
      addr,
      data_uptr: 0n,
      data_len: data.length,
      __reserved: 0,
    };
    return this.#run(uapi.IOAS_BIND_PGTABLE, bindPgtable, cmd, data);
  }

  /** IOAS_UNBIND_PGTABLE */
  unbindPgtable(ioas: number): Result<number> {
    const handler: Handler<uapi.IoasUnbind> = (ictx, cmd) => unbindTable(ictx, cmd, 'pgtable');
    return this.#run(uapi.IOAS_UNBIND_PGTABLE, handler, { argsz: 8, ioas });
  }

  /** IOAS_BIND_PASID_TABLE */
  bindPasidTable(
    ioas: number,
    {
      format,
      addr,
      pasidBits,
    }: { readonly format: number; readonly addr: bigint; readonly pasidBits: number },
  ): Result<number> {
    const cmd = { argsz: 32, flags: 0, ioas, format, addr, pasid_bits: pasidBits, __reserved: 0 };
    return this.#run(uapi.IOAS_BIND_PASID_TABLE, bindPasidTable, cmd);
  }

  /** IOAS_UNBIND_PASID_TABLE */
  unbindPasidTable(ioas: number): Result<number> {
    const handler: Handler<uapi.IoasUnbind> = (ictx, cmd) => unbindTable(ictx, cmd, 'pasid-table');
    return this.#run(uapi.IOAS_UNBIND_PASID_TABLE, handler, { argsz: 8, ioas });
  }

  /** IOAS_INVALIDATE_CACHE. Fields that are given count; everything else is 0. */
  invalidate(
    ioas: number,
    args: Omit<Encodable<uapi.IoasInvalidate>, 'argsz' | 'flags' | 'ioas'> = {},
  ): Result<number> {
    const flags =
      (args.pasid === undefined ? 0 : uapi.IOAS_INV_PASID_VALID) |
      (args.label === undefined ? 0 : uapi.IOAS_INV_LABEL_VALID);
    const zero = { granularity: 0, caches: 0, pasid: 0, addr: 0n, size: 0n, label: 0n };
    return this.#run(uapi.IOAS_INVALIDATE_CACHE, invalidateCache, {
      argsz: 48,
      ioas,
      ...zero,
      ...args,
      flags,
    });
  }

  /** IOAS_DEVICE_INVALIDATE; all caches unless given. */
  invalidateDevice(label: bigint, caches = 0): Result<number> {
    const cmd = { argsz: 24, flags: 0, label, caches, __reserved: 0 };
    return this.#run(uapi.IOAS_DEVICE_INVALIDATE, deviceInvalidate, cmd);
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
    const cmd = { argsz: 32, flags: 0, ioas, type, entries: 0n, entry_len, entry_num: commands.length };
    const result = this.#run(uapi.IOAS_HW_INVALIDATE, hwInvalidate, cmd, bytes);
    return { done: result.ok || cmd.entry_num < commands.length ? cmd.entry_num : 0, result };
  }

  /** IOAS_WHY: how many devices are missing, and one of them. */
  why(ioas: number, index = 0): Result<uapi.IoasWhy> {
    const name = new Uint8Array(32);
    const cmd = { argsz: 64, flags: 0, ioas, index, count: 0, device_id: 0, label: 0n, name };
    const result = this.#run(uapi.IOAS_WHY, why, cmd);
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
    return this.#run(uapi.IOAS_PAGE_RESPONSE, pageResponse, { argsz: 24, ioas, fault: 0, ...args });
  }

  /** close(2) */
  close(): Result<number> {
    const { ret, errno, check } = this.file.close();
    return errno === null ? { ok: true, value: ret } : { ok: false, errno, check: check ?? '' };
  }

  #run<T>(number: number, handler: Handler<T>, cmd: T, data: Uint8Array = new Uint8Array(0)): Result<number> {
    const refusal = this.#missing(number);
    const read = (address: bigint, length: number): Uint8Array | null => {
      const bytes = data.slice(Number(address), Number(address) + length);
      return bytes.length < length ? null : bytes;
    };
    return of(refusal ?? handler(this.file.context, cmd, { read }));
  }

  #info(number: number, call: () => InfoReply | Failure): Result<InfoReply> {
    const reply = this.#missing(number) ?? call();
    return reply instanceof Failure ? of(reply) : { ok: true, value: reply };
  }

  #missing(number: number): Failure | null {
    const { profile } = this.file.context;
    if (!this.file.isOpen) return fail('EBADF', 'open-file');
    return profile.calls.has(number) ? null : fail(profile.unknownCall, 'known-ioctl');
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

function attachArgument(ioas: number, pasid: number | null): uapi.IoasDeviceAttach {
  const flags = pasid === null ? 0 : uapi.IOAS_ATTACH_USER_PASID;
  return { argsz: 16, flags, ioas, user_pasid: pasid ?? 0 };
}

function of(value: Failure): { readonly ok: false; readonly errno: Errno; readonly check: string };
function of(value: number | Failure): Result<number>;
function of(value: number | Failure): Result<number> {
  return value instanceof Failure
    ? { ok: false, errno: value.errno, check: value.check }
    : { ok: true, value };
}
