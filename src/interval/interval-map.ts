import { query as asked, FirstFit, from, length, mask, offset, place, to } from './first-fit.ts';
import type { GapClasses } from './gap-classes.ts';
import { Halves, high, low } from './halves.ts';
import { IntervalTree } from './interval-tree.ts';
import { ValuePool } from './value-pool.ts';

/** A closed interval [start, last] of u64 with what is kept for it. */
export interface Interval<V> {
  readonly start: bigint;
  readonly last: bigint;
  readonly value: V;
}

/** What a free place must be like. */
export interface FitQuery {
  /** Bytes, more than 0. */
  readonly length: bigint;
  /** A power of two, at least 1. */
  readonly alignment: bigint;
  /** The place must be congruent to this modulo the alignment; 0 by default. */
  readonly offset?: bigint;
  /** The lowest start allowed. */
  readonly from: bigint;
  /** The highest last allowed. */
  readonly to: bigint;
}

const space = 2n ** 64n;
const u64Max = space - 1n;

/** The u64s of the call that runs, taken apart. */
const argument = new Halves(2);

/**
 * Disjoint closed intervals of u64 in ascending order, each with a value.
 *
 * All operations take O(log n); firstFit does once it has seen the intervals that it passes, for each alignment and
 * offset in use (16 of them are kept). An interval takes 35 to 60 bytes besides its value. A RangeError says that an
 * argument is no u64, or that an interval ends before it starts.
 */
export class IntervalMap<V> {
  #tree = new IntervalTree();
  #values = new ValuePool<V>();
  #fit = new FirstFit(this.#tree);
  get size(): number {
    return this.#tree.size;
  }

  /** What it is made of, for checks of the invariants. @internal */
  get parts(): { readonly tree: IntervalTree; readonly classes: GapClasses } {
    return { tree: this.#tree, classes: this.#fit.classes };
  }

  /** Inserts [start, last]; gives false, and changes nothing, where it would overlap an interval that is there. */
  insert(start: bigint, last: bigint, value: V): boolean {
    const tree = this.#tree;
    if (this.#find(start, last)) return false;
    const at = tree.insert();
    const { pool } = tree;
    pool.starts[at] = start;
    pool.lasts[at] = last;
    pool.targets[at] = this.#values.add(value);
    tree.settle();
    return true;
  }

  /** Removes the interval that starts exactly there, and gives its value. */
  delete(start: bigint): V | undefined {
    const tree = this.#tree;
    if (!this.#findPoint(start)) return undefined;
    const { pool } = tree;
    const at = tree.slot;
    if (pool.starts[at] !== start) return undefined;
    const value = this.#values.remove(pool.targets[at] as number);
    if (tree.size === 1) this.clear();
    else tree.remove();
    return value;
  }

  /** The interval that contains the point. */
  at(point: bigint): Interval<V> | undefined {
    return this.#findPoint(point) ? this.#interval(this.#tree.slot) : undefined;
  }

  /** The value of the interval that contains the point: what `at` gives, without making bigints. */
  valueAt(point: bigint): V | undefined {
    return this.#findPoint(point) ? this.#value(this.#tree.slot) : undefined;
  }

  /** The lowest interval that touches [start, last]. */
  firstOverlap(start: bigint, last: bigint): Interval<V> | undefined {
    return this.#find(start, last) ? this.#interval(this.#tree.slot) : undefined;
  }

  /** The intervals that touch [start, last], ascending; the map must not change meanwhile. */
  *overlapping(start: bigint, last: bigint): Iterable<Interval<V>> {
    if (!this.#find(start, last)) return;
    for (const slot of this.#tree.slotsFromHere()) {
      const interval = this.#interval(slot);
      if (interval.start > last) return;
      yield interval;
    }
  }

  /** All intervals, ascending; the map must not change meanwhile. */
  entries(): Iterable<Interval<V>> {
    return this.overlapping(0n, u64Max);
  }

  /**
   * The lowest start of a free place.
   *
   * What it learns about free places on its way it keeps, so the first query with an alignment may take as long as a
   * walk over the intervals up to the place, 50 to 100 ms for a million of them.
   */
  firstFit(query: FitQuery): bigint | undefined {
    const { half } = asked;
    asked.take(from, query.from, 'from');
    asked.take(to, query.to, 'to');
    asked.take(offset, query.offset ?? 0n, 'offset');
    asked.take(mask, query.alignment, 'alignment');
    const alignmentLow = half[2 * mask + low] as number;
    const alignmentHigh = half[2 * mask + high] as number;
    const maskLow = (alignmentLow - 1) >>> 0;
    const maskHigh = (alignmentHigh - (alignmentLow === 0 ? 1 : 0)) >>> 0;
    if (((alignmentLow & maskLow) | (alignmentHigh & maskHigh)) !== 0 || maskHigh === 0xffff_ffff)
      throw new RangeError(`alignment: expected a power of two, found ${query.alignment}`);
    half[2 * mask + low] = maskLow;
    half[2 * mask + high] = maskHigh;
    half[2 * offset + low] = (half[2 * offset + low] as number) & maskLow;
    half[2 * offset + high] = (half[2 * offset + high] as number) & maskHigh;
    if (query.length >= space) return this.#fitAll(query);
    asked.take(length, query.length, 'length');
    if (((half[2 * length] as number) | (half[2 * length + 1] as number)) === 0)
      throw new RangeError('length: expected more than 0, found 0');
    return this.#fit.search() ? place.whole[0] : undefined;
  }

  /** Takes all out. */
  clear(): void {
    this.#tree = new IntervalTree();
    this.#fit = new FirstFit(this.#tree);
    this.#values = new ValuePool();
  }

  /** A place as long as all of the space, or longer. */
  #fitAll({ length: bytes, from: start, to: last, offset: rest = 0n, alignment }: FitQuery): 0n | undefined {
    const fits = bytes === space && start === 0n && last === u64Max && rest % alignment === 0n;
    return fits && this.size === 0 ? 0n : undefined;
  }

  /** Goes to the first interval that ends at start or later: whether it touches [start, last]. */
  #find(start: bigint, last: bigint): boolean {
    const { half } = argument;
    argument.take(0, start, 'start');
    argument.take(1, last, 'last');
    const endLow = half[2 + low] as number;
    const endHigh = half[2 + high] as number;
    if (!isUpTo(half[low] as number, half[high] as number, endLow, endHigh))
      throw new RangeError(`expected start <= last, found ${start} and ${last}`);
    const tree = this.#tree;
    if (!tree.locate(half[low] as number, half[high] as number)) return false;
    const { pool } = tree;
    const at = tree.slot;
    return isUpTo(
      pool.startHalves[2 * at + low] as number,
      pool.startHalves[2 * at + high] as number,
      endLow,
      endHigh,
    );
  }

  /** Goes to the first interval that ends at the point or later: whether it contains the point. */
  #findPoint(point: bigint): boolean {
    const { half } = argument;
    argument.take(0, point, 'point');
    const tree = this.#tree;
    const pointLow = half[low] as number;
    const pointHigh = half[high] as number;
    if (!tree.locate(pointLow, pointHigh)) return false;
    const { pool } = tree;
    const at = tree.slot;
    return isUpTo(
      pool.startHalves[2 * at + low] as number,
      pool.startHalves[2 * at + high] as number,
      pointLow,
      pointHigh,
    );
  }

  #value(slot: number): V {
    return this.#values.get(this.#tree.pool.targets[slot] as number);
  }

  #interval(at: number): Interval<V> {
    const { pool } = this.#tree;
    return { start: pool.starts[at] as bigint, last: pool.lasts[at] as bigint, value: this.#value(at) };
  }
}

/** Whether a u64 is at most another one. */
function isUpTo(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh < bHigh || (aHigh === bHigh && aLow <= bLow);
}
