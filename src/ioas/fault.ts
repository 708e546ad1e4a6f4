import {
  encodeIoasFault,
  IOAS_FAULT_PASID_VALID,
  IOAS_RESP_INVALID,
  IOAS_RESP_SUCCESS,
  type IoasFault,
  type IoasPageResponse,
  sizeofIoasFault,
} from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { RawPageRequest } from '../iommu/machine/bus-device.ts';
import { limits } from './limits.ts';
import type { Attachment, Host, IoasContext, PendingFault } from './objects.ts';

/** A page request came from an IOMMU: it becomes a fault of the address space that the request went to. */
export function takePageRequest(machine: Host, raw: RawPageRequest): void {
  const found = attachmentOf(machine, raw);
  const ictx = found?.ioas.ictx;
  if (found === null || ictx === undefined || ictx.faults.length >= limits.faults) {
    respond(raw, IOAS_RESP_INVALID);
    return;
  }
  const { device, ioas, userPasid } = found;
  const pasid = ioas.table?.kind === 'pasid-table' ? raw.pasid : userPasid;
  const event: IoasFault = {
    flags: pasid === null ? 0 : IOAS_FAULT_PASID_VALID,
    ioas: ioas.id,
    label: device.label,
    addr: raw.address,
    perm: raw.perm,
    pasid: pasid ?? 0,
    fault: ictx.nextFault++,
    __reserved: 0,
  };
  ictx.faults.push({ event, attachment: found, raw, wasRead: false });
  ictx.onFault?.();
}

/** Whose request it was; null where nobody could do anything about it. */
function attachmentOf(machine: Host, { device: hw, pasid }: RawPageRequest): Attachment | null {
  for (const device of machine.devices) {
    if (device.hw !== hw) continue;
    const delegated = device.route(null);
    if (delegated?.ioas.table?.kind === 'pasid-table') return delegated;
    const exact = device.attachments.filter((one) => one.pasid === pasid);
    const route = exact.find(({ ioas }) => ioas.parent !== null);
    if (route !== undefined && route.ioas.table !== null) return route;
  }
  return null;
}

/** The fault that read() gives next; the caller says so with {@link PendingFault.wasRead}. */
export function nextFault(ictx: IoasContext): PendingFault | undefined {
  return ictx.faults.find(({ wasRead }) => !wasRead);
}

/** The bytes of a fault as read() gives them. */
export function faultBytes({ event }: PendingFault): Uint8Array {
  const bytes = new Uint8Array(sizeofIoasFault);
  encodeIoasFault(event, new DataView(bytes.buffer));
  return bytes;
}

/** IOAS_PAGE_RESPONSE. */
export function pageResponse(ictx: IoasContext, cmd: IoasPageResponse): number | Refusal {
  if (cmd.code !== IOAS_RESP_SUCCESS && cmd.code !== IOAS_RESP_INVALID) return refuse('EINVAL', 'known-code');
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  const index = ictx.faults.findIndex(
    (one) =>
      one.wasRead &&
      one.attachment.ioas === ioas &&
      one.event.label === cmd.label &&
      (cmd.fault === 0 || one.event.fault === cmd.fault),
  );
  const [fault] = index < 0 ? [] : ictx.faults.splice(index, 1);
  if (fault === undefined) return refuse('ENOENT', 'fault-exists');
  respond(fault.raw, cmd.code);
  return 0;
}

/** Answers all faults of an attachment that ends: nobody will do it. */
export function answerFaults(attachment: Attachment): void {
  const { faults } = attachment.ioas.ictx;
  for (const fault of faults.filter((one) => one.attachment === attachment)) {
    faults.splice(faults.indexOf(fault), 1);
    respond(fault.raw, IOAS_RESP_INVALID);
  }
}

function respond({ device, pasid, index }: RawPageRequest, code: number): void {
  device.unit.respond({ sid: device.sid, pasid, index, code });
}
