import { U64_MAX } from '../base/u64.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { IOMMU_WRITE } from '../iommu/kernel-api/driver.ts';
import { type Area, areaLength, areaStartByte, ContiguousAreas, Mapped } from './area.ts';
import { fillDomains, unfillDomains } from './area-domains.ts';
import type { IoPagetable } from './iopt.ts';
import { allocateIova } from './iova-allocation.ts';
import { limits } from './limits.ts';
import type { IoptPages } from './pages.ts';
import { firstReaching, type IovaRange } from './reserved-ranges.ts';

const pageSize = BigInt(PAGE_SIZE);

/** Pages to map, one piece for each area to come. Follows struct iopt_pages_list (io_pagetable.c). */
export interface PagesPiece {
  readonly pages: IoptPages;
  /** From the start of the pages. */
  readonly startByte: bigint;
  readonly length: bigint;
}

/** Where and how pieces are mapped. */
export interface MapRequest {
  /** Where; null lets us choose. */
  readonly iova: bigint | null;
  readonly length: bigint;
  readonly prot: number;
}

/**
 * Maps pieces of pages one behind the other, and loads them into all domains. Changes nothing where it fails.
 *
 * @returns the IOVA
 * @kernel io_pagetable.c iopt_map_pages iopt_alloc_area_pages
 */
export function mapPages(
  iopt: IoPagetable,
  pieces: readonly PagesPiece[],
  { iova: wanted, length, prot }: MapRequest,
): bigint | Refusal {
  for (const _ of pieces) if (!iopt.host.allocate()) return refuse('ENOMEM', 'memory');
  if ((length & (iopt.alignment - 1n)) !== 0n || length === 0n) return refuse('EINVAL', 'length-aligned');
  const iova = wanted ?? chooseIova(iopt, pieces, length);
  if (typeof iova !== 'bigint') return iova;
  const refused = wanted === null ? null : checkIova(iopt, iova, length);
  if (refused !== null) return refused;

  const areas: Area[] = [];
  let at = iova;
  for (const piece of pieces) {
    const area = insertArea(iopt, piece, at, prot);
    if ('errno' in area) return abortAreas(iopt, areas, area);
    areas.push(area);
    at += piece.length;
  }
  if (iopt.domains.length === 0) return iova;
  for (const area of areas) {
    const refusal = fillDomains(iopt, area, iopt.domains);
    if (refusal !== null) return abortAreas(iopt, areas, refusal);
    area.value.filled = true;
  }
  return iova;
}

function chooseIova(iopt: IoPagetable, [first]: readonly PagesPiece[], length: bigint): bigint | Refusal {
  return allocateIova(iopt, first === undefined ? 0n : first.pages.uptr + first.startByte, length);
}

/** @kernel io_pagetable.c iopt_check_iova */
function checkIova(iopt: IoPagetable, iova: bigint, length: bigint): Refusal | null {
  if ((iova & (iopt.alignment - 1n)) !== 0n) return refuse('EINVAL', 'iova-aligned');
  const last = iova + length - 1n;
  if (last > U64_MAX) return refuse('EOVERFLOW', 'iova-no-wrap');
  if (iopt.reserved.touches({ start: iova, last })) return refuse('EINVAL', 'iova-not-reserved');
  if (iopt.areas.firstOverlap(iova, last) !== undefined) return refuse('EEXIST', 'iova-free');
  return null;
}

/** @kernel io_pagetable.c iopt_insert_area */
function insertArea(
  iopt: IoPagetable,
  { pages, startByte, length }: PagesPiece,
  start: bigint,
  prot: number,
): Area | Refusal {
  if ((prot & IOMMU_WRITE) !== 0 && !pages.source.writable) return refuse('EPERM', 'src-writable');
  if (((startByte % pageSize) & (iopt.alignment - 1n)) !== 0n) return refuse('EINVAL', 'offset-aligned');
  // The number of pages is rounded up, and is 0 where that passes 2^64: the last page is then none of them.
  if (startByte + length + pageSize - 1n > U64_MAX) return refuse('EOVERFLOW', 'memory-no-wrap');
  if (!iopt.memory.take(limits.areaBytes)) return refuse('ENOMEM', 'memory');
  const area = { start, last: start + length - 1n, value: new Mapped(pages, startByte, prot) };
  iopt.areas.insert(area.start, area.last, area.value);
  iopt.choosable?.take(area.start, area.last);
  return area;
}

function removeArea(iopt: IoPagetable, { start, last }: Area): void {
  iopt.areas.delete(start);
  iopt.choosable?.give(start, last);
  iopt.memory.give(limits.areaBytes);
}

/** @kernel io_pagetable.c iopt_abort_area */
function abortAreas(iopt: IoPagetable, areas: readonly Area[], refusal: Refusal): Refusal {
  for (const area of areas) {
    if (area.value.filled) unfillDomains(iopt, area, iopt.domains);
    removeArea(iopt, area);
  }
  return refusal;
}

/**
 * The pages below a range of IOVAs, in pieces.
 *
 * @kernel io_pagetable.c iopt_get_pages
 */
export function getPages(iopt: IoPagetable, iova: bigint, length: bigint): PagesPiece[] | Refusal {
  if (length === 0n) return refuse('EINVAL', 'length-not-zero');
  const last = iova + length - 1n;
  if (last > U64_MAX) return refuse('EOVERFLOW', 'src-no-wrap');
  const pieces: PagesPiece[] = [];
  const walk = new ContiguousAreas(iopt.areas, iova, last);
  while (walk.area !== null) {
    // Where there is no room for so many areas, no more of them are looked at.
    const room = (pieces.length + 1) * limits.areaBytes <= iopt.memory.left;
    if (!room || !iopt.host.allocate()) return refuse('ENOMEM', 'memory');
    pieces.push({
      pages: walk.area.value.pages,
      startByte: areaStartByte(walk.area, walk.iova),
      length: walk.areaLast - walk.iova + 1n,
    });
    if (!walk.next()) break;
  }
  return walk.done ? pieces : refuse('ENOENT', 'src-mapped');
}

/** What was unmapped, and why not more. */
export interface Unmapped {
  readonly bytes: bigint;
  readonly refusal: Refusal | null;
}

/**
 * Unmaps a range of IOVAs that cuts no area.
 *
 * @kernel io_pagetable.c iopt_unmap_iova
 */
export function unmapIova(iopt: IoPagetable, iova: bigint, length: bigint): Unmapped {
  if (length === 0n) return { bytes: 0n, refusal: refuse('EINVAL', 'length-not-zero') };
  const last = iova + length - 1n;
  if (last > U64_MAX) return { bytes: 0n, refusal: refuse('EOVERFLOW', 'no-wrap') };
  return unmapRange(iopt, iova, last);
}

/** @kernel io_pagetable.c iopt_unmap_all */
export function unmapAll(iopt: IoPagetable): Unmapped {
  return unmapRange(iopt, 0n, U64_MAX);
}

/**
 * Areas go in ascending order up to the first that is not wholly inside; accesses are told before.
 *
 * @kernel io_pagetable.c iopt_unmap_iova_range
 */
function unmapRange(iopt: IoPagetable, start: bigint, last: bigint): Unmapped {
  let bytes = 0n;
  let from = start;
  let tries = 0;
  for (;;) {
    const area = iopt.areas.firstOverlap(from, last);
    if (area === undefined) return { bytes, refusal: null };
    if (area.start < from || area.last > last) return { bytes, refusal: refuse('ENOENT', 'whole-mappings') };
    if (area.start !== from) tries = 0;
    if (area.value.accesses > 0) {
      from = area.start;
      area.value.preventAccess = true;
      notifyUnmap(iopt, area.start, areaLength(area));
      if (++tries > limits.unmapTriesMax) return { bytes, refusal: refuse('EDEADLK', 'accesses-let-go') };
      continue;
    }
    if (area.value.filled) unfillDomains(iopt, area, iopt.domains);
    removeArea(iopt, area);
    bytes += areaLength(area);
    if (area.last >= last) return { bytes, refusal: null };
    from = area.last + 1n;
  }
}

/**
 * Asks all accesses to let go of a range.
 *
 * @kernel device.c iommufd_access_notify_unmap
 */
function notifyUnmap(iopt: IoPagetable, iova: bigint, length: bigint): void {
  for (const [, access] of iopt.accesses.entries()) access.unmap(iova, length);
}

/**
 * Replaces the list of ranges that the caller keeps; the old one stays where something of the new one is reserved.
 *
 * @kernel io_pagetable.c iopt_set_allow_iova
 */
export function setAllowed(iopt: IoPagetable, allowed: readonly IovaRange[]): Refusal | null {
  if (allowed.some((range) => iopt.reserved.touches(range)))
    return refuse('EADDRINUSE', 'ranges-not-reserved');
  iopt.allowed = allowed;
  iopt.choosable = null;
  return null;
}

/** @kernel io_pagetable.c iopt_reserve_iova */
export function reserveIova(iopt: IoPagetable, range: IovaRange, owner: object | null): Refusal | null {
  if (iopt.areas.firstOverlap(range.start, range.last) !== undefined)
    return refuse('EADDRINUSE', 'iovas-in-reach');
  const allowed = iopt.allowed[firstReaching(iopt.allowed, range.start)];
  if (allowed !== undefined && allowed.start <= range.last) return refuse('EADDRINUSE', 'iovas-in-reach');
  if (!iopt.host.allocate()) return refuse('ENOMEM', 'memory');
  iopt.reserved.add(range, owner);
  return null;
}
