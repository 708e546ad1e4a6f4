import type { NodePool } from './node-pool.ts';

/** Classes that are kept at the same time; asking for one more drops the one that was asked for longest ago. */
export const classesMax = 16;

/** What places are asked for: those congruent to an offset modulo an alignment, as halves of u64s. */
export interface GapClass {
  /** Alignment - 1. */
  readonly maskLow: number;
  readonly maskHigh: number;
  /** Less than the alignment. */
  readonly offsetLow: number;
  readonly offsetHigh: number;
}

interface Kept extends GapClass {
  /** When it was asked for, in requests. */
  lastUse: number;
  /** Of each node the bytes of the longest free place that begins as the class wants, in two halves. */
  lengths: Uint32Array<ArrayBuffer>;
}

/**
 * The longest free places between the intervals below each node of a tree, by class. A length of class c counts while
 * bit c of the node's `known` is set. It takes 8 bytes for each node and class: about 0.4 bytes per interval and class.
 */
export class GapClasses {
  #kept: Kept[] = [];
  #requests = 0;
  #recent = 0;
  readonly #pool: NodePool;

  constructor(pool: NodePool) {
    this.#pool = pool;
  }

  /** The number of a class, which may be that of another one at the next request. */
  numberOf(maskLow: number, maskHigh: number, offsetLow: number, offsetHigh: number): number {
    const isIt = (kept: Kept | undefined) =>
      kept !== undefined &&
      kept.maskLow === maskLow &&
      kept.offsetLow === offsetLow &&
      kept.maskHigh === maskHigh &&
      kept.offsetHigh === offsetHigh;
    if (!isIt(this.#kept[this.#recent])) {
      const index = this.#kept.findIndex(isIt);
      this.#recent = index >= 0 ? index : this.#add({ maskLow, maskHigh, offsetLow, offsetHigh });
    }
    (this.#kept[this.#recent] as Kept).lastUse = ++this.#requests;
    return this.#recent;
  }

  /** The lengths of a class, two words for each node that the pool has room for. */
  lengths(number: number): Uint32Array<ArrayBuffer> {
    const kept = this.#kept[number] as Kept;
    if (kept.lengths.length < 2 * this.#pool.capacity) {
      const { lengths } = kept;
      kept.lengths = new Uint32Array(2 * this.#pool.capacity);
      kept.lengths.set(lengths);
    }
    return kept.lengths;
  }

  /** The classes that are kept now, by number. */
  kept(): readonly GapClass[] {
    return this.#kept;
  }

  #add(wanted: GapClass): number {
    let number = this.#kept.length;
    if (number === classesMax) {
      number = 0;
      for (const [i, { lastUse }] of this.#kept.entries())
        if (lastUse < (this.#kept[number] as Kept).lastUse) number = i;
      const { known } = this.#pool;
      for (let node = 0; node < known.length; node++) known[node] = (known[node] as number) & ~(1 << number);
    }
    const lengths = this.#kept[number]?.lengths ?? new Uint32Array(0);
    this.#kept[number] = { ...wanted, lastUse: 0, lengths };
    return number;
  }
}
