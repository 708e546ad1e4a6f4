import { smaller } from '../codec/runtime/arithmetic.ts';
import type { Interval, IntervalMap } from '../interval/interval-map.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import type { PageRange } from './page-holds.ts';
import type { IoptPages } from './pages.ts';

/** A mapping of IOVAs to pages; both ends of its range belong to it. Follows struct iopt_area (io_pagetable.h). */
export type Area = Interval<Mapped>;

const pageSize = BigInt(PAGE_SIZE);

/** Bits behind those of the offset in a page. */
const protShift = 12;
const FILLED = 1 << 15;
const PREVENT_ACCESS = 1 << 16;

/** What an area maps, and its state. Packed, as there may be a million of them. */
export class Mapped {
  readonly pages: IoptPages;
  /** The first page, counted from the start of the pages. */
  readonly index: number;
  /** Accesses that pin something of it. */
  accesses = 0;
  #bits: number;

  /**
   * @param startByte bytes from the start of the pages to where it starts
   * @param prot IOMMU_READ, IOMMU_WRITE and IOMMU_CACHE
   */
  constructor(pages: IoptPages, startByte: bigint, prot: number) {
    this.pages = pages;
    this.index = Number(startByte / pageSize);
    this.#bits = Number(startByte % pageSize) | (prot << protShift);
  }

  /** Bytes from the start of the first page. */
  get pageOffset(): number {
    return this.#bits & (PAGE_SIZE - 1);
  }

  get prot(): number {
    return (this.#bits >> protShift) & 7;
  }

  /** The domains of the address space have it (storage_domain is set). */
  get filled(): boolean {
    return (this.#bits & FILLED) !== 0;
  }

  set filled(filled: boolean) {
    this.#bits = filled ? this.#bits | FILLED : this.#bits & ~FILLED;
  }

  /** It is about to go; nobody may pin it any more. */
  get preventAccess(): boolean {
    return (this.#bits & PREVENT_ACCESS) !== 0;
  }

  set preventAccess(prevent: boolean) {
    this.#bits = prevent ? this.#bits | PREVENT_ACCESS : this.#bits & ~PREVENT_ACCESS;
  }
}

/** In bytes. */
export function areaLength({ start, last }: Area): bigint {
  return last - start + 1n;
}

/**
 * Bytes from the start of the pages to where an IOVA of the area leads.
 *
 * @kernel io_pagetable.h iopt_area_start_byte
 */
export function areaStartByte({ start, value: { index, pageOffset } }: Area, iova: bigint): bigint {
  return iova - start + BigInt(pageOffset) + BigInt(index) * pageSize;
}

/** @kernel io_pagetable.h iopt_area_iova_to_index */
export function areaIndexAt(area: Area, iova: bigint): number {
  return Number(areaStartByte(area, iova) / pageSize);
}

/** The pages of the whole area. */
export function areaPages(area: Area): PageRange {
  return { first: area.value.index, last: areaIndexAt(area, area.last) };
}

/**
 * Walks over areas that follow each other without a gap.
 *
 * @kernel io_pagetable.c iopt_area_contig_init iopt_area_contig_next
 */
export class ContiguousAreas {
  readonly #areas: IntervalMap<Mapped>;
  readonly last: bigint;
  /** Where the current area is entered, or where one is missing. */
  iova: bigint;
  /** Null behind the end and in a gap. */
  area: Area | null;

  constructor(areas: IntervalMap<Mapped>, iova: bigint, last: bigint) {
    this.#areas = areas;
    this.iova = iova;
    this.last = last;
    this.area = areas.at(iova) ?? null;
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
    this.area = this.#areas.at(this.iova) ?? null;
    return this.area !== null;
  }
}
