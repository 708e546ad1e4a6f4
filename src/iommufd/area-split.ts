import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { type Area, areaPages, areaStartByte, Mapped } from './area.ts';
import type { IoPagetable } from './iopt.ts';
import { limits } from './limits.ts';

/**
 * Cuts areas behind given IOVAs; those that are in no area do not matter.
 *
 * @kernel io_pagetable.c iopt_cut_iova
 */
export function cutAreas(iopt: IoPagetable, iovas: readonly bigint[]): Refusal | null {
  for (const iova of iovas) {
    const area = iopt.areas.at(iova);
    const refusal = area === undefined ? null : splitArea(iopt, area, iova);
    if (refusal !== null) return refusal;
  }
  return null;
}

/**
 * Splits an area in two, the first of which ends at `iova`. Only VFIO type1 needs it.
 *
 * @kernel io_pagetable.c iopt_area_split
 */
function splitArea(iopt: IoPagetable, area: Area, iova: bigint): Refusal | null {
  const { pages, prot, preventAccess, accesses, filled } = area.value;
  if (iova === area.start || iova === area.last) return null;
  if (preventAccess) return refuse('EBUSY', 'not-in-transition');
  const start = iova + 1n;
  const startByte = areaStartByte(area, start);
  if (((start | startByte) & (iopt.alignment - 1n)) !== 0n) return refuse('EINVAL', 'cut-aligned');
  if (!iopt.host.allocate() || !iopt.host.allocate()) return refuse('ENOMEM', 'memory');
  if (accesses > 0) return refuse('EINVAL', 'cut-not-pinned');
  if (filled && iopt.largePages) return refuse('EINVAL', 'cut-small-pages');

  if (!iopt.memory.take(limits.areaBytes)) return refuse('ENOMEM', 'memory');

  const left: Area = { start: area.start, last: iova, value: area.value };
  const right: Area = { start, last: area.last, value: new Mapped(pages, startByte, prot) };
  right.value.filled = filled;
  iopt.areas.delete(area.start);
  iopt.areas.insert(left.start, left.last, left.value);
  iopt.areas.insert(right.start, right.last, right.value);
  if (filled) pages.splitHold(areaPages(left), areaPages(right));
  return null;
}
