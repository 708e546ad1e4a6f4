/** First line of a trace: where and how it was recorded. */
export interface TraceHeader {
  /** Version of the format. */
  readonly trace: 1;
  /** Release of the kernel, like 6.12.117. */
  readonly kernel: string;
  /** As `uname -m` says it. */
  readonly machine: string;
  /** Bytes of a page. */
  readonly pageSize: number;
  /** What kind of calls were made. */
  readonly profile: string;
  readonly seed: number;
  /** Which test of a suite made the calls; null where none did. */
  readonly test: string | null;
  /**
   * Memory that mappings point at; filled with little-endian u64 words that each hold their own address. Empty where the
   * trace says itself what is mapped.
   */
  readonly arena: TraceMemory;
  /** Memory for what structs point at; empty as well then. */
  readonly scratch: TraceMemory;
}

/** A part of the recording process's address space. All that is in none of them, and that no event maps, is unmapped. */
export interface TraceMemory {
  readonly start: bigint;
  /** In bytes. */
  readonly length: bigint;
}

/** A call of a trace. */
export type TraceRecord = IoctlRecord | ReadRecord | WriteRecord | OpenRecord | CloseRecord;

interface Outcome {
  /** Line of the file, counted from 1. */
  readonly line: number;
  readonly seq: number;
  /** Which process called: 0 for the first, others as forks number them. */
  readonly process: number;
  /** What the system call returned; -1 where it failed. */
  readonly ret: number;
  /** Name of the errno; null where there was none. */
  readonly errno: string | null;
}

/** An ioctl on an open file of /dev/iommu. */
export interface IoctlRecord extends Outcome {
  readonly kind: 'ioctl';
  /** The file descriptor that an open gave; null for the /dev/iommu that is open from the start. */
  readonly fd: number | null;
  /** Name that the recorder gave the call; for commands of the mock driver `TEST_` and the operation. */
  readonly name: string;
  /** Number of the ioctl. */
  readonly cmd: number;
  /** Argument struct before the call; empty where the argument is a number. */
  readonly in: Uint8Array;
  /** Argument struct after the call, as many bytes. */
  readonly out: Uint8Array;
  /** Parts of `out` that differ from run to run: [offset, length]. */
  readonly ignore: readonly (readonly [offset: number, length: number])[];
  /** Out-of-line memory. */
  readonly buffers: readonly TraceBuffer[];
  /** The argument where it is a plain number. */
  readonly value: bigint | null;
  /** Address of the argument struct; null where it does not matter. */
  readonly argument: bigint | null;
}

/** Out-of-line memory around a call. */
export interface TraceBuffer {
  readonly address: bigint;
  readonly in: Uint8Array;
  readonly out: Uint8Array;
}

interface OnFile extends Outcome {
  /** File descriptor that an earlier call gave. */
  readonly fd: number;
}

/** A read(2). */
export interface ReadRecord extends OnFile {
  readonly kind: 'read';
  /** Bytes asked for. */
  readonly length: number;
  /** What was read. */
  readonly data: Uint8Array;
}

/** A write(2). */
export interface WriteRecord extends OnFile {
  readonly kind: 'write';
  /** What was written. */
  readonly data: Uint8Array;
}

/** An open(2) of /dev/iommu or a file of VFIO; `ret` is the file descriptor. */
export interface OpenRecord extends Outcome {
  readonly kind: 'open';
  readonly path: string;
  /** Kind of the file, if the path does not tell it: `iommufd` for a /dev/vfio/vfio that iommufd is behind. */
  readonly file: string | null;
}

/** A close(2) of such a file, or of one that a call handed out. */
export interface CloseRecord extends OnFile {
  readonly kind: 'close';
}
