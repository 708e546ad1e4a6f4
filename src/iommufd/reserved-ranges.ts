import { U64_MAX } from '../base/u64.ts';

/** A range of IOVAs; both ends belong to it. */
export interface IovaRange {
  readonly start: bigint;
  readonly last: bigint;
}

/** IOVAs that nothing may be mapped at, each range with who reserved it; ranges may overlap. */
export class ReservedRanges {
  #ranges: { readonly start: bigint; readonly last: bigint; readonly owner: object | null }[] = [];
  #merged: readonly IovaRange[] | null = null;
  #holes: readonly IovaRange[] | null = null;

  get size(): number {
    return this.#ranges.length;
  }

  add({ start, last }: IovaRange, owner: object | null): void {
    this.#ranges.push({ start, last, owner });
    this.#forget();
  }

  /** Takes away what an owner reserved. @kernel io_pagetable.c __iopt_remove_reserved_iova */
  removeOwner(owner: object | null): void {
    const kept = this.#ranges.filter((range) => range.owner !== owner);
    if (kept.length === this.#ranges.length) return;
    this.#ranges = kept;
    this.#forget();
  }

  /** Whether something of a range is reserved. */
  touches({ start, last }: IovaRange): boolean {
    const merged = this.#mergedRanges();
    const range = merged[firstReaching(merged, start)];
    return range !== undefined && range.start <= last;
  }

  /** The ranges that are free, ascending, each as long as can be. */
  holes(): readonly IovaRange[] {
    if (this.#holes !== null) return this.#holes;
    const holes: IovaRange[] = [];
    let from = 0n;
    for (const { start, last } of this.#mergedRanges()) {
      if (start > from) holes.push({ start: from, last: start - 1n });
      from = last + 1n;
    }
    if (from <= U64_MAX) holes.push({ start: from, last: U64_MAX });
    this.#holes = holes;
    return holes;
  }

  #mergedRanges(): readonly IovaRange[] {
    this.#merged ??= mergeRanges(this.#ranges);
    return this.#merged;
  }

  #forget(): void {
    this.#merged = null;
    this.#holes = null;
  }
}

/**
 * Ranges in ascending order; those that overlap or touch become one.
 *
 * @kernel lib/interval_tree.c interval_tree_span_iter_next_gap
 */
export function mergeRanges(ranges: readonly IovaRange[]): readonly IovaRange[] {
  const merged: { start: bigint; last: bigint }[] = [];
  const sorted = [...ranges].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  for (const { start, last } of sorted) {
    const before = merged.at(-1);
    if (before === undefined || before.last + 1n < start) merged.push({ start, last });
    else if (last > before.last) before.last = last;
  }
  return merged;
}

/** The index of the first of disjoint ascending ranges that does not end before an IOVA. */
export function firstReaching(ranges: readonly IovaRange[], iova: bigint): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as IovaRange).last < iova) low = middle + 1;
    else high = middle;
  }
  return low;
}
