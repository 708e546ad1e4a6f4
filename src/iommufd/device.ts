import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { Device } from '../iommu/kernel-api/device.ts';
import type { AttachHandle } from '../iommu/kernel-api/driver.ts';
import type { IommufdContext } from './context.ts';
import { DeviceGroup } from './device-group.ts';
import { IommufdObject } from './object.ts';

/** A device that belongs to an open /dev/iommu. Follows struct iommufd_device (iommufd_private.h). */
export class BoundDevice extends IommufdObject {
  readonly kind = 'device';
  readonly ictx: IommufdContext;
  readonly device: Device;
  readonly igroup: DeviceGroup;
  readonly enforcesCoherency: boolean;
  /** Attachments that want page requests. */
  pageRequestUsers = 0;

  constructor(ictx: IommufdContext, device: Device, igroup: DeviceGroup) {
    super();
    this.ictx = ictx;
    this.device = device;
    this.igroup = igroup;
    this.enforcesCoherency = device.driver.enforcesCoherency(device);
  }

  /** @kernel device.c iommufd_device_destroy */
  destroy(): void {
    releaseGroup(this.ictx, this.igroup);
  }
}

/** An attachment of a device of a group. Follows struct iommufd_attach_handle (iommufd_private.h). */
export interface DeviceHandle extends AttachHandle {
  readonly device: BoundDevice;
}

/**
 * Takes a device over, published, with one use that belongs to the caller.
 *
 * @kernel device.c iommufd_device_bind iommufd_get_group
 */
export function bindDevice(ictx: IommufdContext, device: Device): BoundDevice | Refusal {
  const { group } = device;
  if (group.owner !== null && group.owner !== ictx) return refuse('EPERM', 'device-free');
  const igroup = ictx.groups.get(group) ?? new DeviceGroup(group);
  if (!ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const bound = new BoundDevice(ictx, device, igroup);
  const noId = ictx.reserve(bound);
  if (noId !== null) return noId;
  ictx.groups.set(group, igroup);
  group.owner = ictx;
  igroup.bound++;
  bound.users++;
  ictx.objects.publish(bound);
  return bound;
}

/** @kernel device.c iommufd_device_unbind */
export function unbindDevice(device: BoundDevice): void {
  device.ictx.objects.put(device);
}

/** @kernel device.c iommufd_group_release iommufd_put_group */
function releaseGroup(ictx: IommufdContext, igroup: DeviceGroup): void {
  if (--igroup.bound > 0) return;
  ictx.groups.delete(igroup.group);
  igroup.group.owner = null;
}
