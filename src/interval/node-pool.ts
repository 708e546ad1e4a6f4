/** Entries that a node has room for. */
export const nodeSize = 48;

const none = 0xffff_ffff;

/**
 * The nodes of a tree, by number, in typed arrays. An entry has the same place in each array, its slot.
 *
 * Leaves and inner nodes look alike. An entry of a leaf is an interval and its target is the number of a value; an
 * entry of an inner node is the hull of a child, from the start of its first interval to the last of its last, and its
 * target is the child.
 */
export class NodePool {
  /** Each entry's start, and its halves: at 2 * slot + low and 2 * slot + high. */
  starts!: BigUint64Array;
  startHalves!: Uint32Array;
  /** Each entry's last, and its halves. */
  lasts!: BigUint64Array;
  lastHalves!: Uint32Array;
  /** What each entry refers to. */
  targets!: Uint32Array;
  /** Bit c of a node: what GapClasses keeps for it in class c is right. */
  known!: Uint32Array;
  /** How many entries each node has. */
  counts!: Uint8Array;
  #used = 0;
  #inUse = 0;
  #firstFree = none;

  constructor() {
    this.#allocate(1);
  }

  /** Nodes that there is room for. */
  get capacity(): number {
    return this.counts.length;
  }

  /** Nodes that are allocated and not released. */
  get inUse(): number {
    return this.#inUse;
  }

  /** The slot of a node's entry. */
  slot(node: number, index: number): number {
    return node * nodeSize + index;
  }

  count(node: number): number {
    return this.counts[node] as number;
  }

  /** What an entry refers to. */
  target(node: number, index: number): number {
    return this.targets[this.slot(node, index)] as number;
  }

  /** A node without entries. */
  allocate(): number {
    let node = this.#firstFree;
    if (node !== none) this.#firstFree = this.targets[this.slot(node, 0)] as number;
    else {
      node = this.#used++;
      if (node >= this.capacity) this.#grow(node < 64 ? 4 * node + 4 : Math.ceil(node * 1.25));
    }
    this.#inUse++;
    this.counts[node] = 0;
    this.known[node] = 0;
    return node;
  }

  /** Gives a node back. */
  release(node: number): void {
    this.#inUse--;
    this.targets[this.slot(node, 0)] = this.#firstFree;
    this.#firstFree = node;
  }

  /** Makes room for an entry in a node that is not full, and gives the slot for it. */
  open(node: number, index: number): number {
    const { starts, lasts, targets } = this;
    const slot = this.slot(node, index);
    // u64s that move from array to array become no bigints on their way.
    for (let i = this.slot(node, this.count(node)); i > slot; i--) {
      starts[i] = starts[i - 1] as bigint;
      lasts[i] = lasts[i - 1] as bigint;
      targets[i] = targets[i - 1] as number;
    }
    this.counts[node] = this.count(node) + 1;
    this.known[node] = 0;
    return slot;
  }

  /** Takes an entry out of a node. */
  close(node: number, index: number): void {
    const { starts, lasts, targets } = this;
    const end = this.slot(node, this.count(node)) - 1;
    for (let i = this.slot(node, index); i < end; i++) {
      starts[i] = starts[i + 1] as bigint;
      lasts[i] = lasts[i + 1] as bigint;
      targets[i] = targets[i + 1] as number;
    }
    this.counts[node] = this.count(node) - 1;
    this.known[node] = 0;
  }

  /**
   * Moves entries between a node and its neighbour on the right, so that the left one has `wanted` of them.
   * Both must have room for what they get.
   */
  balance(left: number, right: number, wanted: number): void {
    const inLeft = this.count(left);
    const inRight = this.count(right);
    const moved = inLeft - wanted;
    const begin = this.slot(right, 0);
    if (moved > 0) {
      this.#move(begin + moved, begin, inRight);
      this.#move(begin, this.slot(left, wanted), moved);
    } else {
      this.#move(this.slot(left, inLeft), begin, -moved);
      this.#move(begin, begin - moved, inRight + moved);
    }
    this.counts[left] = wanted;
    this.counts[right] = inRight + moved;
    this.known[left] = 0;
    this.known[right] = 0;
  }

  /** Writes the hull of a child and its number into an entry of its parent. */
  describe(parent: number, index: number, child: number): void {
    const slot = this.slot(parent, index);
    const first = this.slot(child, 0);
    const last = first + this.count(child) - 1;
    this.starts[slot] = this.starts[first] as bigint;
    this.lasts[slot] = this.lasts[last] as bigint;
    this.targets[slot] = child;
  }

  /** Copies entries; those of the source that the copy overlaps are read before they are written. */
  #move(to: number, from: number, count: number): void {
    const { starts, lasts, targets } = this;
    const step = to < from ? 1 : -1;
    for (let left = count, i = to < from ? 0 : count - 1; left > 0; left--, i += step) {
      starts[to + i] = starts[from + i] as bigint;
      lasts[to + i] = lasts[from + i] as bigint;
      targets[to + i] = targets[from + i] as number;
    }
  }

  #grow(capacity: number): void {
    const { starts, lasts, targets, known, counts } = this;
    this.#allocate(capacity);
    this.starts.set(starts);
    this.lasts.set(lasts);
    this.targets.set(targets);
    this.known.set(known);
    this.counts.set(counts);
  }

  /** One buffer for all: the system is asked for memory once, which counts while a tree is small. */
  #allocate(capacity: number): void {
    const slots = capacity * nodeSize;
    const buffer = new ArrayBuffer(20 * slots + 5 * capacity);
    this.starts = new BigUint64Array(buffer, 0, slots);
    this.startHalves = new Uint32Array(buffer, 0, 2 * slots);
    this.lasts = new BigUint64Array(buffer, 8 * slots, slots);
    this.lastHalves = new Uint32Array(buffer, 8 * slots, 2 * slots);
    this.targets = new Uint32Array(buffer, 16 * slots, slots);
    this.known = new Uint32Array(buffer, 20 * slots, capacity);
    this.counts = new Uint8Array(buffer, 20 * slots + 4 * capacity, capacity);
  }
}
