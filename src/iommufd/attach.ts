import { type Refusal, refuse } from '../ioctl/refusal.ts';
import {
  disablePageRequests,
  enablePageRequests,
  handleFor,
  removeDeviceReservations,
} from './attach-handle.ts';
import { reserveForDevice } from './domains.ts';
import { autoRespond } from './fault.ts';
import { type BoundDevice, type Hwpt, HwptPaging, pagingOf } from './private.ts';

/**
 * Attaches a device to a page table; the first device of a group attaches the group.
 *
 * @kernel device.c iommufd_hw_pagetable_attach iommufd_device_attach_reserved_iova
 */
export function attachHwpt(hwpt: Hwpt, device: BoundDevice): Refusal | null {
  const { igroup } = device;
  if (igroup.hwpt !== null && igroup.hwpt !== hwpt) return refuse('EINVAL', 'group-elsewhere');
  const { iopt } = pagingOf(hwpt).ioas;
  const taken = reserveForDevice(iopt, device.device);
  if (taken !== null) return taken;
  if (igroup.devices.size === 0) {
    const refusal = attachGroup(hwpt, device);
    if (refusal !== null) {
      removeDeviceReservations(hwpt, device);
      return refusal;
    }
    igroup.hwpt = hwpt;
  }
  hwpt.users++;
  igroup.devices.add(device);
  return null;
}

/**
 * @kernel device.c iommufd_hwpt_attach_device
 * @kernel fault.c iommufd_fault_domain_attach_dev __fault_domain_attach_dev
 */
function attachGroup(hwpt: Hwpt, device: BoundDevice): Refusal | null {
  if (!device.ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const refused = hwpt.fault === null ? null : enablePageRequests(device);
  if (refused !== null) return refused;
  const errno = device.igroup.group.attach(handleFor(hwpt, device));
  if (errno === null) return null;
  if (hwpt.fault !== null) disablePageRequests(device);
  return refuse(errno, 'device-fits');
}

/**
 * The device lets go; the caller still has to give back its use of the page table that this returns.
 *
 * @kernel device.c iommufd_hw_pagetable_detach iommufd_hwpt_detach_device
 * @kernel fault.c iommufd_fault_domain_detach_dev
 */
export function detachHwpt(device: BoundDevice): Hwpt {
  const { igroup } = device;
  const { hwpt } = igroup;
  if (hwpt === null) throw new TypeError(`device ${device.id} is not attached`);
  igroup.devices.delete(device);
  if (igroup.devices.size === 0) {
    const { handle } = igroup.group;
    igroup.group.detach();
    if (hwpt.fault !== null) {
      autoRespond(hwpt.fault, handle);
      disablePageRequests(device);
    }
    igroup.hwpt = null;
  }
  removeDeviceReservations(hwpt, device);
  return hwpt;
}

/** @kernel device.c iommufd_device_detach */
export function detachDevice(device: BoundDevice): void {
  putHwpt(device, detachHwpt(device));
  device.users--;
}

/**
 * Gives back a use of a page table; one that the kernel made for a device goes with its last user.
 *
 * @kernel iommufd_private.h iommufd_hw_pagetable_put
 */
export function putHwpt({ ictx }: BoundDevice, hwpt: Hwpt): void {
  if (hwpt instanceof HwptPaging && hwpt.auto) ictx.objects.put(hwpt);
  else hwpt.users--;
}
