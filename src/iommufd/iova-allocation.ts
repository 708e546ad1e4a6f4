import { U64_MAX } from '../base/u64.ts';
import { larger, smaller } from '../codec/runtime/arithmetic.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { ChoosableIovas, type Window } from './choosable-iovas.ts';
import type { IoPagetable } from './iopt.ts';
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
  const choosable = choosableIovas(iopt);
  for (const window of choosable.windows) {
    const iova = fitInWindow(window, choosable, wanted);
    if (iova !== null) return iova;
  }
  return refuse('ENOSPC', 'choice-free');
}

function alignmentFor(address: bigint, length: bigint): bigint {
  const most = address === 0n ? limits.alignmentMax : smaller(address & -address, limits.alignmentMax);
  let alignment = 1n;
  while (alignment < length && alignment < most) alignment <<= 1n;
  return alignment;
}

function choosableIovas(iopt: IoPagetable): ChoosableIovas {
  const holes = iopt.reserved.holes();
  if (iopt.choosable?.holes !== holes) iopt.choosable = new ChoosableIovas(spans(iopt), holes, iopt.areas);
  return iopt.choosable;
}

/** Where to look: the ranges that the caller keeps, or everything, but never the first and the last page. */
function spans({ allowed }: IoPagetable): readonly IovaRange[] {
  const all = { start: pageSize, last: U64_MAX - pageSize };
  if (allowed.length === 0) return [all];
  const clipped = allowed.map(({ start, last }) => ({
    start: larger(start, all.start),
    last: smaller(last, all.last),
  }));
  return mergeRanges(clipped.filter(({ start, last }) => start <= last));
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
 * The first place in a window. A hole that fits an aligned place without the page offset is looked for first; the
 * offset may push the place further, and no place comes before the first one of its span.
 */
function fitInWindow(
  { between, start, last }: Window,
  choosable: ChoosableIovas,
  wanted: Wanted,
): bigint | null {
  const length = wanted.length > 2n ? wanted.length : 2n;
  for (let from = start; from <= last; ) {
    const fit = between.firstFit({ length, alignment: wanted.alignment, from, to: last });
    if (fit === undefined) return null;
    if (wanted.pageOffset === 0n) return fit;
    const span = choosable.spanOf(fit);
    if (span === undefined) return null;
    const lowest = alignedStart(span, wanted);
    const next = between.firstOverlap(fit, last);
    const hole = { start: fit, last: next === undefined ? last : next.start - 1n };
    if (lowest === null) from = span.last + 1n;
    else {
      const at = alignedStart({ ...hole, start: larger(fit, lowest) }, wanted);
      if (at !== null) return at;
      if (next === undefined) return null;
      from = next.last + 1n;
    }
  }
  return null;
}
