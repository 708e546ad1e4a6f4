import { larger, smaller } from '../codec/runtime/arithmetic.ts';
import { IntervalMap } from '../interval/interval-map.ts';
import type { AddressRange } from '../iommu/hardware/command.ts';
import type { Ioas, Mapping } from './address-space.ts';
import { flush } from './flush.ts';

/**
 * After mappings of an address space changed: merges those nested on it in software anew, and makes the hardware forget
 * what no longer holds.
 *
 * @param lost the range that something was taken away from; null where only something new came
 */
export function settle(ioas: Ioas, lost: AddressRange | null): void {
  if (lost !== null && ioas.nesting !== 'software') flush(ioas, lost);
  if (ioas.nesting === 'software') remerge(ioas);
  for (const child of ioas.children) {
    if (child.nesting === 'software') remerge(child);
    else if (lost !== null) flush(child, null);
  }
}

/** Makes the page table of an address space nested in software: what it maps, as far as the parent maps that on. */
function remerge(child: Ioas): void {
  const { parent, shadow } = child;
  if (parent === null) return;
  const before = shadow.areas;
  const merged = new IntervalMap<Mapping>();
  for (const { start, last, value } of child.mapped.areas.entries()) {
    const first = value.address;
    const end = first + (last - start);
    for (const below of parent.mapped.areas.overlapping(first, end)) {
      const from = larger(below.start, first);
      const to = smaller(below.last, end);
      merged.insert(start + (from - first), start + (to - first), {
        address: below.value.address + (from - below.start),
        prot: value.prot & below.value.prot,
        registered: false,
      });
    }
  }
  child.shadow.areas = merged;
  for (const { start, last, value } of before.entries())
    if (!sameAt(merged, start, last, value)) flush(child, { start, last });
}

/** Whether a range still leads where it led. */
function sameAt(areas: IntervalMap<Mapping>, start: bigint, last: bigint, value: Mapping): boolean {
  const area = areas.at(start);
  return (
    area !== undefined &&
    area.last >= last &&
    area.value.address + (start - area.start) === value.address &&
    area.value.prot === value.prot
  );
}
