import type { TraceRecord } from './record.ts';

/** What happened to a process between its calls. */
export type TraceEvent = MapEvent | UnmapEvent | ProtectEvent | StoreEvent | ForkEvent | ExitEvent;

/** A line of a trace behind its header. */
export type TraceLine = TraceRecord | TraceEvent;

interface Happened {
  /** Line of the file, counted from 1. */
  readonly line: number;
  /** To which process. */
  readonly process: number;
}

interface OfMemory extends Happened {
  readonly start: bigint;
  /** In bytes. */
  readonly length: bigint;
}

/** Memory was mapped over whatever was there; it holds zeros. */
export interface MapEvent extends OfMemory {
  readonly kind: 'mmap';
  /** A child that is forked has the same pages, not copies. */
  readonly shared: boolean;
  /** It consists of huge pages. */
  readonly huge: boolean;
}

/** Memory was unmapped. */
export interface UnmapEvent extends OfMemory {
  readonly kind: 'munmap';
}

/** Writing to memory was allowed or forbidden. */
export interface ProtectEvent extends OfMemory {
  readonly kind: 'mprotect';
  readonly writable: boolean;
}

/** The process wrote to its memory. */
export interface StoreEvent extends Happened {
  readonly kind: 'store';
  readonly address: bigint;
  readonly data: Uint8Array;
}

/** The process made a copy of itself. */
export interface ForkEvent extends Happened {
  readonly kind: 'fork';
  /** Number of the copy. */
  readonly child: number;
}

/** The process ended. */
export interface ExitEvent extends Happened {
  readonly kind: 'exit';
}

/** Whether a line is a call. */
export function isCall(line: TraceLine): line is TraceRecord {
  return 'seq' in line;
}
