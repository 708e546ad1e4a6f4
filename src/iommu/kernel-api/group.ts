import type { Errno } from '../../model/errno.ts';
import type { AttachHandle, Domain, IommuDevice } from './driver.ts';

/** Devices that an IOMMU cannot tell apart: they share a domain. */
export class IommuGroup {
  readonly devices = new Set<IommuDevice>();
  /** Who decides about the domain; null while it is nobody. */
  owner: object | null = null;
  /** What its devices translate with; null blocks all DMA. */
  domain: Domain | null = null;
  handle: AttachHandle | null = null;

  /** @kernel drivers/iommu/iommu.c iommu_attach_group_handle */
  attach(handle: AttachHandle): Errno | null {
    if (this.handle !== null) return 'EBUSY';
    for (const device of this.devices) if (device.driver !== handle.domain.driver) return 'EINVAL';
    const errno = this.#setDomain(handle.domain);
    if (errno === null) this.handle = handle;
    return errno;
  }

  /** @kernel drivers/iommu/iommu.c iommu_replace_group_handle */
  replace(handle: AttachHandle): Errno | null {
    const errno = this.#setDomain(handle.domain);
    if (errno === null) this.handle = handle;
    return errno;
  }

  /** @kernel drivers/iommu/iommu.c iommu_detach_group_handle */
  detach(): void {
    this.domain = null;
    this.handle = null;
    for (const device of this.devices) device.iotlb.clear();
  }

  /** @kernel drivers/iommu/iommu.c __iommu_group_set_domain_internal */
  #setDomain(domain: Domain): Errno | null {
    if (this.domain === domain) return null;
    for (const device of this.devices) {
      const errno = device.driver.attach(domain, device);
      if (errno !== null) return errno;
    }
    this.domain = domain;
    for (const device of this.devices) device.iotlb.clear();
    return null;
  }
}
