import { quotedBytes } from '../../print/quoted-bytes.ts';
import type { TraceEvent } from '../../trace/event.ts';

/** Bytes of a store that are shown. */
const shown = 32;

/** What happened between calls, in words of system calls; a store as what it writes. */
export function eventLine(event: TraceEvent): string {
  return `${processPrefix(event)}${eventText(event)}`;
}

/** Says which process it was, where it was not the first. */
export function processPrefix({ process }: { readonly process: number }): string {
  return process === 0 ? '' : `[process ${process}] `;
}

function eventText(event: TraceEvent): string {
  switch (event.kind) {
    case 'mmap': {
      const flags = [event.shared ? 'MAP_SHARED' : 'MAP_PRIVATE', ...(event.huge ? ['MAP_HUGETLB'] : [])];
      return `mmap(${hex(event.start)}, ${event.length}, ${flags.join('|')})`;
    }
    case 'munmap':
      return `munmap(${hex(event.start)}, ${event.length})`;
    case 'mprotect':
      return `mprotect(${hex(event.start)}, ${event.length}, ${event.writable ? 'PROT_READ|PROT_WRITE' : 'PROT_READ'})`;
    case 'store': {
      const more = event.data.length > shown ? '...' : '';
      const bytes = quotedBytes(event.data.subarray(0, shown), false);
      return `store(${hex(event.address)}, ${bytes}${more}, ${event.data.length})`;
    }
    case 'fork':
      return `fork() = process ${event.child}`;
    case 'exit':
      return 'exit()';
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
