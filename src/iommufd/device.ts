import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { Device } from '../iommu/kernel-api/device.ts';
import { BoundDevice, DeviceGroup, type IommufdContext } from './private.ts';

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
