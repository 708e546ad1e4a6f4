import { smaller } from '../codec/runtime/arithmetic.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import type { IoPagetable } from './io-pagetable.ts';
import type { PageRange } from './page-holds.ts';
import type { IoptPages } from './pages.ts';

/** A mapping of IOVAs to pages. Follows struct iopt_area (io_pagetable.h). */
export interface Area {
  readonly iopt: IoPagetable;
  readonly pages: IoptPages;
  readonly start: bigint;
  readonly last: bigint;
  /** The first page, counted from the start of the pages. */
  readonly index: number;
  /** Bytes from the start of that page. */
  readonly pageOffset: number;
  /** IOMMU_READ, IOMMU_WRITE. */
  readonly prot: number;
  /** The domains of the address space have it (storage_domain is set). */
  filled: boolean;
  /** Accesses that pin something of it. */
  accesses: number;
  /** It is about to go; nobody may pin it any more. */
  preventAccess: boolean;
}

const pageSize = BigInt(PAGE_SIZE);

/** In bytes. */
export function areaLength({ start, last }: Area): bigint {
  return last - start + 1n;
}

/**
 * Bytes from the start of the pages to where an IOVA of the area leads.
 *
 * @kernel io_pagetable.h iopt_area_start_byte
 */
export function areaStartByte(area: Area, iova: bigint): bigint {
  return iova - area.start + BigInt(area.pageOffset) + BigInt(area.index) * pageSize;
}

/** @kernel io_pagetable.h iopt_area_iova_to_index */
export function areaIndexAt(area: Area, iova: bigint): number {
  return Number(areaStartByte(area, iova) / pageSize);
}

/** The pages of the whole area. */
export function areaPages(area: Area): PageRange {
  return { first: area.index, last: areaIndexAt(area, area.last) };
}

/**
 * Walks over areas that follow each other without a gap.
 *
 * @kernel io_pagetable.c iopt_area_contig_init iopt_area_contig_next
 */
export class ContiguousAreas {
  readonly #iopt: IoPagetable;
  readonly last: bigint;
  /** Where the current area is entered, or where one is missing. */
  iova: bigint;
  /** Null behind the end and in a gap. */
  area: Area | null;

  constructor(iopt: IoPagetable, iova: bigint, last: bigint) {
    this.#iopt = iopt;
    this.iova = iova;
    this.last = last;
    this.area = iopt.areas.at(iova)?.value ?? null;
  }

  /** The last IOVA of the current area that is wanted. */
  get areaLast(): bigint {
    return smaller(this.area?.last ?? this.last, this.last);
  }

  /** All up to `last` was covered. */
  get done(): boolean {
    return this.area !== null && this.last <= this.area.last;
  }

  /** Goes on to the next area. @returns false where there is none or none is wanted */
  next(): boolean {
    if (this.area === null || this.done) return false;
    this.iova = this.area.last + 1n;
    this.area = this.#iopt.areas.at(this.iova)?.value ?? null;
    return this.area !== null;
  }
}
