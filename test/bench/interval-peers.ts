import FlattenTree from '@flatten-js/interval-tree';
import { IntervalTree as NodeIntervalTree } from 'node-interval-tree';
import sortedBtree from 'sorted-btree';
import { IntervalMap } from '../../src/interval/interval-map.ts';

/** A structure under test that has all it is asked for in the form that it takes: bigints or numbers. */
export interface Intervals {
  insert(i: number): unknown;
  /** Finds the interval around a point in the i-th. */
  find(i: number): unknown;
  remove(i: number): unknown;
  /** The lowest place for so many bytes, alignment 4096. */
  firstFit(length: number): number | bigint | undefined;
}

/** The intervals that are put in: i-th start and last. */
export interface Workload {
  readonly starts: readonly number[];
  readonly lasts: readonly number[];
}

export interface IntervalPeer {
  readonly name: string;
  readonly mark: string;
  make(workload: Workload): () => Intervals;
}

const values = Array.from({ length: 16 }, (_, i) => ({ i }));
const valueFor = (i: number) => values[i & 15];

/** A walk over intervals in order, as a user of a structure without first fit writes it. */
function walk(length: number, lastBefore: number, start: number): number | undefined {
  const place = Math.ceil((lastBefore + 1) / 4096) * 4096;
  return place + length <= start ? place : undefined;
}

export const ours: IntervalPeer = {
  name: 'IntervalMap',
  mark: '',
  make({ starts, lasts }) {
    const [from, to, points] = [
      starts.map(BigInt),
      lasts.map(BigInt),
      starts.map((start) => BigInt(start + 100)),
    ];
    return () => {
      const map = new IntervalMap<unknown>();
      return {
        insert: (i) => map.insert(from[i] as bigint, to[i] as bigint, valueFor(i)),
        find: (i) => map.at(points[i] as bigint),
        remove: (i) => map.delete(from[i] as bigint),
        firstFit: (length) =>
          map.firstFit({ length: BigInt(length), alignment: 4096n, from: 0n, to: 0xffff_ffff_ffff_ffffn }),
      };
    };
  },
};

type Pair = { readonly last: number; readonly value: unknown };

function sortedBtreePeer(name: string, mark: string, looks: boolean): IntervalPeer {
  return {
    name,
    mark,
    make({ starts, lasts }) {
      return () => {
        const tree = new sortedBtree.default<number, Pair>();
        return {
          insert(i) {
            const [start, last] = [starts[i] as number, lasts[i] as number];
            if (looks && (tree.getPairOrNextLower(last)?.[1].last ?? -1) >= start) return;
            tree.set(start, { last, value: valueFor(i) });
          },
          find: (i) => tree.getPairOrNextLower((starts[i] as number) + 100),
          remove: (i) => tree.delete(starts[i] as number),
          firstFit(length) {
            let before = -1;
            let place: number | undefined;
            tree.editRange<number>(0, Number.MAX_VALUE, true, (start, { last }) => {
              place = walk(length, before, start);
              before = last;
              return place === undefined ? undefined : { break: place };
            });
            return place;
          },
        };
      };
    },
  };
}

export const peers: readonly IntervalPeer[] = [
  sortedBtreePeer('sorted-btree', 'Number keys, exact below 2^53', true),
  sortedBtreePeer('sorted-btree, blind', 'the same; inserts without looking for overlaps', false),
  {
    name: 'node-interval-tree',
    mark: 'Number keys; keeps intervals that overlap',
    make({ starts, lasts }) {
      const items = starts.map((low, i) => ({ low, high: lasts[i] as number, value: valueFor(i) }));
      return () => {
        const tree = new NodeIntervalTree<{ low: number; high: number; value: unknown }>();
        return {
          insert: (i) => tree.insert(items[i] as (typeof items)[number]),
          find: (i) => tree.search((starts[i] as number) + 100, (starts[i] as number) + 100),
          remove: (i) => tree.remove(items[i] as (typeof items)[number]),
          firstFit(length) {
            let before = -1;
            for (const { low, high } of tree.inOrder()) {
              const place = walk(length, before, low);
              if (place !== undefined) return place;
              before = high;
            }
            return undefined;
          },
        };
      };
    },
  },
  {
    name: '@flatten-js/interval-tree',
    mark: 'Number keys; keeps intervals that overlap',
    make({ starts, lasts }) {
      const ranges = starts.map((start, i): [number, number] => [start, lasts[i] as number]);
      const points = starts.map((start): [number, number] => [start + 100, start + 100]);
      return () => {
        const tree = new FlattenTree<unknown>();
        return {
          insert: (i) => tree.insert(ranges[i] as [number, number], valueFor(i)),
          find: (i) => tree.search(points[i] as [number, number]),
          remove: (i) => tree.remove(ranges[i] as [number, number], valueFor(i)),
          firstFit(length) {
            let before = -1;
            const keys = tree.iterate(
              undefined,
              (_value: unknown, key: unknown) => key as { low: number; high: number },
            );
            for (const { low, high } of keys) {
              const place = walk(length, before, low);
              if (place !== undefined) return place;
              before = high;
            }
            return undefined;
          },
        };
      };
    },
  },
];
