import { type Refusal, refuse } from '../ioctl/refusal.ts';
import {
  disablePageRequests,
  enablePageRequests,
  handleFor,
  removeDeviceReservations,
} from './attach-handle.ts';
import { reserveForDevice } from './domains.ts';
import { autoRespond } from './fault.ts';
import { type BoundDevice, type Hwpt, pagingOf } from './private.ts';

/**
 * Moves the group of an attached device to another page table.
 *
 * @returns the old page table, of which the caller has one use to give back; null where nothing changed
 * @kernel device.c iommufd_device_do_replace
 */
export function replaceHwpt(hwpt: Hwpt, device: BoundDevice): Hwpt | Refusal | null {
  const { igroup } = device;
  const old = igroup.hwpt;
  if (old === null || !igroup.devices.has(device)) return refuse('EINVAL', 'attached');
  if (old === hwpt) return null;
  const moves = pagingOf(hwpt).ioas !== pagingOf(old).ioas;
  const refusal = (moves ? reserveForGroup(hwpt, device) : null) ?? replaceGroup(hwpt, old, device);
  if (refusal !== null) {
    // The kernel takes these back even where both are of one address space.
    for (const each of igroup.devices) removeDeviceReservations(hwpt, each);
    return refusal;
  }
  if (moves) for (const each of igroup.devices) removeDeviceReservations(old, each);
  igroup.hwpt = hwpt;
  hwpt.users += igroup.devices.size;
  old.users -= igroup.devices.size - 1;
  return old;
}

/** @kernel device.c iommufd_group_do_replace_reserved_iova */
function reserveForGroup(hwpt: Hwpt, { igroup }: BoundDevice): Refusal | null {
  for (const each of igroup.devices) {
    const refusal = reserveForDevice(pagingOf(hwpt).ioas.iopt, each.device);
    if (refusal !== null) return refusal;
  }
  return null;
}

/**
 * @kernel device.c iommufd_hwpt_replace_device
 * @kernel fault.c iommufd_fault_domain_replace_dev __fault_domain_replace_dev
 */
function replaceGroup(hwpt: Hwpt, old: Hwpt, device: BoundDevice): Refusal | null {
  const { group } = device.igroup;
  const before = group.handle;
  if (!device.ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const starts = hwpt.fault !== null && old.fault === null;
  const refused = starts ? enablePageRequests(device) : null;
  if (refused !== null) return refused;
  const errno = group.replace(handleFor(hwpt, device));
  if (errno !== null) {
    if (starts) disablePageRequests(device);
    return refuse(errno, 'device-fits');
  }
  if (old.fault !== null) {
    autoRespond(old.fault, before);
    if (hwpt.fault === null) disablePageRequests(device);
  }
  return null;
}
