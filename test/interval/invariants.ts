import type { GapClasses } from '../../src/interval/gap-classes.ts';
import type { IntervalMap } from '../../src/interval/interval-map.ts';
import { type IntervalTree, nodeMinimum } from '../../src/interval/interval-tree.ts';
import { nodeSize } from '../../src/interval/node-pool.ts';
import { u64Max } from './sorted-list.ts';

interface Range {
  readonly start: bigint;
  readonly last: bigint;
}

interface Position {
  /** The level, 0 for leaves. */
  readonly level: number;
  readonly root: boolean;
  /** Whether it is at the left or right edge of the tree. */
  readonly left: boolean;
  readonly right: boolean;
}

/** Throws unless a map has what it relies on: order, hulls, fill, sizes, and a right idea of the gaps. */
export function expectSound(map: IntervalMap<unknown>): void {
  const { tree, classes } = map.parts;
  const position = { level: tree.height - 1, root: true, left: true, right: true };
  const seen = { nodes: 0 };
  const ranges = rangesBelow(tree, classes, tree.root, position, seen);
  expect(
    ranges.length === tree.size && tree.size === map.size,
    `${ranges.length} intervals, size ${tree.size}`,
  );
  expect(seen.nodes === tree.pool.inUse, `${seen.nodes} nodes, ${tree.pool.inUse} in use`);
  for (const [i, { start, last }] of ranges.entries()) {
    expect(start <= last && last <= u64Max, `[${start}, ${last}]`);
    const next = ranges[i + 1];
    expect(next === undefined || next.start > last, `${next?.start} after ${last}`);
  }
}

function rangesBelow(
  tree: IntervalTree,
  classes: GapClasses,
  node: number,
  { level, root, left, right }: Position,
  seen: { nodes: number },
): Range[] {
  const { pool } = tree;
  const count = pool.count(node);
  const least = root ? (level > 0 ? 2 : 0) : left || right ? 1 : nodeMinimum;
  seen.nodes++;
  expect(count <= nodeSize && count >= least, `${count} entries in a node of level ${level}`);
  const ranges = Array.from({ length: count }, (_, index) => {
    const own = rangeOf(tree, node, index);
    if (level === 0) return [own];
    const position = {
      level: level - 1,
      root: false,
      left: left && index === 0,
      right: right && index === count - 1,
    };
    const below = rangesBelow(tree, classes, pool.target(node, index), position, seen);
    expect(
      below[0]?.start === own.start && below.at(-1)?.last === own.last,
      `hull [${own.start}, ${own.last}]`,
    );
    return below;
  }).flat();
  for (const [number, kept] of classes.kept().entries()) {
    if (((pool.known[node] ?? 0) & (1 << number)) === 0) continue;
    const lengths = classes.lengths(number);
    const known = join(lengths[2 * node + 1], lengths[2 * node]);
    const alignment = join(kept.maskHigh, kept.maskLow) + 1n;
    const right = longest(ranges, alignment, join(kept.offsetHigh, kept.offsetLow));
    expect(known === right, `longest place ${known}, expected ${right}`);
  }
  return ranges;
}

/** The longest free place between ranges that begins congruent to an offset. */
function longest(ranges: readonly Range[], alignment: bigint, offset: bigint): bigint {
  let most = 0n;
  for (let i = 1; i < ranges.length; i++) {
    const start = (ranges[i - 1]?.last ?? 0n) + 1n;
    const place = start + (BigInt.asUintN(64, offset - start) % alignment);
    const bytes = (ranges[i]?.start ?? 0n) - place;
    if (bytes > most) most = bytes;
  }
  return most;
}

function rangeOf(tree: IntervalTree, node: number, index: number): Range {
  const { pool } = tree;
  const slot = pool.slot(node, index);
  return { start: pool.starts[slot] ?? 0n, last: pool.lasts[slot] ?? 0n };
}

function join(high = 0, low = 0): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Cheaper than the expect of vitest, which would take most of the time. */
function expect(holds: boolean, found: string): void {
  if (!holds) throw new Error(`not sound: ${found}`);
}
