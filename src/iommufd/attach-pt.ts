import { Refusal, refuse } from '../ioctl/refusal.ts';
import { attachHwpt, putHwpt } from './attach.ts';
import { replaceHwpt } from './attach-replace.ts';
import { allocHwptPaging } from './hwpt-alloc.ts';
import { IommufdObject } from './object.ts';
import { type BoundDevice, type Hwpt, HwptNested, HwptPaging, Ioas } from './private.ts';

/** Attaches a device, or moves it: what it was attached to before, null where that is nothing to give back. */
type Attach = (hwpt: Hwpt, device: BoundDevice) => Hwpt | Refusal | null;

/**
 * Attaches a device to a page table or an address space.
 *
 * @returns the id of the page table
 * @kernel device.c iommufd_device_attach
 */
export function attachDevice(device: BoundDevice, ptId: number): number | Refusal {
  const id = changePt(device, ptId, attachHwpt);
  if (!(id instanceof Refusal)) device.users++;
  return id;
}

/** @kernel device.c iommufd_device_replace */
export function replaceDevice(device: BoundDevice, ptId: number): number | Refusal {
  return changePt(device, ptId, replaceHwpt);
}

/** @kernel device.c iommufd_device_change_pt */
function changePt(device: BoundDevice, ptId: number, attach: Attach): number | Refusal {
  const pt = device.ictx.objects.get<IommufdObject>(ptId, IommufdObject, 'pt-exists');
  if (pt instanceof Refusal) return pt;
  if (pt instanceof HwptPaging || pt instanceof HwptNested) {
    const old = attach(pt, device);
    if (old instanceof Refusal) return old;
    if (old !== null) putHwpt(device, old);
    return pt.id;
  }
  if (!(pt instanceof Ioas)) return refuse('EINVAL', 'pt-fits');
  const found = autoDomain(device, pt, attach);
  if (found instanceof Refusal) return found;
  if (found.old !== null) putHwpt(device, found.old);
  return found.hwpt.id;
}

/**
 * Finds a page table of an address space that the kernel made and that takes the device, or makes one.
 *
 * @kernel device.c iommufd_device_auto_get_domain
 */
function autoDomain(
  device: BoundDevice,
  ioas: Ioas,
  attach: Attach,
): { readonly hwpt: HwptPaging; readonly old: Hwpt | null } | Refusal {
  for (const hwpt of ioas.hwpts) {
    if (!hwpt.auto) continue;
    const old = attach(hwpt, device);
    if (!(old instanceof Refusal)) return { hwpt, old };
    if (old.errno !== 'EINVAL') return old;
  }
  const { ictx } = device;
  const immediate = attach === attachHwpt;
  const hwpt = allocHwptPaging(ictx, ioas, { device, flags: 0, data: null }, immediate);
  if (hwpt instanceof Refusal) return hwpt;
  const old = immediate ? null : attach(hwpt, device);
  if (old instanceof Refusal) {
    ictx.objects.abort(hwpt);
    return old;
  }
  hwpt.auto = true;
  ictx.objects.publish(hwpt);
  return { hwpt, old };
}
