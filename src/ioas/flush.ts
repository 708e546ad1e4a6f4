import type { AddressRange } from '../iommu/hardware/command.ts';
import type { Ioas } from './address-space.ts';
import { type Attachment, streamOf } from './attachment.ts';

/**
 * The hardware forgets translations of an address space: one command on each IOMMU that it is used with. Those of a PASID
 * table of the caller's share the domain of the parent, so that only the devices tell them apart: one for each of these.
 */
export function flush(ioas: Ioas, range: AddressRange | null): void {
  if (ioas.table?.kind === 'pasid-table') {
    for (const attachment of ioas.attachments) flushAttachment(attachment, { range });
    return;
  }
  for (const unit of ioas.units) {
    const { domain } = ioas.tag(unit);
    unit.submit({ op: 'TLBI', domain, asid: ioas.asid(unit), stream: null, range, atc: true });
  }
}

/** The hardware forgets translations of one attachment, of no other device: one command. */
export function flushAttachment(
  attachment: Attachment,
  { atc = true, range = null }: FlushOptions = {},
): void {
  const { ioas, device } = attachment;
  const { unit, sid } = device.hw;
  const stream = ioas.table?.kind === 'pasid-table' ? { sid, pasid: 'any' as const } : streamOf(attachment);
  unit.submit({ op: 'TLBI', domain: ioas.tag(unit).domain, asid: ioas.asid(unit), stream, range, atc });
}

/** What {@link flushAttachment} reaches; the device too, and all addresses, unless given. */
export interface FlushOptions {
  readonly atc?: boolean;
  readonly range?: AddressRange | null;
}

/** The device forgets translations of one attachment: one command. */
export function flushDeviceTlb({ ioas, device, pasid }: Attachment, range: AddressRange | null): void {
  const { unit, sid } = device.hw;
  const any = ioas.table?.kind === 'pasid-table';
  unit.submit({ op: 'ATC_INV', sid, pasid: any ? 'any' : pasid, range });
}

/** The IOMMU forgets what it knows of the PASID table of one attachment: one command. */
export function flushPasidCache({ device }: Attachment, pasid: number | 'any'): void {
  device.hw.unit.submit({ op: 'CFGI', sid: device.hw.sid, pasid });
}
