import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FitQuery, IntervalMap } from '../../src/interval/interval-map.ts';
import { expectSound } from './invariants.ts';
import { SortedList, u64Max } from './sorted-list.ts';

/** Points that crowd where halves and space begin and end, so that intervals meet. */
const point = fc
  .tuple(
    fc.constantFrom(0n, 0n, 0x1_0000_0000n, 0xffff_ffff_0000_0000n, 1n << 63n, u64Max),
    fc.bigInt({ min: -600n, max: 600n }),
  )
  .map(([base, more]) => {
    const at = base + more;
    if (at > u64Max) return u64Max;
    return at < 0n ? -at : at;
  });
const anyPoint = fc.oneof(
  { weight: 4, arbitrary: point },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: u64Max }) },
);
const range = fc
  .oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(point, fc.bigInt({ min: 0n, max: 40n })).map(([at, more]) => [at, at + more]),
    },
    { weight: 1, arbitrary: fc.tuple(anyPoint, anyPoint) },
    { weight: 1, arbitrary: fc.constant([0n, u64Max]) },
  )
  .map(([a = 0n, b = 0n]) => (a < b ? { start: a, last: b < u64Max ? b : u64Max } : { start: b, last: a }));
const query: fc.Arbitrary<FitQuery> = fc
  .record({
    length: fc.oneof(fc.bigInt({ min: 1n, max: 50n }), fc.bigInt({ min: 1n, max: u64Max + 2n })),
    alignment: fc
      .oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 63 }))
      .map((bit) => 1n << BigInt(bit)),
    offset: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 64n }), fc.bigInt({ min: 0n, max: u64Max })),
    range: fc.oneof(fc.constant({ start: 0n, last: u64Max }), range),
  })
  .map(({ range: { start, last }, ...rest }) => ({ ...rest, from: start, to: last }));

/** Many intervals at once, in one of several orders, so that the tree grows some levels. */
const run = fc.record({
  base: fc.constantFrom(0n, 0x1_0000_0000n - 0x4000n, u64Max - 0x1_0000n),
  step: fc.bigInt({ min: 2n, max: 40n }),
  length: fc.bigInt({ min: 1n, max: 40n }),
  count: fc.integer({ min: 1, max: 1000 }),
  stride: fc.constantFrom(1, -1, 7, 611),
});

type Operation =
  | { readonly kind: 'insert'; readonly range: { readonly start: bigint; readonly last: bigint } }
  | {
      readonly kind: 'insertRun' | 'deleteRun';
      readonly run: typeof run extends fc.Arbitrary<infer R> ? R : never;
    }
  | { readonly kind: 'delete' | 'at'; readonly point: bigint }
  | { readonly kind: 'deleteNth'; readonly n: number }
  | { readonly kind: 'overlapping'; readonly range: { readonly start: bigint; readonly last: bigint } }
  | { readonly kind: 'fit'; readonly query: FitQuery }
  | { readonly kind: 'clear' };

const single: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: range.map((range) => ({ kind: 'insert' as const, range })) },
  { weight: 2, arbitrary: anyPoint.map((point) => ({ kind: 'delete' as const, point })) },
  { weight: 5, arbitrary: fc.nat().map((n) => ({ kind: 'deleteNth' as const, n })) },
  { weight: 3, arbitrary: anyPoint.map((point) => ({ kind: 'at' as const, point })) },
  { weight: 3, arbitrary: range.map((range) => ({ kind: 'overlapping' as const, range })) },
  { weight: 6, arbitrary: query.map((query) => ({ kind: 'fit' as const, query })) },
);
const many: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: single },
  { weight: 2, arbitrary: run.map((run) => ({ kind: 'insertRun' as const, run })) },
  { weight: 1, arbitrary: run.map((run) => ({ kind: 'deleteRun' as const, run })) },
);
const rare: fc.Arbitrary<Operation> = fc.constant({ kind: 'clear' });

function* starts({
  base,
  step,
  count,
  stride,
}: typeof run extends fc.Arbitrary<infer R> ? R : never): Iterable<bigint> {
  for (let i = 0; i < count; i++) yield base + step * BigInt((((i * stride) % count) + count) % count);
}

/** Does the operation on both maps and expects the same answers. */
function agree(
  map: IntervalMap<number>,
  list: SortedList<number>,
  operation: Operation,
  value: number,
): void {
  switch (operation.kind) {
    case 'insert': {
      const { start, last } = operation.range;
      expect(map.insert(start, last, value)).toBe(list.insert(start, last, value));
      break;
    }
    case 'insertRun': {
      let next = value * 10_000;
      for (const start of starts(operation.run)) {
        const last = start + operation.run.length - 1n;
        const most = last < u64Max ? last : u64Max;
        if (map.insert(start, most, next) !== list.insert(start, most, next))
          throw new Error(`insert ${start}`);
        next++;
      }
      break;
    }
    case 'delete':
      expect(map.delete(operation.point)).toBe(list.delete(operation.point));
      break;
    case 'deleteRun':
      for (const start of starts(operation.run))
        if (map.delete(start) !== list.delete(start)) throw new Error(`delete ${start}`);
      break;
    case 'deleteNth': {
      const start = list.items[operation.n % Math.max(list.items.length, 1)]?.start ?? 0n;
      expect(map.delete(start)).toBe(list.delete(start));
      break;
    }
    case 'at':
      expect(map.at(operation.point)).toEqual(list.overlapping(operation.point, operation.point)[0]);
      expect(map.valueAt(operation.point)).toBe(map.at(operation.point)?.value);
      break;
    case 'overlapping': {
      const { start, last } = operation.range;
      const wanted = list.overlapping(start, last);
      expect([...map.overlapping(start, last)]).toEqual(wanted);
      expect(map.firstOverlap(start, last)).toEqual(wanted[0]);
      break;
    }
    case 'fit':
      expect(map.firstFit(operation.query)).toBe(list.firstFit(operation.query));
      break;
    case 'clear':
      map.clear();
      list.items = [];
  }
}

function agreeOnAll(operations: readonly Operation[]): void {
  const map = new IntervalMap<number>();
  const list = new SortedList<number>();
  for (const [value, operation] of operations.entries()) {
    agree(map, list, operation, value);
    expectSound(map);
    if (map.size !== list.items.length) throw new Error(`size ${map.size}`);
  }
  expect([...map.entries()]).toEqual(list.items);
}

describe('IntervalMap', () => {
  it('agrees with a sorted list on any operations, and is sound after each', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 40, arbitrary: single }, { weight: 1, arbitrary: rare }), {
          maxLength: 120,
          size: 'max',
        }),
        agreeOnAll,
      ),
      { numRuns: 300 },
    );
  });

  it('agrees with a sorted list where it has several levels', () => {
    fc.assert(fc.property(fc.array(many, { minLength: 5, maxLength: 40, size: 'max' }), agreeOnAll), {
      numRuns: 60,
    });
  });

  it('keeps what it knows of 16 alignments, and drops the oldest for another', () => {
    const map = new IntervalMap<number>();
    const list = new SortedList<number>();
    for (let i = 0n; i < 200n; i++) {
      map.insert(i * 100n, i * 100n + i, Number(i));
      list.insert(i * 100n, i * 100n + i, Number(i));
    }
    for (let i = 0; i < 60; i++) {
      const query = {
        length: 90n,
        alignment: 1n << BigInt(i % 20),
        offset: BigInt(i % 3),
        from: 150n,
        to: u64Max,
      };
      expect(map.firstFit(query)).toBe(list.firstFit(query));
      expect(map.firstFit({ ...query, from: 0n })).toBe(list.firstFit({ ...query, from: 0n }));
      expectSound(map);
    }
  });

  it('finds all of an empty space, and no more', () => {
    const all = { length: 2n ** 64n, alignment: 1n << 63n, from: 0n, to: u64Max };
    const map = new IntervalMap<string>();
    expect(map.firstFit(all)).toBe(0n);
    expect(map.firstFit({ ...all, offset: 1n })).toBe(undefined);
    expect(map.insert(0n, u64Max, 'all')).toBe(true);
    expect(map.firstFit({ ...all, length: 1n })).toBe(undefined);
    expect(map.delete(0n)).toBe('all');
    expect(map.firstFit(all)).toBe(0n);
  });

  it('refuses what is no u64 and what is no interval', () => {
    const map = new IntervalMap<number>();
    const query = { length: 1n, alignment: 1n, from: 0n, to: u64Max };
    expect(() => map.insert(-1n, 0n, 0)).toThrow('start: expected a u64, found -1');
    expect(() => map.at(2n ** 64n)).toThrow('point: expected a u64');
    expect(() => map.insert(2n, 1n, 0)).toThrow('expected start <= last, found 2 and 1');
    expect(() => map.firstFit({ ...query, alignment: 3n })).toThrow('expected a power of two, found 3');
    expect(() => map.firstFit({ ...query, alignment: 0n })).toThrow('expected a power of two, found 0');
    expect(() => map.firstFit({ ...query, length: 0n })).toThrow('expected more than 0');
    expect(map.size).toBe(0);
  });
});
