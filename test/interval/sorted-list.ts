import type { FitQuery, Interval } from '../../src/interval/interval-map.ts';

export const u64Max = 2n ** 64n - 1n;

/** The simplest map of disjoint intervals: a sorted array that is walked. The other one must agree with it. */
export class SortedList<V> {
  items: Interval<V>[] = [];

  insert(start: bigint, last: bigint, value: V): boolean {
    const next = this.items.findIndex((item) => item.last >= start);
    const index = next < 0 ? this.items.length : next;
    if ((this.items[index]?.start ?? last + 1n) <= last) return false;
    this.items.splice(index, 0, { start, last, value });
    return true;
  }

  delete(start: bigint): V | undefined {
    const index = this.items.findIndex((item) => item.start === start);
    return index < 0 ? undefined : this.items.splice(index, 1)[0]?.value;
  }

  overlapping(start: bigint, last: bigint): Interval<V>[] {
    return this.items.filter((item) => item.start <= last && item.last >= start);
  }

  /** The free ranges of the space, ascending. */
  gaps(): { start: bigint; last: bigint }[] {
    const bounds = [-1n, ...this.items.flatMap(({ start, last }) => [start, last]), u64Max + 1n];
    return bounds.flatMap((bound, i) => {
      const next = bounds[i + 1];
      return i % 2 === 0 && next !== undefined && next - bound > 1n
        ? [{ start: bound + 1n, last: next - 1n }]
        : [];
    });
  }

  firstFit({ length, alignment, offset = 0n, from, to }: FitQuery): bigint | undefined {
    for (const { start, last } of this.gaps()) {
      let place = start > from ? start : from;
      while (place % alignment !== offset % alignment)
        place += (((offset - place) % alignment) + alignment) % alignment;
      if (place + length - 1n <= (last < to ? last : to)) return place;
    }
    return undefined;
  }
}
