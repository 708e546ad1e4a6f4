import { GapClasses } from './gap-classes.ts';
import { Halves, high, low } from './halves.ts';
import type { IntervalTree } from './interval-tree.ts';

/** Elements of a query. */
export const mask = 0;
export const offset = 1;
export const length = 2;
export const from = 3;
export const to = 4;

/**
 * What the search that runs is asked for: the alignment - 1 (mask), what the start is congruent to, less than the
 * alignment (offset), bytes, not 0 (length), the lowest start (from) and the highest last (to). Like the other two it
 * is there once for all trees: a small typed array costs more to make than some intervals to insert.
 */
export const query = new Halves(5);

/** The place that it found. */
export const place = new Halves(1);

/** The longest place seen in the node that is searched, low and high half; always shorter than asked for. */
const longest = new Uint32Array(2);

/** How a search ended: it went through all, it found a place, or it came to intervals above the range asked for. */
const through = 0;
const found = 1;
const above = 2;
type End = typeof through | typeof found | typeof above;

/**
 * The search for the lowest free place in a tree of intervals.
 *
 * It skips nodes whose longest place is known to be too short. It searches a node that it knows nothing of, and if it
 * comes through without finding a place, it knows that node's longest place from then on. So work is done anew only on
 * the path of each change, and a search takes O(log n) once the rest is known.
 */
export class FirstFit {
  /** What is known of gaps. */
  readonly classes: GapClasses;
  readonly #tree: IntervalTree;
  /** Of the class that is asked for: its bit in what is known of nodes, and the longest place of each node. */
  #bit = 0;
  #lengths = new Uint32Array(0);

  constructor(tree: IntervalTree) {
    this.#tree = tree;
    this.classes = new GapClasses(tree.pool);
  }

  /** Looks for the lowest place and leaves it in `place`; false where there is none. */
  search(): boolean {
    const tree = this.#tree;
    const { lastHalves, startHalves } = tree.pool;
    const { half } = query;
    let fromLow = half[2 * from + low] as number;
    let fromHigh = half[2 * from + high] as number;
    if (tree.locate(fromLow, fromHigh)) {
      const at = tree.slot;
      const endLow = startHalves[2 * at + low] as number;
      const endHigh = startHalves[2 * at + high] as number;
      longest[0] = 0;
      longest[1] = 0;
      if (endHigh > fromHigh || (endHigh === fromHigh && endLow > fromLow))
        if (this.#gap(fromLow, fromHigh, endLow, endHigh)) return this.#reaches();
      const end = this.#searchAfter();
      if (end !== through) return end === found && this.#reaches();
      const last = tree.pool.slot(tree.root, tree.pool.count(tree.root) - 1);
      fromLow = ((lastHalves[2 * last + low] as number) + 1) >>> 0;
      fromHigh = (lastHalves[2 * last + high] as number) + (fromLow === 0 ? 1 : 0);
      if (fromHigh > 0xffff_ffff) return false;
    }
    return this.#tail(fromLow, fromHigh) && this.#reaches();
  }

  /** Searches what lies after the place of the tree: the rest of the leaf, the nodes on its right, and so on. */
  #searchAfter(): End {
    const { nodes, indexes, height, pool } = this.#tree;
    const { half } = query;
    const number = this.classes.numberOf(
      half[2 * mask + low] as number,
      half[2 * mask + high] as number,
      half[2 * offset + low] as number,
      half[2 * offset + high] as number,
    );
    this.#bit = 1 << number;
    this.#lengths = this.classes.lengths(number);
    let level = 0;
    let end: End;
    if (indexes[0] === 0) {
      // The place is the very first of some nodes: of the highest of them, all is searched, and so gets known.
      while (level + 1 < height && indexes[level + 1] === 0) level++;
      end = this.#node(nodes[level] as number, level);
    } else end = this.#entries(nodes[0] as number, 0, (indexes[0] as number) + 1);
    for (level++; end === through && level < height; level++) {
      const node = nodes[level] as number;
      const next = (indexes[level] as number) + 1;
      if (next < pool.count(node)) end = this.#entries(node, level, next);
    }
    return end;
  }

  /** Searches a whole node that is not known to have no long place; the first one on the way may be. */
  #node(node: number, level: number): End {
    const lengths = this.#lengths;
    const { known } = this.#tree.pool;
    if (((known[node] as number) & this.#bit) !== 0) {
      const isEnough = this.#isEnough(lengths[2 * node] as number, lengths[2 * node + 1] as number);
      return isEnough ? this.#entries(node, level, 0) : through;
    }
    const beforeLow = longest[0] as number;
    const beforeHigh = longest[1] as number;
    longest[0] = 0;
    longest[1] = 0;
    const end = this.#entries(node, level, 0);
    if (end !== through) return end;
    const ownHigh = longest[1] as number;
    lengths[2 * node] = longest[0] as number;
    lengths[2 * node + 1] = ownHigh;
    known[node] = (known[node] as number) | this.#bit;
    if (beforeHigh > ownHigh || (beforeHigh === ownHigh && beforeLow > (longest[0] as number))) {
      longest[0] = beforeLow;
      longest[1] = beforeHigh;
    }
    return through;
  }

  /** Searches the entries of a node from an index on: the gap before each, and in an inner node the child. */
  #entries(node: number, level: number, index: number): End {
    const { pool } = this.#tree;
    const { lastHalves, startHalves, targets, known } = pool;
    const lengths = this.#lengths;
    const bit = this.#bit;
    const { half } = query;
    const toLow = half[2 * to + low] as number;
    const toHigh = half[2 * to + high] as number;
    const wantedLow = half[2 * length + low] as number;
    const wantedHigh = half[2 * length + high] as number;
    const begin = pool.slot(node, 0);
    const end = pool.slot(node, pool.count(node));
    for (let at = begin + index; at < end; at++) {
      const endLow = startHalves[2 * at + low] as number;
      const endHigh = startHalves[2 * at + high] as number;
      if (at > begin) {
        const gapLow = ((lastHalves[2 * at - 2 + low] as number) + 1) >>> 0;
        const gapHigh = (lastHalves[2 * at - 2 + high] as number) + (gapLow === 0 ? 1 : 0);
        const most = longest[1] as number;
        const sizeLow = (endLow - gapLow) >>> 0;
        const sizeHigh = endHigh - gapHigh - (endLow < gapLow ? 1 : 0);
        if (sizeHigh > most || (sizeHigh === most && sizeLow > (longest[0] as number)))
          if (this.#gap(gapLow, gapHigh, endLow, endHigh)) return found;
      }
      if (level > 0) {
        const child = targets[at] as number;
        if (((known[child] as number) & bit) !== 0) {
          const knownLow = lengths[2 * child] as number;
          const knownHigh = lengths[2 * child + 1] as number;
          if (knownHigh < wantedHigh || (knownHigh === wantedHigh && knownLow < wantedLow)) {
            const most = longest[1] as number;
            if (knownHigh > most || (knownHigh === most && knownLow > (longest[0] as number))) {
              longest[0] = knownLow;
              longest[1] = knownHigh;
            }
            continue;
          }
        }
        if (endHigh > toHigh || (endHigh === toHigh && endLow > toLow)) return above;
        const result = this.#node(child, level - 1);
        if (result !== through) return result;
      }
    }
    return through;
  }

  /** Looks at the gap that begins at a point and ends before another: whether it is long enough from its first place. */
  #gap(gapLow: number, gapHigh: number, endLow: number, endHigh: number): boolean {
    const { half } = place;
    const sizeLow = (endLow - gapLow) >>> 0;
    const sizeHigh = endHigh - gapHigh - (endLow < gapLow ? 1 : 0);
    const { half: asked } = query;
    const offsetLow = asked[2 * offset + low] as number;
    const skipLow = ((offsetLow - gapLow) & (asked[2 * mask + low] as number)) >>> 0;
    const skipHigh =
      (((asked[2 * offset + high] as number) - gapHigh - (offsetLow < gapLow ? 1 : 0)) &
        (asked[2 * mask + high] as number)) >>>
      0;
    if (sizeHigh < skipHigh || (sizeHigh === skipHigh && sizeLow <= skipLow)) return false;
    const lengthLow = (sizeLow - skipLow) >>> 0;
    const lengthHigh = sizeHigh - skipHigh - (sizeLow < skipLow ? 1 : 0);
    if (this.#isEnough(lengthLow, lengthHigh)) {
      const placeLow = gapLow + skipLow;
      half[low] = placeLow;
      half[high] = gapHigh + skipHigh + (placeLow > 0xffff_ffff ? 1 : 0);
      return true;
    }
    const most = longest[1] as number;
    if (lengthHigh > most || (lengthHigh === most && lengthLow > (longest[0] as number))) {
      longest[0] = lengthLow;
      longest[1] = lengthHigh;
    }
    return false;
  }

  /** Puts the first place at or after a point into `place`, if there is one up to 2^64 - 1. */
  #tail(gapLow: number, gapHigh: number): boolean {
    const { half: asked } = query;
    const offsetLow = asked[2 * offset + low] as number;
    const skipLow = ((offsetLow - gapLow) & (asked[2 * mask + low] as number)) >>> 0;
    const skipHigh =
      (((asked[2 * offset + high] as number) - gapHigh - (offsetLow < gapLow ? 1 : 0)) &
        (asked[2 * mask + high] as number)) >>>
      0;
    const placeLow = gapLow + skipLow;
    const placeHigh = gapHigh + skipHigh + (placeLow > 0xffff_ffff ? 1 : 0);
    place.half[low] = placeLow;
    place.half[high] = placeHigh;
    return placeHigh <= 0xffff_ffff;
  }

  #isEnough(lengthLow: number, lengthHigh: number): boolean {
    const { half } = query;
    const wanted = half[2 * length + high] as number;
    return lengthHigh > wanted || (lengthHigh === wanted && lengthLow >= (half[2 * length + low] as number));
  }

  /** Whether what was found ends within the range asked for. If it does not, no later place does. */
  #reaches(): boolean {
    const { half } = query;
    const { half: begin } = place;
    const toLow = half[2 * to + low] as number;
    const sizeLow = toLow - (begin[low] as number);
    const sizeHigh = (half[2 * to + high] as number) - (begin[high] as number) - (sizeLow < 0 ? 1 : 0);
    const wantedLow = half[2 * length + low] as number;
    const wanted = (half[2 * length + high] as number) - (wantedLow === 0 ? 1 : 0);
    // Both are bytes - 1: the whole space has 2^64.
    return sizeHigh > wanted || (sizeHigh === wanted && sizeLow >>> 0 >= (wantedLow - 1) >>> 0);
  }
}
