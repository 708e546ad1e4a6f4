import {
  decodeIommuIovaRange,
  encodeIommuIovaRange,
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_OPTION_OP_GET,
  IOMMU_OPTION_OP_SET,
  IOMMU_VFIO_IOAS_CLEAR,
  IOMMU_VFIO_IOAS_GET,
  IOMMU_VFIO_IOAS_SET,
  sizeofIommuIovaRange,
} from '../generated/ts/iommufd.ts';
import type { Errno } from '../model/errno.ts';
import { hwptGetDirtyBitmap, hwptSetDirtyTracking } from './dirty-tracking.ts';
import { Failure } from './failure.ts';
import { faultAlloc } from './fault.ts';
import { getHwInfo } from './hw-info.ts';
import { hwptAlloc } from './hwpt-alloc.ts';
import { hwptInvalidate } from './hwpt-invalidate.ts';
import { ioasAlloc, ioasAllowIovas, ioasIovaRanges, ioasUnmap } from './ioas-ioctls.ts';
import { ioasCopy, ioasMap } from './ioas-map.ts';
import type { Iommufd } from './main.ts';
import { destroy, option } from './operations.ts';
import type { IovaRange } from './reserved-ranges.ts';
import type { Handler, Reply } from './ucmd.ts';
import { vfioIoas } from './vfio-ioas.ts';

/** What a call gave: its value, or why it was refused. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errno: Errno; readonly check: string };

/** Memory of the process that calls may use for what structs point at. */
export interface Scratch {
  readonly address: bigint;
  readonly length: number;
}

/** A mapping to make. Flags are IOMMU_IOAS_MAP_READABLE and IOMMU_IOAS_MAP_WRITEABLE. */
export interface MapArguments {
  readonly ioas: number;
  readonly address: bigint;
  readonly length: bigint;
  readonly flags: number;
  /** Where; the kernel chooses unless given. */
  readonly iova?: bigint;
}

/** The ioctls of /dev/iommu with values instead of structs. They run the same code as those with bytes. */
export class IommufdCalls {
  readonly #reply: Reply;
  readonly #scratch: Scratch;

  constructor({ context: ictx }: Iommufd, scratch: Scratch) {
    this.#reply = { ictx, respond: () => null, respondFrom: () => null };
    this.#scratch = scratch;
  }

  /** IOMMU_DESTROY */
  destroy(id: number): Result<void> {
    return this.#run(destroy, { size: 8, id }, () => undefined);
  }

  /** IOMMU_IOAS_ALLOC: the id of a new address space. */
  ioasAlloc(): Result<number> {
    return this.#run(ioasAlloc, { size: 12, flags: 0, out_ioas_id: 0 }, (cmd) => cmd.out_ioas_id);
  }

  /** IOMMU_IOAS_MAP: the IOVA. */
  ioasMap({ ioas, address, length, flags, iova }: MapArguments): Result<bigint> {
    const cmd = {
      size: 40,
      flags: flags | (iova === undefined ? 0 : IOMMU_IOAS_MAP_FIXED_IOVA),
      ioas_id: ioas,
      __reserved: 0,
      user_va: address,
      length,
      iova: iova ?? 0n,
    };
    return this.#run(ioasMap, cmd, () => cmd.iova);
  }

  /** IOMMU_IOAS_COPY: the IOVA. `address` is an IOVA of the source here. */
  ioasCopy(source: number, { ioas, address, length, flags, iova }: MapArguments): Result<bigint> {
    const cmd = {
      size: 40,
      flags: flags | (iova === undefined ? 0 : IOMMU_IOAS_MAP_FIXED_IOVA),
      dst_ioas_id: ioas,
      src_ioas_id: source,
      length,
      dst_iova: iova ?? 0n,
      src_iova: address,
    };
    return this.#run(ioasCopy, cmd, () => cmd.dst_iova);
  }

  /** IOMMU_IOAS_UNMAP: how many bytes went. */
  ioasUnmap(ioas: number, iova: bigint, length: bigint): Result<bigint> {
    const cmd = { size: 24, ioas_id: ioas, iova, length };
    return this.#run(ioasUnmap, cmd, () => cmd.length);
  }

  /** IOMMU_IOAS_IOVA_RANGES: what can be mapped at all, and how much aligned it must be. */
  ioasIovaRanges(
    ioas: number,
  ): Result<{ readonly ranges: readonly IovaRange[]; readonly alignment: bigint }> {
    const room = Math.floor(this.#scratch.length / sizeofIommuIovaRange);
    const cmd = {
      size: 32,
      ioas_id: ioas,
      num_iovas: room,
      __reserved: 0,
      allowed_iovas: this.#scratch.address,
      out_iova_alignment: 0n,
    };
    return this.#run(ioasIovaRanges, cmd, () => {
      const bytes = this.#bytes(cmd.num_iovas * sizeofIommuIovaRange);
      const view = new DataView(bytes.buffer);
      const ranges = Array.from({ length: cmd.num_iovas }, (_, index) =>
        decodeIommuIovaRange(view, index * sizeofIommuIovaRange),
      );
      return { ranges, alignment: cmd.out_iova_alignment };
    });
  }

  /** IOMMU_IOAS_ALLOW_IOVAS */
  ioasAllowIovas(ioas: number, ranges: readonly IovaRange[]): Result<void> {
    const bytes = new Uint8Array(ranges.length * sizeofIommuIovaRange);
    const view = new DataView(bytes.buffer);
    for (const [index, range] of ranges.entries())
      encodeIommuIovaRange(range, view, index * sizeofIommuIovaRange);
    const allowed_iovas = this.#put(bytes);
    const cmd = { size: 24, ioas_id: ioas, num_iovas: ranges.length, __reserved: 0, allowed_iovas };
    return this.#run(ioasAllowIovas, cmd, () => undefined);
  }

  /** IOMMU_OPTION: reads an option, of an object where it has one. */
  getOption(option_id: number, object = 0): Result<bigint> {
    return this.#option(option_id, object, IOMMU_OPTION_OP_GET, 0n);
  }

  /** IOMMU_OPTION: sets an option. */
  setOption(option_id: number, value: bigint, object = 0): Result<bigint> {
    return this.#option(option_id, object, IOMMU_OPTION_OP_SET, value);
  }

  #option(option_id: number, object_id: number, op: number, val64: bigint): Result<bigint> {
    const cmd = { size: 24, option_id, op, __reserved: 0, object_id, val64 };
    return this.#run(option, cmd, () => cmd.val64);
  }

  /** IOMMU_VFIO_IOAS: the address space of the VFIO ioctls. */
  vfioIoas(): Result<number> {
    return this.#vfioIoas(IOMMU_VFIO_IOAS_GET, 0);
  }

  /** IOMMU_VFIO_IOAS: chooses it; null takes it away. */
  setVfioIoas(ioas: number | null): Result<number> {
    return this.#vfioIoas(ioas === null ? IOMMU_VFIO_IOAS_CLEAR : IOMMU_VFIO_IOAS_SET, ioas ?? 0);
  }

  #vfioIoas(op: number, ioas_id: number): Result<number> {
    const cmd = { size: 12, ioas_id, op, __reserved: 0 };
    return this.#run(vfioIoas, cmd, () => cmd.ioas_id);
  }

  /** IOMMU_HWPT_ALLOC: the id of a new page table on an address space or a parent. */
  hwptAlloc(args: {
    readonly device: number;
    readonly parent: number;
    readonly flags?: number;
    /** For the driver: what it is, and its bytes. */
    readonly data?: { readonly type: number; readonly bytes: Uint8Array };
    readonly fault?: number;
  }): Result<number> {
    const { device, parent, flags = 0, data, fault = 0 } = args;
    const cmd = {
      size: 48,
      flags,
      dev_id: device,
      pt_id: parent,
      out_hwpt_id: 0,
      __reserved: 0,
      data_type: data?.type ?? 0,
      data_len: data?.bytes.length ?? 0,
      data_uptr: data === undefined ? 0n : this.#put(data.bytes),
      fault_id: fault,
      __reserved2: 0,
    };
    return this.#run(hwptAlloc, cmd, () => cmd.out_hwpt_id);
  }

  /** IOMMU_GET_HW_INFO */
  hwInfo(device: number): Result<{
    readonly type: number;
    readonly data: Uint8Array;
    readonly capabilities: bigint;
    readonly pasidBits: number;
  }> {
    const cmd = {
      size: 40,
      flags: 0,
      dev_id: device,
      data_len: Math.min(this.#scratch.length, 4096),
      data_uptr: this.#scratch.address,
      out_data_type: 0,
      out_max_pasid_log2: 0,
      __reserved: new Uint8Array(3),
      out_capabilities: 0n,
    };
    return this.#run(getHwInfo, cmd, () => ({
      type: cmd.out_data_type,
      data: this.#bytes(cmd.data_len),
      capabilities: cmd.out_capabilities,
      pasidBits: cmd.out_max_pasid_log2,
    }));
  }

  /** IOMMU_HWPT_SET_DIRTY_TRACKING */
  setDirtyTracking(hwpt: number, enable: boolean): Result<void> {
    const flags = enable ? IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0;
    return this.#run(
      hwptSetDirtyTracking,
      { size: 16, flags, hwpt_id: hwpt, __reserved: 0 },
      () => undefined,
    );
  }

  /** IOMMU_HWPT_GET_DIRTY_BITMAP: a bit for each page, lowest first; the pages are clean then unless `keep` is set. */
  dirtyBitmap(
    hwpt: number,
    range: { readonly iova: bigint; readonly length: bigint; readonly pageSize: bigint },
    keep = false,
  ): Result<Uint8Array> {
    const { iova, length, pageSize } = range;
    const bytes = pageSize === 0n ? 0 : Number((length / pageSize + 7n) / 8n);
    const cmd = {
      size: 48,
      hwpt_id: hwpt,
      flags: keep ? IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR : 0,
      __reserved: 0,
      iova,
      length,
      page_size: pageSize,
      data: this.#put(new Uint8Array(bytes)),
    };
    return this.#run(hwptGetDirtyBitmap, cmd, () => this.#bytes(bytes));
  }

  /** IOMMU_HWPT_INVALIDATE: how many requests were done. */
  invalidate(hwpt: number, type: number, requests: readonly Uint8Array[]): Result<number> {
    const length = requests[0]?.length ?? 0;
    const bytes = new Uint8Array(length * requests.length);
    for (const [index, request] of requests.entries()) bytes.set(request, index * length);
    const cmd = {
      size: 32,
      hwpt_id: hwpt,
      data_uptr: this.#put(bytes),
      data_type: type,
      entry_len: length,
      entry_num: requests.length,
      __reserved: 0,
    };
    return this.#run(hwptInvalidate, cmd, () => cmd.entry_num);
  }

  /** IOMMU_FAULT_QUEUE_ALLOC: the id of a new queue of page faults, and its file descriptor. */
  faultQueueAlloc(): Result<{ readonly id: number; readonly fd: number }> {
    const cmd = { size: 16, flags: 0, out_fault_id: 0, out_fault_fd: 0 };
    return this.#run(faultAlloc, cmd, () => ({ id: cmd.out_fault_id, fd: cmd.out_fault_fd }));
  }

  #run<C, T>(handler: Handler<C>, cmd: C, value: (cmd: C) => T): Result<T> {
    const failure = handler({ ictx: this.#reply.ictx, cmd, reply: this.#reply });
    return failure instanceof Failure
      ? { ok: false, errno: failure.errno, check: failure.check }
      : { ok: true, value: value(cmd) };
  }

  /** Puts bytes where a struct can point at them. @throws RangeError where there is no room */
  #put(bytes: Uint8Array): bigint {
    const { address, length } = this.#scratch;
    if (bytes.length > length)
      throw new RangeError(`${bytes.length} bytes do not fit into ${length} bytes of scratch memory`);
    this.#reply.ictx.host.memory.write(address, bytes);
    return address;
  }

  #bytes(length: number): Uint8Array {
    return this.#reply.ictx.host.memory.read(this.#scratch.address, length) ?? new Uint8Array(0);
  }
}
