import { IdTable } from '../base/id-table.ts';
import { IntervalMap } from '../interval/interval-map.ts';
import type { PagingDomain } from '../iommu/kernel-api/driver.ts';
import type { Mapped } from './area.ts';
import type { ChoosableIovas } from './choosable-iovas.ts';
import type { Host } from './host.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { limits } from './limits.ts';
import { type IovaRange, ReservedRanges } from './reserved-ranges.ts';

/** A driver that accesses an address space without a domain. */
export interface PagetableAccess {
  /** What IOVAs of mappings must be multiples of for it. */
  readonly alignment: bigint;
  /** Must let go of what touches a range of IOVAs. */
  unmap(iova: bigint, length: bigint): void;
}

/** What an address space maps where. Follows struct io_pagetable (iommufd_private.h). */
export class IoPagetable {
  readonly host: Host;
  readonly memory: KernelMemory;
  readonly areas = new IntervalMap<Mapped>();
  readonly reserved = new ReservedRanges();
  /** IOVAs that the caller keeps free for itself, disjoint and ascending; no limit where there are none. */
  allowed: readonly IovaRange[] = [];
  /** Where IOVAs can be chosen; null until that is asked for. */
  choosable: ChoosableIovas | null = null;
  /** The domains that have all areas. */
  readonly domains: PagingDomain[] = [];
  readonly accesses = new IdTable<PagetableAccess>({ first: 0, last: limits.accessMax });
  /** Domains may map neighbouring pages as larger ones. */
  largePages = true;
  /** What IOVAs, lengths and offsets must be multiples of; a power of two, at most the page size. */
  alignment = 1n;

  constructor(host: Host, memory: KernelMemory) {
    this.host = host;
    this.memory = memory;
  }
}
