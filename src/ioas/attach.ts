import { IOAS_ATTACH_USER_PASID, type IoasDeviceAttach } from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { answerFaults } from './fault.ts';
import { flushAttachment, flushPasidCache } from './flush.ts';
import type { Attachment, Ioas, IoasDevice } from './objects.ts';
import { isPermitted, propertiesOf, smallestPage } from './properties.ts';
import { reroute } from './routing.ts';

/** IOAS_DEVICE_ATTACH. */
export function attachDevice(device: IoasDevice, cmd: IoasDeviceAttach): number | Refusal {
  const { flags, ioas: id, user_pasid } = cmd;
  if ((flags & ~IOAS_ATTACH_USER_PASID) !== 0) return refuse('EINVAL', 'known-flags');
  const ictx = device.bound;
  if (ictx === null) return refuse('EINVAL', 'device-bound');
  const ioas = ictx.ioas(id);
  if (ioas instanceof Refusal) return ioas;
  const userPasid = (flags & IOAS_ATTACH_USER_PASID) === 0 ? null : user_pasid;
  const refusal = routeFree(device, ioas, userPasid) ?? parentFirst(device, ioas) ?? compatible(device, ioas);
  if (refusal !== null) return refusal;
  const pasid = userPasid === null ? device.defaultPasid : takePasid(device, ioas, userPasid);
  if (pasid instanceof Refusal) return pasid;
  const attachment: Attachment = { device, ioas, userPasid, pasid };
  ioas.addAttachment(attachment);
  const before = device.route(userPasid);
  device.addAttachment(attachment);
  reroute(device, attachment);
  if (before !== undefined) flushAttachment(before);
  return 0;
}

/** IOAS_DEVICE_DETACH. */
export function detachDevice(device: IoasDevice, cmd: IoasDeviceAttach): number | Refusal {
  const { flags, ioas: id, user_pasid } = cmd;
  if ((flags & ~IOAS_ATTACH_USER_PASID) !== 0) return refuse('EINVAL', 'known-flags');
  const ictx = device.bound;
  if (ictx === null) return refuse('EINVAL', 'device-bound');
  const ioas = ictx.ioas(id);
  if (ioas instanceof Refusal) return ioas;
  const userPasid = (flags & IOAS_ATTACH_USER_PASID) === 0 ? null : user_pasid;
  const attachment = device.attachmentsWith(userPasid).find((one) => one.ioas === ioas);
  if (attachment === undefined) return refuse('EINVAL', 'attached');
  const isNeeded = device.attachments.some((one) => one.ioas.parent === ioas);
  if (isNeeded) return refuse('EBUSY', 'no-child-attached');
  detach(attachment);
  return 0;
}

/** Ends all attachments of a device, those to nested address spaces first. */
export function detachAll(device: IoasDevice): void {
  const nestedFirst = [...device.attachments].sort(
    (a, b) => Number(b.ioas.parent !== null) - Number(a.ioas.parent !== null),
  );
  for (const attachment of nestedFirst) detach(attachment);
}

function detach(attachment: Attachment): void {
  const { device, ioas, userPasid, pasid } = attachment;
  const hadTable = ioas.table?.kind === 'pasid-table';
  answerFaults(attachment);
  device.removeAttachment(attachment);
  ioas.removeAttachment(attachment);
  reroute(device, attachment);
  if (hadTable) flushPasidCache(attachment, 'any');
  flushAttachment(attachment);
  if (userPasid === null || pasid === null || !device.mediated) return;
  // What lies below may still use it with the same PASID.
  if (device.attachmentsWith(userPasid).length > 0) return;
  if (device.enqcmd) device.machine.pasids.giveShared(ioas.ictx, userPasid);
  else device.machine.pasids.giveLocal(device.hw, pasid);
}

/** Whether nothing else decides about these requests: at most one address space, and one on top of it. */
function routeFree(device: IoasDevice, ioas: Ioas, userPasid: number | null): Refusal | null {
  for (const other of device.attachmentsWith(userPasid)) {
    if (other.ioas !== ioas.parent) return refuse('EBUSY', 'not-attached');
  }
  // With ENQCMD all parts of one piece of hardware have the same PASID, and nothing else would tell them apart.
  if (userPasid === null || !device.enqcmd || !device.mediated) return null;
  const taken = device.siblings.some(
    (other) => other.enqcmd && other.bound === ioas.ictx && other.attachmentsWith(userPasid).length > 0,
  );
  return taken ? refuse('EBUSY', 'not-attached') : null;
}

function parentFirst(device: IoasDevice, { parent }: Ioas): Refusal | null {
  if (parent === null || device.isAttachedTo(parent)) return null;
  return refuse('EINVAL', 'parent-first');
}

/** Whether the IOMMU of a device can do what the address space is and has been used for. */
function compatible(device: IoasDevice, ioas: Ioas): Refusal | null {
  const { driver } = device.hw.unit;
  for (const other of ioas.drivers) {
    const same =
      other.nesting === driver.nesting &&
      other.hwType === driver.hwType &&
      other.userPasidBits <= driver.userPasidBits &&
      other.pageTables.every((format) => driver.pageTables.includes(format));
    if (!same) return refuse('EINVAL', 'compatible');
  }
  if (driver.addrWidth < ioas.addrWidth || (ioas.enforceSnoop && !driver.enforcesSnoop))
    return refuse('EINVAL', 'compatible');
  const wanted = ioas.nesting;
  if (wanted !== null && driver.nesting !== wanted) return refuse('EINVAL', 'compatible');
  if (ioas.table?.kind === 'pasid-table') {
    if (device.mediated || driver.userPasidBits < ioas.table.pasidBits) return refuse('EINVAL', 'compatible');
    if (device.usesPasids) return refuse('EINVAL', 'delegated');
  }
  const format = ioas.table?.kind === 'pgtable' ? ioas.table.format : null;
  if (format !== null && !driver.pageTables.includes(format)) return refuse('EINVAL', 'compatible');
  const properties = propertiesOf(ioas, [device]);
  const page = smallestPage(properties);
  if (page === 0n) return refuse('EINVAL', 'compatible');
  for (const { start, last, value } of ioas.mapped.areas.entries()) {
    const aligned = (start | (last + 1n) | value.address) % page === 0n;
    if (!aligned || !isPermitted(properties, { start, last })) return refuse('EINVAL', 'mappings-permitted');
  }
  return null;
}

/** The PASID on the bus for one of the caller's: the same one for an address space and for what lies on top of it. */
function takePasid(device: IoasDevice, ioas: Ioas, userPasid: number): number | Refusal {
  const { hw, machine } = device;
  if (hw.pasidBits === 0) return refuse('EOPNOTSUPP', 'has-pasids');
  if (userPasid >= 2 ** hw.pasidBits) return refuse('EINVAL', 'pasid-width');
  const delegated = [ioas, device.route(null)?.ioas].some((one) => one?.table?.kind === 'pasid-table');
  if (delegated) return refuse('EINVAL', 'delegated');
  if (!device.mediated) {
    if (device.enqcmd && mixes(device, true)) return refuse('EINVAL', 'no-mix');
    return userPasid;
  }
  if (device.enqcmd && mixes(device, false)) return refuse('EINVAL', 'no-mix');
  const known = device.attachmentsWith(userPasid)[0]?.pasid;
  if (known != null) return known;
  const pasid = device.enqcmd
    ? machine.pasids.takeShared({ owner: ioas.ictx, userPasid, pasidBits: hw.pasidBits })
    : machine.pasids.takeLocal(hw);
  return pasid ?? refuse('ENOSPC', 'pasid-free');
}

/** Whether ENQCMD is used both by whole devices and by mediated ones: the CPU has one table of PASIDs for all. */
function mixes(device: IoasDevice, otherMediated: boolean): boolean {
  return (device.bound?.devices ?? []).some(
    (other) => other.enqcmd && other.mediated === otherMediated && other.usesPasids,
  );
}
