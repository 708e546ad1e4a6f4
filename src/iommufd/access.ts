import { U64_MAX } from '../base/u64.ts';
import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { IOMMU_READ, IOMMU_WRITE } from '../iommu/kernel-api/driver.ts';
import { type Area, areaIndexAt, areaStartByte, ContiguousAreas } from './area.ts';
import { addAccess, removeAccess } from './domains.ts';
import { getIoas } from './ioas.ts';
import type { IoPagetable, PagetableAccess } from './iopt.ts';
import { IommufdObject } from './object.ts';
import type { PageRange } from './page-holds.ts';
import type { Ioas, IommufdContext } from './private.ts';

const pageSize = BigInt(PAGE_SIZE);

/** What a driver that accesses an address space supplies. Follows struct iommufd_access_ops (include/linux/iommufd.h). */
export interface AccessOps {
  /** It pins pages, so mappings must be aligned to pages. */
  readonly needsPinPages: boolean;
  /** Must unpin what touches a range of IOVAs. */
  unmap(iova: bigint, length: bigint): void;
}

/** A driver's way to the memory of an address space without DMA. Follows struct iommufd_access (iommufd_private.h). */
export class Access extends IommufdObject implements PagetableAccess {
  readonly kind = 'access';
  readonly ictx: IommufdContext;
  readonly ops: AccessOps;
  ioas: Ioas | null = null;
  /** Its place in the address space's list. */
  place = 0;

  constructor(ictx: IommufdContext, ops: AccessOps) {
    super();
    this.ictx = ictx;
    this.ops = ops;
  }

  /** What IOVAs of mappings must be multiples of for it. */
  get alignment(): bigint {
    return this.ops.needsPinPages ? pageSize : 1n;
  }

  unmap(iova: bigint, length: bigint): void {
    this.ops.unmap(iova, length);
  }

  /** @kernel device.c iommufd_access_destroy_object */
  destroy(): void {
    if (this.ioas !== null) changeIoas(this, null);
    this.ictx.put();
  }
}

/**
 * Makes an access, published, with one use that belongs to the caller.
 *
 * @kernel device.c iommufd_access_create
 */
export function createAccess(ictx: IommufdContext, ops: AccessOps): Access | Refusal {
  const access = new Access(ictx, ops);
  const noId = ictx.reserve(access);
  if (noId !== null) return noId;
  access.users++;
  ictx.get();
  ictx.objects.publish(access);
  return access;
}

/** @kernel device.c iommufd_access_destroy */
export function destroyAccess(access: Access): void {
  access.ictx.objects.put(access);
}

/** @kernel device.c iommufd_access_attach */
export function attachAccess(access: Access, ioasId: number): Refusal | null {
  return access.ioas === null ? changeIoasId(access, ioasId) : refuse('EINVAL', 'detached');
}

/** It leaves its address space; all that it pinned must be unpinned by {@link AccessOps.unmap}. @kernel device.c iommufd_access_detach */
export function detachAccess(access: Access): void {
  changeIoas(access, null);
}

/** @kernel device.c iommufd_access_replace */
export function replaceAccess(access: Access, ioasId: number): Refusal | null {
  return access.ioas === null ? refuse('ENOENT', 'attached') : changeIoasId(access, ioasId);
}

/** @kernel device.c iommufd_access_change_ioas_id */
function changeIoasId(access: Access, ioasId: number): Refusal | null {
  const ioas = getIoas(access.ictx, ioasId);
  return ioas instanceof Refusal ? ioas : changeIoas(access, ioas);
}

/**
 * Moves an access, which must unpin everything first.
 *
 * @kernel device.c iommufd_access_change_ioas
 */
function changeIoas(access: Access, next: Ioas | null): Refusal | null {
  const { ioas: current, place } = access;
  if (current === next) return null;
  if (next !== null) {
    const added = addAccess(next.iopt, access);
    if (added instanceof Refusal) return added;
    access.place = added;
    next.users++;
  }
  if (current !== null) {
    access.ops.unmap(0n, U64_MAX);
    removeAccess(current.iopt, place);
    current.users--;
  }
  access.ioas = next;
  return null;
}

/** A range of IOVAs, and what for. */
export interface AccessRange {
  readonly iova: bigint;
  readonly length: bigint;
  readonly write: boolean;
}

/**
 * Pins the pages below a range of IOVAs. Changes nothing where it fails.
 *
 * @returns the pages
 * @kernel device.c iommufd_access_pin_pages
 */
export function pinPages(access: Access, { iova, length, write }: AccessRange): readonly Page[] | Refusal {
  if (length === 0n) return refuse('EINVAL', 'pin-something');
  const last = iova + length - 1n;
  if (last > U64_MAX) return refuse('EOVERFLOW', 'pin-no-wrap');
  if (access.ioas === null) return refuse('ENOENT', 'pin-mapped');
  const { iopt } = access.ioas;
  const pages: Page[] = [];
  const walk = new ContiguousAreas(iopt.areas, iova, last);
  const undo = (refusal: Refusal): Refusal => {
    if (iova < walk.iova) unpinRange(iopt, iova, walk.iova - 1n);
    return refusal;
  };
  while (walk.area !== null) {
    const { area } = walk;
    if (area.value.preventAccess || !isAligned(walk, area)) return undo(refuse('EINVAL', 'pin-aligned'));
    if (!allows(area, write)) return undo(refuse('EPERM', 'pin-allowed'));
    const range = indexes(walk, area);
    const refusal = area.value.pages.addAccess(area.value, range, write);
    if (refusal !== null) return undo(refusal);
    for (let index = range.first; index <= range.last; index++)
      pages.push(area.value.pages.pageAt(index) as Page);
    if (!walk.next()) break;
  }
  return walk.done ? pages : undo(refuse('ENOENT', 'pin-mapped'));
}

/** @kernel device.c iopt_area_contig_is_aligned */
function isAligned(walk: ContiguousAreas, area: Area): boolean {
  if (areaStartByte(area, walk.iova) % pageSize !== 0n) return false;
  return walk.done || areaStartByte(area, area.last) % pageSize === pageSize - 1n;
}

/** @kernel device.c check_area_prot */
function allows(area: Area, write: boolean): boolean {
  return (area.value.prot & (write ? IOMMU_WRITE : IOMMU_READ)) !== 0;
}

function indexes(walk: ContiguousAreas, area: Area): PageRange {
  return { first: areaIndexAt(area, walk.iova), last: areaIndexAt(area, walk.areaLast) };
}

/**
 * Unpins what {@link pinPages} pinned with the same range.
 *
 * @kernel device.c iommufd_access_unpin_pages
 */
export function unpinPages(access: Access, iova: bigint, length: bigint): void {
  if (access.ioas !== null) unpinRange(access.ioas.iopt, iova, iova + length - 1n);
}

function unpinRange(iopt: IoPagetable, iova: bigint, last: bigint): void {
  const walk = new ContiguousAreas(iopt.areas, iova, last);
  while (walk.area !== null) {
    walk.area.value.pages.removeAccess(walk.area.value, indexes(walk, walk.area));
    if (!walk.next()) break;
  }
}
