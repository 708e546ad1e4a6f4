import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { PagingDomain } from '../iommu/kernel-api/driver.ts';
import { mapRun } from '../iommu/kernel-api/map.ts';
import { type Area, areaLength, areaPages } from './area.ts';
import type { IoPagetable } from './iopt.ts';
import { limits } from './limits.ts';

/**
 * Loads an area into domains; pins its pages unless something holds them already. Changes nothing where it fails.
 *
 * @kernel pages.c iopt_area_fill_domains iopt_area_fill_domain
 */
export function fillDomains(iopt: IoPagetable, area: Area, domains: readonly PagingDomain[]): Refusal | null {
  const { pages } = area.value;
  const range = areaPages(area);
  const refusal = pages.hold(range, () =>
    domains.every((domain) => canMap(area, domain)) ? null : refuse('EINVAL', 'mapping-aligned'),
  );
  if (refusal !== null) return refusal;
  const bytes = domains.reduce((sum, domain) => sum + tableBytes(area, domain), 0);
  if (!iopt.memory.take(bytes)) {
    pages.release(range);
    return refuse('ENOMEM', 'memory');
  }
  for (const domain of domains) load(iopt, area, domain);
  return null;
}

/**
 * Loads an area that other domains have into one more.
 *
 * @kernel pages.c iopt_area_fill_domain
 */
export function fillFurtherDomain(iopt: IoPagetable, area: Area, domain: PagingDomain): Refusal | null {
  if (!canMap(area, domain)) return refuse('EINVAL', 'mapping-aligned');
  if (!iopt.memory.take(tableBytes(area, domain))) return refuse('ENOMEM', 'memory');
  load(iopt, area, domain);
  return null;
}

/**
 * Takes an area out of domains, and gives its pages back.
 *
 * @kernel pages.c iopt_area_unfill_domains iopt_area_unfill_domain
 */
export function unfillDomains(iopt: IoPagetable, area: Area, domains: readonly PagingDomain[]): void {
  for (const domain of domains) unmapArea(iopt, area, domain);
  area.value.pages.release(areaPages(area));
}

/** @kernel pages.c iopt_area_unmap_domain */
export function unmapArea(iopt: IoPagetable, area: Area, domain: PagingDomain): void {
  domain.unmapPages(Number(area.start / BigInt(domain.pageSize)), ioPages(area, domain));
  iopt.memory.give(tableBytes(area, domain));
}

/** @kernel pages.c batch_to_domain */
function load({ largePages }: IoPagetable, area: Area, domain: PagingDomain): void {
  const { pages, pageOffset, prot } = area.value;
  const blocksInPage = PAGE_SIZE / domain.pageSize;
  let ioPage = Number(area.start / BigInt(domain.pageSize));
  let left = ioPages(area, domain);
  let skip = pageOffset / domain.pageSize;
  const map = (frame: number, count: number): void => {
    const blocks = Math.min(left, count * blocksInPage - skip);
    mapRun(domain, { ioPage, block: frame * blocksInPage + skip, count: blocks, prot });
    ioPage += blocks;
    left -= blocks;
    skip = 0;
  };
  const each = (frame: number, count: number): void => {
    for (let i = 0; i < count; i++) map(frame + i, 1);
  };
  pages.eachRun(areaPages(area), largePages ? map : each);
}

/** Whether all pieces of an area are whole pages of a domain; iommu_map() refuses others. */
function canMap(area: Area, domain: PagingDomain): boolean {
  const ends = area.start | areaLength(area) | BigInt(area.value.pageOffset);
  return (ends & BigInt(domain.pageSize - 1)) === 0n;
}

/** The smallest pages of a domain that an area takes. */
function ioPages(area: Area, domain: PagingDomain): number {
  return Number(areaLength(area) / BigInt(domain.pageSize));
}

function tableBytes(area: Area, domain: PagingDomain): number {
  return ioPages(area, domain) * limits.ioPageBytes;
}
