import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import type { SparseMemory } from '../ioctl/sparse-memory.ts';
import type { MapEvent, ProtectEvent, StoreEvent, UnmapEvent } from '../trace/event.ts';

/** Bytes of a huge page of x86-64. */
const hugeBytes = 2n << 20n;
/** Most memory that is mapped with huge pages at once; unlike others these are all made when they are mapped. */
const hugeMax = 1n << 30n;

/**
 * Changes the memory of a process as it was changed when the trace was recorded.
 *
 * @throws RangeError for a range that no process can have, and for a store to memory that is not there
 */
export function applyToMemory(
  memory: SparseMemory,
  event: MapEvent | UnmapEvent | ProtectEvent | StoreEvent,
): void {
  switch (event.kind) {
    case 'mmap':
      mapMemory(memory, event);
      return;
    case 'munmap':
      memory.unmap(event.start, event.length);
      return;
    case 'mprotect':
      memory.protect(event.start, event.length, event.writable);
      return;
    case 'store':
      if (memory.write(event.address, event.data) < event.data.length) {
        throw new RangeError(
          `0x${event.address.toString(16)} and ${event.data.length} bytes on cannot be written to`,
        );
      }
  }
}

function mapMemory(memory: SparseMemory, { start, length, shared, huge }: MapEvent): void {
  if (huge && length > hugeMax)
    throw new RangeError(`${length} bytes of huge pages, expected at most ${hugeMax}`);
  memory.map(start, length, huge ? { shared, contiguous: Number(hugeBytes) / PAGE_SIZE } : { shared });
}
