import { U64_MAX } from '../base/u64.ts';
import { larger, smaller } from '../codec/runtime/arithmetic.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { IoPagetable } from './io-pagetable.ts';
import { limits } from './limits.ts';
import { type IovaRange, mergeRanges } from './reserved-ranges.ts';

const pageSize = BigInt(PAGE_SIZE);

/** What a free place must be like. */
interface Wanted {
  readonly length: bigint;
  readonly alignment: bigint;
  /** Bytes from the start of a page, as in the memory. */
  readonly pageOffset: bigint;
}

/**
 * Chooses free IOVAs, as much aligned as the memory is, so that it can be mapped with large pages. Never 0.
 *
 * @kernel io_pagetable.c iopt_alloc_iova
 */
export function allocateIova(iopt: IoPagetable, address: bigint, length: bigint): bigint | Refusal {
  if (length >= U64_MAX / 2n) return refuse('EOVERFLOW', 'choice-fits');
  const wanted = { length, alignment: alignmentFor(address, length), pageOffset: address % pageSize };
  if (wanted.alignment < iopt.alignment) return refuse('EINVAL', 'choice-aligned');
  for (const span of spans(iopt)) {
    const from = alignedStart(span, wanted);
    if (from === null) continue;
    for (const hole of iopt.reserved.holes()) {
      if (hole.last < from) continue;
      if (hole.start > span.last) break;
      const start = larger(hole.start, from);
      const last = smaller(hole.last, span.last);
      const iova = fitBetweenAreas(iopt, { start, last }, wanted);
      if (iova !== null) return iova;
    }
  }
  return refuse('ENOSPC', 'choice-free');
}

function alignmentFor(address: bigint, length: bigint): bigint {
  const most = address === 0n ? limits.alignmentMax : smaller(address & -address, limits.alignmentMax);
  let alignment = 1n;
  while (alignment < length && alignment < most) alignment <<= 1n;
  return alignment;
}

/** Where to look: the ranges that the caller keeps, or everything, but never the first and the last page. */
function spans(iopt: IoPagetable): readonly IovaRange[] {
  if (iopt.allowedSpans !== null) return iopt.allowedSpans;
  const all = { start: pageSize, last: U64_MAX - pageSize };
  if (iopt.allowed.length === 0) return [all];
  const clipped = iopt.allowed.map(({ start, last }) => ({
    start: larger(start, all.start),
    last: smaller(last, all.last),
  }));
  iopt.allowedSpans = mergeRanges(clipped.filter(({ start, last }) => start <= last));
  return iopt.allowedSpans;
}

/**
 * The first aligned place of a free range, null where it is too short. A place of one byte at its end does not count.
 *
 * @kernel io_pagetable.c __alloc_iova_check_range __alloc_iova_check_hole __alloc_iova_check_used
 */
function alignedStart({ start, last }: IovaRange, { length, alignment, pageOffset }: Wanted): bigint | null {
  const up = start + alignment - 1n;
  if (up > U64_MAX) return null;
  const at = (up - (up % alignment)) | pageOffset;
  return at >= last || last - at < length - 1n ? null : at;
}

/**
 * The first place between the areas of a range. A hole that fits an aligned place without the page offset is looked
 * for first; the offset may push the place further.
 */
function fitBetweenAreas({ areas }: IoPagetable, { start, last }: IovaRange, wanted: Wanted): bigint | null {
  const length = wanted.length > 2n ? wanted.length : 2n;
  for (let from = start; from <= last; ) {
    const fit = areas.firstFit({ length, alignment: wanted.alignment, from, to: last });
    if (fit === undefined) return null;
    if (wanted.pageOffset === 0n) return fit;
    const next = areas.firstOverlap(fit, last);
    const at = alignedStart({ start: fit, last: next === undefined ? last : next.start - 1n }, wanted);
    if (at !== null) return at;
    if (next === undefined) return null;
    from = next.last + 1n;
  }
  return null;
}
