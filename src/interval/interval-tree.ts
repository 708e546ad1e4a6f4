import { high, low } from './halves.ts';
import { NodePool, nodeSize } from './node-pool.ts';

/** Entries below which a node is joined with a neighbour, or gets some from it. */
export const nodeMinimum = nodeSize / 4;

/** Levels that no tree exceeds: inner nodes have at least 8 children except at the edges, and numbers are u32. */
const levelsMax = 16;

/**
 * A B+tree of disjoint intervals, ordered by their last.
 *
 * It works on a place: `locate` finds one and keeps the path to it, from the leaf (level 0) up to the root;
 * `insert` and `remove` work there and leave no place behind. Nodes at the left and right edge of the tree may have
 * fewer entries than nodeMinimum: at an edge a full node is not halved, so intervals that come in order fill theirs.
 */
export class IntervalTree {
  readonly pool = new NodePool();
  readonly nodes = new Uint32Array(levelsMax);
  readonly indexes = new Uint32Array(levelsMax);
  root = this.pool.allocate();
  height = 1;
  size = 0;

  /** Goes to the first interval that ends at a point or after it; false where there is none: to the place after all. */
  locate(lowHalf: number, highHalf: number): boolean {
    // Makes V8 compare them as integers.
    const pointLow = lowHalf >>> 0;
    const pointHigh = highHalf >>> 0;
    const { nodes, indexes, pool } = this;
    const { lastHalves, targets, counts } = pool;
    const lower = low;
    const higher = high;
    let node = this.root;
    for (let level = this.height - 1; ; level--) {
      const begin = pool.slot(node, 0);
      const count = counts[node] as number;
      let slot = begin;
      // A binary search without branches, which would be mispredicted half of the time; count is 0 in an empty root.
      for (let left = count; left > 0; ) {
        const step = (left + 1) >>> 1;
        const at = ((slot + step) << 1) - 2;
        const found = lastHalves[at + higher] as number;
        const isLess =
          +(found < pointHigh) | (+(found === pointHigh) & +((lastHalves[at + lower] as number) < pointLow));
        slot += step & -isLess;
        left -= step;
      }
      nodes[level] = node;
      if (level === 0) {
        indexes[0] = slot - begin;
        return slot < begin + count;
      }
      if (slot === begin + count) slot--;
      indexes[level] = slot - begin;
      node = targets[slot] as number;
    }
  }

  /** The slot of the interval at the place. */
  get slot(): number {
    return this.pool.slot(this.nodes[0] as number, this.indexes[0] as number);
  }

  /** The slots of the intervals from the place on, ascending; the tree must not change meanwhile. */
  *slotsFromHere(): Generator<number, void> {
    const { pool, height } = this;
    const nodes = this.nodes.slice(0, height);
    const indexes = this.indexes.slice(0, height);
    for (;;) {
      const leaf = nodes[0] as number;
      const count = pool.count(leaf);
      for (let index = indexes[0] as number; index < count; index++) yield pool.slot(leaf, index);
      let level = 1;
      while (level < height && (indexes[level] as number) + 1 === pool.count(nodes[level] as number)) level++;
      if (level === height) return;
      indexes[level] = (indexes[level] as number) + 1;
      for (; level > 0; level--) {
        nodes[level - 1] = pool.target(nodes[level] as number, indexes[level] as number);
        indexes[level - 1] = 0;
      }
    }
  }

  /** Makes an entry at the place and gives its slot, to be written; `settle` must follow. */
  insert(): number {
    if (this.pool.count(this.nodes[0] as number) === nodeSize) this.#split(0, this.#cut());
    this.size++;
    return this.pool.open(this.nodes[0] as number, this.indexes[0] as number);
  }

  /** Brings the hulls above the place up to date and forgets what was known of the gaps there. */
  settle(): void {
    const { nodes, indexes, pool } = this;
    const { known, counts } = pool;
    let child = nodes[0] as number;
    let index = indexes[0] as number;
    let atEdge = true;
    for (let level = 1; level < this.height; level++) {
      const parent = nodes[level] as number;
      // A hull changes only where the first or last entry of what is in it has.
      atEdge &&= index === 0 || index + 1 === (counts[child] as number);
      index = indexes[level] as number;
      if (atEdge) pool.describe(parent, index, child);
      known[parent] = 0;
      child = parent;
    }
  }

  /** Removes the interval at the place. */
  remove(): void {
    const { nodes, indexes, pool } = this;
    const { known, counts } = pool;
    this.size--;
    let child = nodes[0] as number;
    let index = indexes[0] as number;
    let atEdge = true;
    pool.close(child, index);
    for (let level = 1; level < this.height; level++) {
      const parent = nodes[level] as number;
      const count = counts[child] as number;
      atEdge &&= index === 0 || index >= count - 1;
      index = indexes[level] as number;
      known[parent] = 0;
      if (count === 0) {
        pool.release(child);
        pool.close(parent, index);
      } else {
        if (atEdge) pool.describe(parent, index, child);
        if (count < nodeMinimum && pool.count(parent) > 1) this.#mend(parent, Math.max(index - 1, 0));
      }
      child = parent;
    }
    while (this.height > 1 && pool.count(this.root) === 1) {
      const only = pool.target(this.root, 0);
      pool.release(this.root);
      this.root = only;
      this.height--;
    }
  }

  /** Joins two neighbours where they fit into one node, and makes them equally full where they do not. */
  #mend(parent: number, index: number): void {
    const { pool } = this;
    const left = pool.target(parent, index);
    const right = pool.target(parent, index + 1);
    const total = pool.count(left) + pool.count(right);
    if (total <= nodeSize) {
      pool.balance(left, right, total);
      pool.release(right);
      pool.close(parent, index + 1);
    } else {
      pool.balance(left, right, total >>> 1);
      pool.describe(parent, index + 1, right);
    }
    pool.describe(parent, index, left);
  }

  /** Entries that stay on the left where nodes on the path are split: half of them, unless the place is at an edge. */
  #cut(): number {
    const { nodes, indexes, pool } = this;
    let first = true;
    let last = true;
    for (let level = 0; level < this.height; level++) {
      const index = indexes[level] as number;
      first &&= index === 0;
      last &&= index === pool.count(nodes[level] as number) - (level === 0 ? 0 : 1);
    }
    return first ? 1 : last ? nodeSize - 1 : nodeSize / 2;
  }

  /** Splits the full node that the path has at a level; the path then leads to the same place. */
  #split(level: number, cut: number): void {
    const { nodes, indexes, pool } = this;
    const node = nodes[level] as number;
    if (level === this.height - 1) this.#raise();
    else if (pool.count(nodes[level + 1] as number) === nodeSize) this.#split(level + 1, cut);
    const parent = nodes[level + 1] as number;
    const own = indexes[level + 1] as number;
    const right = pool.allocate();
    pool.balance(node, right, cut);
    pool.open(parent, own + 1);
    pool.describe(parent, own, node);
    pool.describe(parent, own + 1, right);
    const index = indexes[level] as number;
    if (index < cut) return;
    nodes[level] = right;
    indexes[level] = index - cut;
    indexes[level + 1] = own + 1;
  }

  /** Puts a new root above the one that there is. */
  #raise(): void {
    const { nodes, indexes, pool } = this;
    const root = pool.allocate();
    pool.open(root, 0);
    pool.describe(root, 0, this.root);
    nodes[this.height] = root;
    indexes[this.height] = 0;
    this.root = root;
    this.height++;
  }
}
