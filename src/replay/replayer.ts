import { IOMMU_FAULT_QUEUE_ALLOC } from '../generated/ts/iommufd.ts';
import { IOMMU_TEST_CMD, IOMMU_TEST_OP_CREATE_ACCESS } from '../generated/ts/iommufd-test.ts';
import { PAGE_SIZE, type PageFill, PageFrames } from '../ioctl/page-frames.ts';
import { SparseMemory } from '../ioctl/sparse-memory.ts';
import { FileTable } from '../iommufd/file.ts';
import type { Host } from '../iommufd/host.ts';
import { type CallResult, Iommufd } from '../iommufd/main.ts';
import type { IoctlRecord, TraceBuffer, TraceHeader, TraceRecord } from '../trace/record.ts';
import { type Difference, differences } from './difference.ts';
import { stateLines } from './state.ts';

/** Offsets of file descriptors in answers: iommu_test_cmd.create_access, iommu_fault_alloc. */
const accessFdOffset = 16;
const faultFdOffset = 12;
/** Offset of iommu_test_cmd.op. */
const testOpOffset = 4;

/** Bytes for the argument struct of a call. */
const argumentBytes = BigInt(2 * PAGE_SIZE);

const noBuffers: readonly TraceBuffer[] = [];
const noBytes: readonly Uint8Array[] = [];

/** What became of a recorded call. */
export interface ReplayedCall {
  readonly record: TraceRecord;
  readonly result: CallResult;
  /** Bytes of the argument struct after the call, or what was read. */
  readonly out: Uint8Array;
  /** Contents of the recorded buffers after the call. */
  readonly buffers: readonly Uint8Array[];
  /** What the call depends on, for people; only where it was asked for. */
  readonly state: readonly string[];
  /** Empty where the reference does as the kernel did. */
  readonly differences: readonly Difference[];
}

/** Runs recorded calls on the reference /dev/iommu, in a process like the recorded one. */
export class Replayer {
  readonly iommufd: Iommufd;
  readonly memory: SparseMemory;
  readonly #argument: bigint;
  /** The file descriptor that the kernel gave in the call that runs. */
  #fd: number | null = null;

  constructor({ arena, scratch }: TraceHeader) {
    const frames = new PageFrames();
    this.memory = new SparseMemory(frames);
    this.memory.map(arena.start, arena.length, { fill: ownAddresses });
    this.memory.map(scratch.start, scratch.length);
    this.#argument = freePlace([arena, scratch]);
    this.memory.map(this.#argument, argumentBytes);
    let spare = 1 << 20;
    const host: Host = {
      memory: this.memory,
      frames,
      files: new FileTable(() => this.#fd ?? spare++),
      credentials: {
        ipcLock: true,
        sysResource: true,
        memlockBytes: Infinity,
        user: { pages: 0 },
        process: { pages: 0 },
      },
      vfioNoIommu: false,
      allocate: () => true,
    };
    this.iommufd = new Iommufd(host);
  }

  /** Runs a call and compares what it gave with what was recorded. */
  run(record: TraceRecord): ReplayedCall {
    const { result, out } = this.#call(record);
    const recorded = record.kind === 'ioctl' ? record.buffers : noBuffers;
    const buffers = recorded.length === 0 ? noBytes : recorded.map((each) => this.#buffer(each));
    return {
      record,
      result,
      out,
      buffers,
      state: [],
      differences: differences(record, { result, out, buffers }),
    };
  }

  /** The objects that a call names, as they are now. */
  state(record: TraceRecord): readonly string[] {
    return stateLines(this.iommufd, record);
  }

  #buffer({ address, out }: TraceBuffer): Uint8Array {
    return this.memory.read(address, out.length) ?? new Uint8Array(0);
  }

  #call(record: TraceRecord): { readonly result: CallResult; readonly out: Uint8Array } {
    switch (record.kind) {
      case 'ioctl':
        return this.#ioctl(record);
      case 'read': {
        const result = this.iommufd.read(record.fd, this.#argument, record.length);
        return { result, out: this.#argumentBytes(Math.max(0, result.ret)) };
      }
      case 'write':
        this.memory.write(this.#argument, record.data);
        return {
          result: this.iommufd.write(record.fd, this.#argument, record.data.length),
          out: new Uint8Array(0),
        };
      case 'close':
        return { result: this.iommufd.closeFile(record.fd), out: new Uint8Array(0) };
    }
  }

  #ioctl(record: IoctlRecord): { readonly result: CallResult; readonly out: Uint8Array } {
    for (const { address, in: before } of record.buffers) this.memory.write(address, before);
    if (record.value !== null) {
      return { result: this.iommufd.ioctl(record.cmd, record.value), out: new Uint8Array(0) };
    }
    this.memory.write(this.#argument, record.in);
    this.#fd = fdOf(record);
    const result = this.iommufd.ioctl(record.cmd, this.#argument);
    this.#fd = null;
    return { result, out: this.#argumentBytes(record.out.length) };
  }

  #argumentBytes(length: number): Uint8Array {
    return this.memory.read(this.#argument, length) ?? new Uint8Array(0);
  }
}

/** The file descriptor in a recorded answer. */
function fdOf({ cmd, ret, in: before, out }: IoctlRecord): number | null {
  if (ret !== 0) return null;
  if (cmd === IOMMU_FAULT_QUEUE_ALLOC) return wordAt(out, faultFdOffset);
  const creates = cmd === IOMMU_TEST_CMD && wordAt(before, testOpOffset) === IOMMU_TEST_OP_CREATE_ACCESS;
  return creates ? wordAt(out, accessFdOffset) : null;
}

function wordAt(bytes: Uint8Array, offset: number): number | null {
  if (offset + 4 > bytes.length) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

/** Little-endian words that each hold their own address. */
function ownAddresses(address: bigint): PageFill {
  return (bytes) => {
    const view = new DataView(bytes.buffer);
    for (let offset = 0; offset < bytes.length; offset += 8)
      view.setBigUint64(offset, address + BigInt(offset), true);
  };
}

/** Pages for arguments that overlap nothing that the trace knows. */
function freePlace(taken: readonly { readonly start: bigint; readonly length: bigint }[]): bigint {
  let place = 0x40_0000n;
  for (;;) {
    const hit = taken.find(({ start, length }) => place < start + length && start < place + argumentBytes);
    if (hit === undefined) return place;
    place = hit.start + hit.length;
  }
}
