import type { IoasDeviceBind } from '../generated/ts/ioas.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { detachAll } from './attach.ts';
import type { IoasDevice } from './objects.ts';

/** IOAS_DEVICE_BIND. @returns the id of the device */
export function bindDevice(device: IoasDevice, cmd: IoasDeviceBind): number | Refusal {
  if (cmd.flags !== 0 || cmd.__reserved !== 0) return refuse('EINVAL', 'known-flags');
  const ictx = device.machine.files.get(cmd.iommu_fd);
  if (ictx === undefined) return refuse('EBADF', 'open-file');
  if (device.bound !== null) return refuse('EBUSY', 'not-bound');
  const used = device.siblings.some((other) => other.bound !== null && !(device.mediated && other.mediated));
  if (used) return refuse('EBUSY', 'hardware-free');
  if (ictx.byLabel.has(cmd.label)) return refuse('EEXIST', 'label-free');
  const id = ictx.objects.add(device);
  if (id === null) return refuse('ENOSPC', 'ids');
  device.id = id;
  device.bound = ictx;
  device.label = cmd.label;
  ictx.byLabel.set(cmd.label, device);
  return device.id;
}

/** IOAS_DEVICE_UNBIND, and the end of an open device. */
export function unbindDevice(device: IoasDevice): number | Refusal {
  const ictx = device.bound;
  if (ictx === null) return refuse('EINVAL', 'device-bound');
  detachAll(device);
  ictx.objects.delete(device.id);
  ictx.byLabel.delete(device.label);
  device.bound = null;
  device.id = 0;
  device.label = 0n;
  return 0;
}
