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
import { type Result, valueOrRefusal } from '../ioctl/call-result.ts';
import type { Iommufd } from './main.ts';
import { operations, type StructOperation } from './operations.ts';
import type { IovaRange } from './reserved-ranges.ts';
import type { Reply } from './ucmd.ts';

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
    return this.#call(operations.IOMMU_DESTROY, { id }, () => undefined);
  }

  /** IOMMU_IOAS_ALLOC: the id of a new address space. */
  ioasAlloc(): Result<number> {
    return this.#call(operations.IOMMU_IOAS_ALLOC, {}, (cmd) => cmd.out_ioas_id);
  }

  /** IOMMU_IOAS_MAP: the IOVA. */
  ioasMap({ ioas, address, length, flags, iova }: MapArguments): Result<bigint> {
    const cmd = { flags: mapFlags(flags, iova), ioas_id: ioas, user_va: address, length, iova: iova ?? 0n };
    return this.#call(operations.IOMMU_IOAS_MAP, cmd, (mapped) => mapped.iova);
  }

  /** IOMMU_IOAS_COPY: the IOVA. `address` is an IOVA of the source here. */
  ioasCopy(source: number, { ioas, address, length, flags, iova }: MapArguments): Result<bigint> {
    const cmd = {
      flags: mapFlags(flags, iova),
      dst_ioas_id: ioas,
      src_ioas_id: source,
      length,
      dst_iova: iova ?? 0n,
      src_iova: address,
    };
    return this.#call(operations.IOMMU_IOAS_COPY, cmd, (copied) => copied.dst_iova);
  }

  /** IOMMU_IOAS_UNMAP: how many bytes went. */
  ioasUnmap(ioas: number, iova: bigint, length: bigint): Result<bigint> {
    return this.#call(operations.IOMMU_IOAS_UNMAP, { ioas_id: ioas, iova, length }, (cmd) => cmd.length);
  }

  /** IOMMU_IOAS_IOVA_RANGES: what can be mapped at all, and how much aligned it must be. */
  ioasIovaRanges(
    ioas: number,
  ): Result<{ readonly ranges: readonly IovaRange[]; readonly alignment: bigint }> {
    const { address, length } = this.#scratch;
    const num_iovas = Math.floor(length / sizeofIommuIovaRange);
    const given = { ioas_id: ioas, num_iovas, allowed_iovas: address };
    return this.#call(operations.IOMMU_IOAS_IOVA_RANGES, given, (cmd) => {
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
    const given = { ioas_id: ioas, num_iovas: ranges.length, allowed_iovas: this.#put(bytes) };
    return this.#call(operations.IOMMU_IOAS_ALLOW_IOVAS, given, () => undefined);
  }

  /** IOMMU_OPTION: reads an option, of an object if the option has one. */
  getOption(option_id: number, object_id = 0): Result<bigint> {
    const given = { option_id, object_id, op: IOMMU_OPTION_OP_GET };
    return this.#call(operations.IOMMU_OPTION, given, (cmd) => cmd.val64);
  }

  /** IOMMU_OPTION: sets an option. */
  setOption(option_id: number, val64: bigint, object_id = 0): Result<bigint> {
    const given = { option_id, object_id, op: IOMMU_OPTION_OP_SET, val64 };
    return this.#call(operations.IOMMU_OPTION, given, (cmd) => cmd.val64);
  }

  /** IOMMU_VFIO_IOAS: the address space of the VFIO ioctls. */
  vfioIoas(): Result<number> {
    return this.#call(operations.IOMMU_VFIO_IOAS, { op: IOMMU_VFIO_IOAS_GET }, (cmd) => cmd.ioas_id);
  }

  /** IOMMU_VFIO_IOAS: chooses it; null takes it away. */
  setVfioIoas(ioas: number | null): Result<number> {
    const op = ioas === null ? IOMMU_VFIO_IOAS_CLEAR : IOMMU_VFIO_IOAS_SET;
    return this.#call(operations.IOMMU_VFIO_IOAS, { op, ioas_id: ioas ?? 0 }, (cmd) => cmd.ioas_id);
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
    const given = {
      flags,
      dev_id: device,
      pt_id: parent,
      data_type: data?.type ?? 0,
      data_len: data?.bytes.length ?? 0,
      data_uptr: data === undefined ? 0n : this.#put(data.bytes),
      fault_id: fault,
    };
    return this.#call(operations.IOMMU_HWPT_ALLOC, given, (cmd) => cmd.out_hwpt_id);
  }

  /** IOMMU_GET_HW_INFO */
  hwInfo(device: number): Result<{
    readonly type: number;
    readonly data: Uint8Array;
    readonly capabilities: bigint;
    readonly pasidBits: number;
  }> {
    const { address, length } = this.#scratch;
    const given = { dev_id: device, data_len: Math.min(length, 4096), data_uptr: address };
    return this.#call(operations.IOMMU_GET_HW_INFO, given, (cmd) => ({
      type: cmd.out_data_type,
      data: this.#bytes(cmd.data_len),
      capabilities: cmd.out_capabilities,
      pasidBits: cmd.out_max_pasid_log2,
    }));
  }

  /** IOMMU_HWPT_SET_DIRTY_TRACKING */
  setDirtyTracking(hwpt_id: number, enable: boolean): Result<void> {
    const flags = enable ? IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0;
    return this.#call(operations.IOMMU_HWPT_SET_DIRTY_TRACKING, { flags, hwpt_id }, () => undefined);
  }

  /** IOMMU_HWPT_GET_DIRTY_BITMAP: a bit for each page, lowest first; the pages are clean then unless `keep` is set. */
  dirtyBitmap(
    hwpt_id: number,
    range: { readonly iova: bigint; readonly length: bigint; readonly pageSize: bigint },
    keep = false,
  ): Result<Uint8Array> {
    const { iova, length, pageSize: page_size } = range;
    const bytes = page_size === 0n ? 0 : Number((length / page_size + 7n) / 8n);
    const flags = keep ? IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR : 0;
    const given = { hwpt_id, flags, iova, length, page_size, data: this.#put(new Uint8Array(bytes)) };
    return this.#call(operations.IOMMU_HWPT_GET_DIRTY_BITMAP, given, () => this.#bytes(bytes));
  }

  /** IOMMU_HWPT_INVALIDATE: how many requests were done. */
  invalidate(hwpt: number, type: number, requests: readonly Uint8Array[]): Result<number> {
    const length = requests[0]?.length ?? 0;
    const bytes = new Uint8Array(length * requests.length);
    for (const [index, request] of requests.entries()) bytes.set(request, index * length);
    const given = {
      hwpt_id: hwpt,
      data_uptr: this.#put(bytes),
      data_type: type,
      entry_len: length,
      entry_num: requests.length,
    };
    return this.#call(operations.IOMMU_HWPT_INVALIDATE, given, (cmd) => cmd.entry_num);
  }

  /** IOMMU_FAULT_QUEUE_ALLOC: the id of a new queue of page faults, and its file descriptor. */
  faultQueueAlloc(): Result<{ readonly id: number; readonly fd: number }> {
    return this.#call(operations.IOMMU_FAULT_QUEUE_ALLOC, {}, (cmd) => ({
      id: cmd.out_fault_id,
      fd: cmd.out_fault_fd,
    }));
  }

  #call<C extends object, T>(
    operation: StructOperation<C>,
    given: Partial<C>,
    value: (cmd: C) => T,
  ): Result<T> {
    const cmd = operation.argument(given);
    const refusal = operation.handler({ ictx: this.#reply.ictx, cmd, reply: this.#reply });
    return refusal === null ? { ok: true, value: value(cmd) } : valueOrRefusal<T>(refusal);
  }

  /** Puts bytes where a struct can point at them. @throws RangeError if there is no room */
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

function mapFlags(flags: number, iova: bigint | undefined): number {
  return flags | (iova === undefined ? 0 : IOMMU_IOAS_MAP_FIXED_IOVA);
}
