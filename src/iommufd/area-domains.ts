import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import type { PagingDomain } from '../iommu/domain.ts';
import { mapRun } from '../iommu/map.ts';
import { type Area, areaLength, areaPages } from './area.ts';
import { type Failure, fail } from './failure.ts';

/**
 * Loads an area into domains; pins its pages unless something holds them already. Changes nothing where it fails.
 *
 * @param largePages neighbouring pages may become larger ones
 * @kernel pages.c iopt_area_fill_domains iopt_area_fill_domain
 */
export function fillDomains(
  area: Area,
  domains: readonly PagingDomain[],
  largePages: boolean,
): Failure | null {
  const { pages } = area.value;
  const range = areaPages(area);
  const failure = pages.hold(range, () =>
    domains.every((domain) => canMap(area, domain)) ? null : fail('EINVAL', 'mapping-aligned'),
  );
  if (failure !== null) return failure;
  for (const domain of domains) load(area, domain, largePages);
  return null;
}

/**
 * Loads an area that other domains have into one more.
 *
 * @kernel pages.c iopt_area_fill_domain
 */
export function fillFurtherDomain(area: Area, domain: PagingDomain, largePages: boolean): Failure | null {
  if (!canMap(area, domain)) return fail('EINVAL', 'mapping-aligned');
  load(area, domain, largePages);
  return null;
}

/**
 * Takes an area out of domains, and gives its pages back.
 *
 * @kernel pages.c iopt_area_unfill_domains iopt_area_unfill_domain
 */
export function unfillDomains(area: Area, domains: readonly PagingDomain[]): void {
  for (const domain of domains) unmapArea(area, domain);
  area.value.pages.release(areaPages(area));
}

/** @kernel pages.c iopt_area_unmap_domain */
export function unmapArea(area: Area, domain: PagingDomain): void {
  domain.unmapPages(
    Number(area.start / BigInt(domain.pageSize)),
    Number(areaLength(area) / BigInt(domain.pageSize)),
  );
}

/** @kernel pages.c batch_to_domain */
function load(area: Area, domain: PagingDomain, largePages: boolean): void {
  const { pages, pageOffset, prot } = area.value;
  const blocksInPage = PAGE_SIZE / domain.pageSize;
  let ioPage = Number(area.start / BigInt(domain.pageSize));
  let left = Number(areaLength(area) / BigInt(domain.pageSize));
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
