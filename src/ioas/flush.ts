import type { AddressRange, HwCommand, StreamChoice } from '../iommu/machine/command.ts';
import type { Attachment, Ioas } from './objects.ts';
import { asidOf, streamOf, tagOf } from './tags.ts';

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
    const { domain } = tagOf(ioas, unit);
    unit.submit({ op: 'TLBI', domain, asid: asidOf(ioas, unit), stream: null, range, atc: true });
  }
}

/** The hardware forgets what a mapping that is gone led to, of the address space and of those on top of it. */
export function flushLost(ioas: Ioas, lost: AddressRange): void {
  flush(ioas, lost);
  for (const child of ioas.children) {
    // Of a table of the caller's nobody knows what it led to there.
    if (child.nesting !== 'software') flush(child, null);
    else for (const range of child.mapped.leadingTo(lost)) flush(child, range);
  }
}

/** The hardware forgets translations of one attachment, of no other device: one command. */
export function flushAttachment(attachment: Attachment, options: FlushOptions = {}): void {
  attachment.device.hw.unit.submit(flushCommand(attachment, options));
}

/** The command of {@link flushAttachment}, which says what translations are called now. */
export function flushCommand(
  attachment: Attachment,
  { atc = true, range = null, pasid = 'any' }: FlushOptions = {},
): HwCommand {
  const { ioas, device } = attachment;
  const { unit } = device.hw;
  const stream = streamsOf(attachment, pasid);
  return { op: 'TLBI', domain: tagOf(ioas, unit).domain, asid: asidOf(ioas, unit), stream, range, atc };
}

/** The streams of an attachment: one, or all of the device where a PASID table of the caller's says how they translate. */
function streamsOf(attachment: Attachment, pasid: StreamChoice['pasid']): StreamChoice {
  return attachment.ioas.table?.kind === 'pasid-table'
    ? { sid: attachment.device.hw.sid, pasid }
    : streamOf(attachment);
}

/** What {@link flushAttachment} reaches; the device too, and all addresses, unless given. */
export interface FlushOptions {
  readonly atc?: boolean;
  readonly range?: AddressRange | null;
  /** Of a PASID table of the caller's only this PASID. */
  readonly pasid?: number | 'any';
}

/** The device forgets translations of one attachment: one command. */
export function flushDeviceTlb(
  attachment: Attachment,
  { range = null, pasid = 'any' }: Omit<FlushOptions, 'atc'> = {},
): void {
  attachment.device.hw.unit.submit({ op: 'ATC_INV', ...streamsOf(attachment, pasid), range });
}

/** The IOMMU forgets what it knows of the PASID table of one attachment: one command. */
export function flushPasidCache({ device }: Attachment, pasid: number | 'any'): void {
  device.hw.unit.submit({ op: 'CFGI', sid: device.hw.sid, pasid });
}
