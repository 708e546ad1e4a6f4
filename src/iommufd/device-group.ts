import type { IommuGroup } from '../iommu/kernel-api/group.ts';
import type { BoundDevice } from './device.ts';
import type { Hwpt } from './hw-pagetable.ts';

/** What iommufd keeps for a group of devices. Follows struct iommufd_group (iommufd_private.h). */
export class DeviceGroup {
  readonly group: IommuGroup;
  /** Bound devices. */
  bound = 0;
  /** What the group is attached to. @internal */
  hwpt: Hwpt | null = null;
  /** The devices that are attached to it. */
  readonly devices = new Set<BoundDevice>();

  constructor(group: IommuGroup) {
    this.group = group;
  }
}
