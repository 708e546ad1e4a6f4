import type { NestedDomain, PagingDomain } from '../iommu/kernel-api/driver.ts';
import { removeDomain } from './domains.ts';
import type { Fault } from './fault.ts';
import type { Ioas } from './ioas.ts';
import { IommufdObject } from './object.ts';

/** A hardware page table that the kernel fills from an address space. Follows struct iommufd_hwpt_paging. */
export class HwptPaging extends IommufdObject {
  readonly kind = 'hwpt_paging';
  readonly ioas: Ioas;
  readonly nestParent: boolean;
  domain: PagingDomain | null = null;
  fault: Fault | null = null;
  /** The kernel made it for a device, and destroys it when no device is left. */
  auto = false;
  enforcesCoherency = false;

  constructor(ioas: Ioas, nestParent: boolean) {
    super();
    this.ioas = ioas;
    this.nestParent = nestParent;
    ioas.users++;
  }

  /** @kernel hw_pagetable.c iommufd_hwpt_paging_destroy iommufd_hwpt_paging_abort */
  destroy(): void {
    if (this.ioas.hwpts.delete(this) && this.domain !== null) removeDomain(this.ioas.iopt, this.domain);
    if (this.fault !== null) this.fault.users--;
    this.ioas.users--;
  }
}

/** A hardware page table that user space fills, on top of one of an address space. Follows struct iommufd_hwpt_nested. */
export class HwptNested extends IommufdObject {
  readonly kind = 'hwpt_nested';
  readonly parent: HwptPaging;
  domain: NestedDomain | null = null;
  fault: Fault | null = null;

  constructor(parent: HwptPaging) {
    super();
    this.parent = parent;
    parent.users++;
  }

  /** @kernel hw_pagetable.c iommufd_hwpt_nested_destroy */
  destroy(): void {
    if (this.fault !== null) this.fault.users--;
    this.parent.users--;
  }
}

/** What a device can be attached to. */
export type Hwpt = HwptPaging | HwptNested;

/** The one that an address space fills. @kernel iommufd_private.h find_hwpt_paging */
export function pagingOf(hwpt: Hwpt): HwptPaging {
  return hwpt instanceof HwptPaging ? hwpt : hwpt.parent;
}

/** The domain of a page table that was made completely. */
export function domainOf<T extends Hwpt>({ id, domain }: T): NonNullable<T['domain']> {
  if (domain === null) throw new TypeError(`page table ${id} has no domain`);
  return domain;
}
