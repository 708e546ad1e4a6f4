import type { PagingDomain } from './driver.ts';

/** A piece of a domain, in its smallest pages. */
export interface MapRequest {
  readonly ioPage: number;
  readonly block: number;
  readonly count: number;
  readonly prot: number;
}

/**
 * Maps neighbouring memory with the largest pages that fit.
 *
 * @kernel drivers/iommu/iommu.c __iommu_map
 */
export function mapRun(domain: PagingDomain, { ioPage, block, count, prot }: MapRequest): void {
  const huge = domain.hugePages;
  if (huge === null || count < huge || (ioPage - block) % huge !== 0) {
    domain.mapPages(ioPage, block, 1, count, prot);
    return;
  }
  const before = Math.min(count, (huge - (ioPage % huge)) % huge);
  const whole = Math.floor((count - before) / huge);
  const rest = count - before - whole * huge;
  if (before > 0) domain.mapPages(ioPage, block, 1, before, prot);
  if (whole > 0) domain.mapPages(ioPage + before, block + before, huge, whole, prot);
  const end = before + whole * huge;
  if (rest > 0) domain.mapPages(ioPage + end, block + end, 1, rest, prot);
}
