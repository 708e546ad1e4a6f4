import { U64_MAX } from '../base/u64.ts';
import {
  IOAS_CACHE_DEV_IOTLB,
  IOAS_CACHE_IOTLB,
  IOAS_CACHE_PASID,
  IOAS_INV_GRANU_ADDR,
  IOAS_INV_GRANU_DOMAIN,
  IOAS_INV_GRANU_PASID,
  IOAS_INV_LABEL_VALID,
  IOAS_INV_PASID_VALID,
  type IoasInvalidate,
} from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { AddressRange } from '../iommu/machine/command.ts';
import { flush, flushAttachment, flushDeviceTlb, flushPasidCache } from './flush.ts';
import type { Attachment, Ioas, IoasContext } from './objects.ts';
import { notReady } from './readiness.ts';

/** All caches that there are. */
export const allCaches: number = IOAS_CACHE_IOTLB | IOAS_CACHE_DEV_IOTLB | IOAS_CACHE_PASID;

/** IOAS_INVALIDATE_CACHE. */
export function invalidateCache(ictx: IoasContext, cmd: IoasInvalidate): number | Refusal {
  const { flags, granularity, caches, addr, size } = cmd;
  if ((flags & ~(IOAS_INV_PASID_VALID | IOAS_INV_LABEL_VALID)) !== 0) return refuse('EINVAL', 'known-flags');
  if (granularity > IOAS_INV_GRANU_ADDR) return refuse('EINVAL', 'known-granularity');
  if ((caches & ~allCaches) !== 0) return refuse('EINVAL', 'known-caches');
  if ((caches & IOAS_CACHE_DEV_IOTLB) !== 0 && granularity === IOAS_INV_GRANU_DOMAIN)
    return refuse('EINVAL', 'no-domain-of-device-tlb');
  if ((caches & IOAS_CACHE_PASID) !== 0 && granularity === IOAS_INV_GRANU_ADDR)
    return refuse('EINVAL', 'no-range-of-pasids');
  const ranged = granularity === IOAS_INV_GRANU_ADDR;
  if (ranged && (size === 0n || addr + size - 1n > U64_MAX)) return refuse('EINVAL', 'range');
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  const refusal = notReady(ioas);
  if (refusal !== null) return refusal;
  if (ioas.parent === null) return refuse('EINVAL', 'nested');
  const chosen = choose(ioas, cmd);
  if (chosen instanceof Refusal) return chosen;
  forget(ioas, chosen, cmd, ranged ? { start: addr, last: addr + size - 1n } : null);
  return 0;
}

/** The attachments that a request is about; null for all of the address space. */
function choose(
  ioas: Ioas,
  { flags, granularity, pasid, label }: IoasInvalidate,
): readonly Attachment[] | null | Refusal {
  let chosen: readonly Attachment[] = ioas.attachments;
  if ((flags & IOAS_INV_LABEL_VALID) !== 0) {
    chosen = chosen.filter(({ device }) => device.label === label);
    if (chosen.length === 0) return refuse('ENOENT', 'label-known');
  }
  const byPasid = granularity === IOAS_INV_GRANU_PASID || (flags & IOAS_INV_PASID_VALID) !== 0;
  const wanted = (flags & IOAS_INV_PASID_VALID) !== 0 ? pasid : null;
  if (ioas.table?.kind === 'pasid-table') {
    if ((wanted ?? 0) >= 2 ** ioas.table.pasidBits) return refuse('ENOENT', 'pasid-known');
  } else if (byPasid) {
    chosen = chosen.filter(({ userPasid }) => userPasid === wanted);
    if (chosen.length === 0) return refuse('ENOENT', 'pasid-known');
  }
  return chosen.length === ioas.attachments.length ? null : chosen;
}

/** One command for each cache; one more for each attachment where not all are meant, or where devices differ. */
function forget(
  ioas: Ioas,
  chosen: readonly Attachment[] | null,
  { caches, flags, pasid }: IoasInvalidate,
  range: AddressRange | null,
): void {
  const isTable = ioas.table?.kind === 'pasid-table';
  const wanted = caches === 0 && isTable && range === null ? allCaches : caches;
  const entry: number | 'any' = (flags & IOAS_INV_PASID_VALID) !== 0 && isTable ? pasid : 'any';
  const each = chosen ?? ioas.attachments;
  // Entry 0 of a table is also that of requests without a PASID.
  const what = { range, pasid: entry === 0 ? 'any' : entry } as const;
  if ((wanted & IOAS_CACHE_PASID) !== 0) for (const one of each) flushPasidCache(one, entry);
  const iotlb = wanted === 0 || (wanted & IOAS_CACHE_IOTLB) !== 0;
  const atc = wanted === 0 || (wanted & IOAS_CACHE_DEV_IOTLB) !== 0;
  if (iotlb && atc && chosen === null && entry === 'any') flush(ioas, range);
  else if (iotlb) for (const one of each) flushAttachment(one, { ...what, atc });
  else if (atc) for (const one of each) if (one.device.hw.ats) flushDeviceTlb(one, what);
}
