import { U64_MAX } from '../base/u64.ts';
import { larger } from '../codec/runtime/arithmetic.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { Device } from '../iommu/kernel-api/device.ts';
import type { PagingDomain } from '../iommu/kernel-api/driver.ts';
import { type Area, areaLength } from './area.ts';
import { fillDomains, fillFurtherDomain, unfillDomains, unmapArea } from './area-domains.ts';
import { reserveIova } from './io-pagetable.ts';
import type { IoPagetable, PagetableAccess } from './iopt.ts';

const pageSize = BigInt(PAGE_SIZE);

/**
 * A further domain gets all areas, from now on too. Changes nothing where it fails.
 *
 * @kernel io_pagetable.c iopt_table_add_domain
 */
export function addDomain(iopt: IoPagetable, domain: PagingDomain): Refusal | null {
  const alignment = larger(BigInt(domain.pageSize), iopt.alignment);
  if (alignment > pageSize) return refuse('EINVAL', 'pages-small');
  if (alignment !== iopt.alignment && !areasAligned(iopt, alignment))
    return refuse('EADDRINUSE', 'mappings-aligned');
  const { start, last } = domain.aperture;
  const refusal =
    (start === 0n ? null : reserveIova(iopt, { start: 0n, last: start - 1n }, domain)) ??
    (last === U64_MAX ? null : reserveIova(iopt, { start: last + 1n, last: U64_MAX }, domain)) ??
    fillDomain(iopt, domain);
  if (refusal !== null) {
    iopt.reserved.removeOwner(domain);
    return refusal;
  }
  iopt.alignment = alignment;
  iopt.domains.push(domain);
  return null;
}

/** @kernel io_pagetable.c iopt_fill_domain */
function fillDomain(iopt: IoPagetable, domain: PagingDomain): Refusal | null {
  const first = iopt.domains.length === 0;
  for (const area of iopt.areas.entries()) {
    const refusal = first ? fillDomains(iopt, area, [domain]) : fillFurtherDomain(iopt, area, domain);
    if (refusal !== null) {
      unfillBefore(iopt, domain, area.start);
      return refusal;
    }
    if (first) area.value.filled = true;
  }
  return null;
}

function unfillBefore(iopt: IoPagetable, domain: PagingDomain, stop: bigint): void {
  for (const area of iopt.areas.entries()) {
    if (area.start >= stop) return;
    unfillArea(iopt, area, domain);
  }
}

function unfillArea(iopt: IoPagetable, area: Area, domain: PagingDomain): void {
  if (iopt.domains.length > 0) unmapArea(iopt, area, domain);
  else {
    unfillDomains(iopt, area, [domain]);
    area.value.filled = false;
  }
}

/**
 * A domain loses all areas.
 *
 * @kernel io_pagetable.c iopt_table_remove_domain iopt_unfill_domain
 */
export function removeDomain(iopt: IoPagetable, domain: PagingDomain): void {
  const index = iopt.domains.indexOf(domain);
  if (index === -1) return;
  const tail = iopt.domains.pop() as PagingDomain;
  if (tail !== domain) iopt.domains[index] = tail;
  for (const area of iopt.areas.entries()) unfillArea(iopt, area, domain);
  iopt.reserved.removeOwner(domain);
  calculateAlignment(iopt);
}

/** @kernel io_pagetable.c iopt_check_iova_alignment */
function areasAligned(iopt: IoPagetable, alignment: bigint): boolean {
  const mask = alignment - 1n;
  for (const area of iopt.areas.entries()) {
    if (((area.start | areaLength(area) | BigInt(area.value.pageOffset)) & mask) !== 0n) return false;
  }
  return true;
}

/**
 * @returns EADDRINUSE where areas are not as much aligned as it would be needed now
 * @kernel io_pagetable.c iopt_calculate_iova_alignment
 */
function calculateAlignment(iopt: IoPagetable): Refusal | null {
  let alignment = iopt.largePages ? 1n : pageSize;
  for (const domain of iopt.domains) alignment = larger(alignment, BigInt(domain.pageSize));
  for (const [, access] of iopt.accesses.entries()) alignment = larger(alignment, access.alignment);
  if (alignment > iopt.alignment && !areasAligned(iopt, alignment))
    return refuse('EADDRINUSE', 'mappings-aligned');
  iopt.alignment = alignment;
  return null;
}

/** @kernel io_pagetable.c iopt_enable_large_pages */
export function enableLargePages(iopt: IoPagetable): void {
  iopt.largePages = true;
  calculateAlignment(iopt);
}

/** @kernel io_pagetable.c iopt_disable_large_pages */
export function disableLargePages(iopt: IoPagetable): Refusal | null {
  if (!iopt.largePages) return null;
  if (iopt.domains.length > 0 && iopt.areas.size > 0) return refuse('EINVAL', 'nothing-loaded');
  iopt.largePages = false;
  const refusal = calculateAlignment(iopt);
  if (refusal !== null) iopt.largePages = true;
  return refusal;
}

/**
 * @returns the place of the access in the list
 * @kernel io_pagetable.c iopt_add_access
 */
export function addAccess(iopt: IoPagetable, access: PagetableAccess): number | Refusal {
  const place = iopt.accesses.add(access);
  if (place === null) return refuse('EBUSY', 'access-places');
  const refusal = calculateAlignment(iopt);
  if (refusal === null) return place;
  iopt.accesses.delete(place);
  return refusal;
}

/** @kernel io_pagetable.c iopt_remove_access */
export function removeAccess(iopt: IoPagetable, place: number): void {
  iopt.accesses.delete(place);
  calculateAlignment(iopt);
}

/**
 * Reserves what a device cannot use; the device owns the ranges.
 *
 * @kernel io_pagetable.c iopt_table_enforce_dev_resv_regions
 */
export function reserveForDevice(iopt: IoPagetable, device: Device): Refusal | null {
  for (const { start, last, type } of device.driver.reservedRegions(device)) {
    if (type === 'direct-relaxable') continue;
    const refusal = reserveIova(iopt, { start, last }, device);
    if (refusal !== null) {
      iopt.reserved.removeOwner(device);
      return refusal;
    }
  }
  return null;
}
