import {
  IOMMU_FAULT_QUEUE_ALLOC,
  IommuFaultAllocView,
  sizeofIommuFaultAlloc,
} from '../generated/ts/iommufd.ts';
import {
  IOMMU_TEST_CMD,
  IOMMU_TEST_OP_CREATE_ACCESS,
  IommuTestCmdView,
  sizeofIommuTestCmd,
} from '../generated/ts/iommufd-test.ts';
import type { CallResult } from '../ioctl/call-result.ts';
import { PAGE_SIZE, type PageFill, PageFrames } from '../ioctl/page-frames.ts';
import type { SparseMemory } from '../ioctl/sparse-memory.ts';
import type { Iommufd } from '../iommufd/main.ts';
import { isDevicePath, Process } from '../iommufd/process.ts';
import type { TraceEvent, TraceLine } from '../trace/event.ts';
import { isCall } from '../trace/event.ts';
import { openedKind } from '../trace/open-files.ts';
import type { IoctlRecord, OpenRecord, TraceBuffer, TraceHeader, TraceRecord } from '../trace/record.ts';
import { type Difference, differences } from './difference.ts';
import { applyToMemory } from './memory-event.ts';
import { OpenDevice } from './open-device.ts';
import { stateLines } from './state.ts';
import { VfioContainer } from './vfio-container.ts';

/** Bytes for the argument struct of a call. */
const argumentBytes = BigInt(2 * PAGE_SIZE);

/**
 * Pages of the machine that recorded calls run on, 1 GiB, and bytes of its kernel for each open file: less than elsewhere,
 * as traces may come from anywhere.
 */
const pagesMax = 1 << 18;
const kernelBytes = 1 << 26;

const notOpen: CallResult = { ret: -1, errno: 'EBADF', check: 'open-file' };
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

/** Runs recorded calls on the reference /dev/iommu, in processes like the recorded ones. */
export class Replayer {
  /** The /dev/iommu that is open from the start. */
  readonly iommufd: Iommufd;
  readonly #processes = new Map<number, Process>();
  readonly #argument: bigint;
  /** The file descriptor that the kernel gave in the call that runs. */
  #fd: number | null = null;

  /** @throws RangeError for memory that no process can have */
  constructor({ arena, scratch }: TraceHeader) {
    let spare = 1 << 20;
    const frames = new PageFrames(pagesMax);
    const process = new Process({
      frames,
      kernelBytes,
      chooseFd: () => this.#fd ?? spare++,
      memlockBytes: Infinity,
    });
    this.#processes.set(0, process);
    if (arena.length > 0n) process.memory.map(arena.start, arena.length, { fill: ownAddresses });
    if (scratch.length > 0n) process.memory.map(scratch.start, scratch.length);
    this.#argument = freePlace([arena, scratch]);
    process.memory.map(this.#argument, argumentBytes);
    this.iommufd = process.open();
  }

  /** Memory of the first process. */
  get memory(): SparseMemory {
    return this.#process(0).memory;
  }

  /**
   * Does what a line says: runs a call and compares, or lets happen what happened.
   *
   * @returns null where it is no call
   * @throws RangeError for a process that there is not, or for memory that none can have
   */
  take(line: TraceLine): ReplayedCall | null {
    if (isCall(line)) return this.run(line);
    this.#happen(line);
    return null;
  }

  /** Runs a call and compares what it gave with what was recorded. */
  run(record: TraceRecord): ReplayedCall {
    const process = this.#process(record.process);
    const { result, out } = this.#call(process, record);
    const recorded = record.kind === 'ioctl' ? record.buffers : noBuffers;
    const buffers =
      recorded.length === 0
        ? noBytes
        : recorded.map((each) => process.memory.read(each.address, each.out.length) ?? new Uint8Array(0));
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
    if (record.kind !== 'ioctl') return stateLines(this.iommufd, record);
    const device = this.#device(this.#process(record.process), record);
    return device === null ? [] : stateLines(device, record);
  }

  #process(number: number): Process {
    const process = this.#processes.get(number);
    if (process === undefined)
      throw new RangeError(`there is no process ${number}, expected one that a fork made`);
    return process;
  }

  #happen(event: TraceEvent): void {
    const process = this.#process(event.process);
    switch (event.kind) {
      case 'fork':
        if (this.#processes.has(event.child))
          throw new RangeError(`there is a process ${event.child} already`);
        this.#processes.set(event.child, process.fork());
        return;
      case 'exit':
        process.exit();
        this.#processes.delete(event.process);
        return;
      default:
        applyToMemory(process.memory, event);
    }
  }

  #call(process: Process, record: TraceRecord): { readonly result: CallResult; readonly out: Uint8Array } {
    const { memory } = process;
    const none = new Uint8Array(0);
    switch (record.kind) {
      case 'ioctl':
        return this.#ioctl(process, record);
      case 'read': {
        const result = this.iommufd.read(record.fd, this.#argument, record.length, process);
        return { result, out: memory.read(this.#argument, Math.max(0, result.ret)) ?? none };
      }
      case 'write':
        memory.write(this.#argument, record.data);
        return {
          result: this.iommufd.write(record.fd, this.#argument, record.data.length, process),
          out: none,
        };
      case 'open':
        return { result: this.#open(process, record), out: none };
      case 'close':
        return { result: this.iommufd.closeFile(record.fd, process), out: none };
    }
  }

  /** The file descriptor is the recorded one; where opening failed, ours is the lowest that there is. */
  #open(process: Process, record: OpenRecord): CallResult {
    const { path, ret } = record;
    const kind = openedKind(record);
    if (kind !== 'iommufd' && kind !== 'vfio_container')
      return { ret: -1, errno: 'ENOENT', check: 'known-file' };
    if (ret < 0) return { ret: 0, errno: null, check: null };
    const file =
      kind === 'iommufd'
        ? new OpenDevice(process.open(isDevicePath(path) ? path : '/dev/iommu'))
        : new VfioContainer();
    process.files.install(ret, file);
    return { ret, errno: null, check: null };
  }

  /** The /dev/iommu that a call is made on; null where its file descriptor leads to none. */
  #device({ files }: Process, { fd }: IoctlRecord): Iommufd | null {
    if (fd === null) return this.iommufd;
    const file = files.get(fd);
    return file instanceof OpenDevice ? file.iommufd : null;
  }

  #ioctl(process: Process, record: IoctlRecord): { readonly result: CallResult; readonly out: Uint8Array } {
    const { memory } = process;
    const device = this.#device(process, record);
    for (const { address, in: before } of record.buffers) memory.write(address, before);
    if (device === null) {
      const file = record.fd === null ? undefined : process.files.get(record.fd);
      const isContainer = file instanceof VfioContainer;
      return { result: isContainer ? file.ioctl(record.cmd, record.value ?? 0n) : notOpen, out: record.in };
    }
    if (record.value !== null) {
      return { result: device.ioctl(record.cmd, record.value, process), out: new Uint8Array(0) };
    }
    const argument = record.argument ?? this.#argument;
    memory.write(argument, record.in);
    this.#fd = fdOf(record);
    const result = device.ioctl(record.cmd, argument, process);
    this.#fd = null;
    return { result, out: memory.read(argument, record.out.length) ?? new Uint8Array(0) };
  }
}

/** The file descriptor in a recorded answer. */
function fdOf({ cmd, ret, out }: IoctlRecord): number | null {
  if (ret !== 0) return null;
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  if (cmd === IOMMU_FAULT_QUEUE_ALLOC)
    return out.length < sizeofIommuFaultAlloc ? null : new IommuFaultAllocView(view).out_fault_fd;
  if (cmd !== IOMMU_TEST_CMD || out.length < sizeofIommuTestCmd) return null;
  const test = new IommuTestCmdView(view);
  return test.op === IOMMU_TEST_OP_CREATE_ACCESS ? test.create_access.out_access_fd : null;
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
  // Programs without an address of their choice do not start below 4 MiB; where a trace maps its memory, stay below.
  let place = taken.every(({ length }) => length === 0n) ? 0x1_0000n : 0x40_0000n;
  for (;;) {
    const hit = taken.find(({ start, length }) => place < start + length && start < place + argumentBytes);
    if (hit === undefined) return place;
    place = hit.start + hit.length;
  }
}
