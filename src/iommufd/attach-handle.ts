import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { takePageRequests } from './fault.ts';
import { type BoundDevice, type DeviceHandle, domainOf, type Hwpt, pagingOf } from './private.ts';

/** Makes the handle of an attachment. */
export function handleFor(hwpt: Hwpt, device: BoundDevice): DeviceHandle {
  const { fault } = hwpt;
  return {
    domain: domainOf(hwpt),
    device,
    handlePageRequests: fault === null ? null : (group) => takePageRequests(fault, group),
  };
}

/** @kernel fault.c iommufd_fault_iopf_enable */
export function enablePageRequests(device: BoundDevice): Refusal | null {
  if (device.pageRequestUsers > 0) {
    device.pageRequestUsers++;
    return null;
  }
  const errno = device.device.driver.enablePageRequests(device.device);
  if (errno !== null) return refuse(errno, 'page-requests');
  device.pageRequestUsers = 1;
  return null;
}

/**
 * Does nothing for a device for which they were not turned on: of a group, that is any but the one that was attached first.
 *
 * @kernel fault.c iommufd_fault_iopf_disable
 */
export function disablePageRequests(device: BoundDevice): void {
  if (device.pageRequestUsers === 0) return;
  if (--device.pageRequestUsers === 0) device.device.driver.disablePageRequests(device.device);
}

/** What a device reserved is free again. @kernel io_pagetable.c iopt_remove_reserved_iova */
export function removeDeviceReservations(hwpt: Hwpt, { device }: BoundDevice): void {
  pagingOf(hwpt).ioas.iopt.reserved.removeOwner(device);
}
