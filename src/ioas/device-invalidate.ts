import {
  IOAS_CACHE_DEV_IOTLB,
  IOAS_CACHE_IOTLB,
  IOAS_CACHE_PASID,
  IOAS_DEVICE_INV_BY_ID,
  type IoasDeviceInvalidate,
} from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { flushAttachment, flushDeviceTlb, flushPasidCache } from './flush.ts';
import { deviceOf } from './info.ts';
import { allCaches } from './invalidate.ts';
import type { Attachment, IoasContext, IoasDevice } from './objects.ts';

/**
 * IOAS_DEVICE_INVALIDATE: everything that is cached for a device goes. The driver of its IOMMU may have a command for
 * that; where it has none, or answers EOPNOTSUPP, the kernel goes through the address spaces that the device uses.
 */
export function deviceInvalidate(ictx: IoasContext, cmd: IoasDeviceInvalidate): number | Refusal {
  if ((cmd.flags & ~IOAS_DEVICE_INV_BY_ID) !== 0 || cmd.__reserved !== 0)
    return refuse('EINVAL', 'known-flags');
  if ((cmd.caches & ~allCaches) !== 0) return refuse('EINVAL', 'known-caches');
  const device = deviceOf(ictx, cmd.label, (cmd.flags & IOAS_DEVICE_INV_BY_ID) !== 0);
  if (device instanceof Refusal) return device;
  if (device.attachments.length === 0) return 0;
  const caches = cmd.caches === 0 ? allCaches : cmd.caches;
  // A mediated device shares the number on the bus with others, whose translations are not its own.
  const { driver } = device.hw.unit;
  const refusal = device.mediated ? unsupported : (driver.invalidateDevice?.(device.hw, caches) ?? null);
  const overridden = refusal === null && driver.invalidateDevice !== undefined;
  if (overridden) return 0;
  if (refusal !== null && refusal.errno !== 'EOPNOTSUPP') return refuse(refusal.errno, refusal.check);
  for (const attachment of inOrder(device)) invalidateAttachment(attachment, caches);
  return 0;
}

const unsupported = refuse('EOPNOTSUPP', 'owns-number');

/** By id of the address space, then by PASID, requests without one first. */
function inOrder({ attachments }: IoasDevice): readonly Attachment[] {
  return [...attachments].sort((a, b) => a.ioas.id - b.ioas.id || (a.userPasid ?? -1) - (b.userPasid ?? -1));
}

function invalidateAttachment(attachment: Attachment, caches: number): void {
  const hasTable = attachment.ioas.table?.kind === 'pasid-table';
  if ((caches & IOAS_CACHE_PASID) !== 0 && hasTable) flushPasidCache(attachment, 'any');
  const atc = (caches & IOAS_CACHE_DEV_IOTLB) !== 0;
  if ((caches & IOAS_CACHE_IOTLB) !== 0) flushAttachment(attachment, { atc });
  else if (atc && attachment.device.hw.ats) flushDeviceTlb(attachment);
}
