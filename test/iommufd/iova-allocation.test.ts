import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { larger, smaller } from '../../src/codec/runtime/arithmetic.ts';
import { Refusal } from '../../src/ioctl/refusal.ts';
import { cutAreas } from '../../src/iommufd/area-split.ts';
import { reserveIova, setAllowed, unmapIova } from '../../src/iommufd/io-pagetable.ts';
import type { IoPagetable } from '../../src/iommufd/iopt.ts';
import { allocateIova } from '../../src/iommufd/iova-allocation.ts';
import { Ioas } from '../../src/iommufd/private.ts';
import { type IovaRange, mergeRanges } from '../../src/iommufd/reserved-ranges.ts';
import { cpuTime } from '../helpers/cpu-time.ts';
import { arena, must, page, readWrite, type Workbench, workbench } from './workbench.ts';

const u64Max = 2n ** 64n - 1n;

/** The ranges between others. */
function between(taken: readonly IovaRange[], { start, last }: IovaRange): readonly IovaRange[] {
  const holes: IovaRange[] = [];
  let from = start;
  for (const range of mergeRanges(taken)) {
    if (range.start > from) holes.push({ start: from, last: range.start > last ? last : range.start - 1n });
    if (range.last + 1n > from) from = range.last + 1n;
    if (from > last) return holes;
  }
  return from <= last ? [...holes, { start: from, last }] : holes;
}

/** How the kernel looks for IOVAs, one span and one hole after the other (iopt_alloc_iova). */
function slowly(iopt: IoPagetable, address: bigint, length: bigint): bigint | string {
  const offset = address % page;
  const most = address === 0n ? 2n ** 63n : address & -address;
  let alignment = 1n;
  while (alignment < length && alignment < most && alignment < 2n ** 21n) alignment <<= 1n;
  const first = ({ start, last }: IovaRange): bigint | null => {
    const at = ((start + alignment - 1n) & ~(alignment - 1n)) | offset;
    return at >= last || last - at < length - 1n ? null : at;
  };
  const all = { start: page, last: u64Max - page };
  const allowed = iopt.allowed.length === 0 ? [all] : mergeRanges(iopt.allowed);
  const taken = [...between(iopt.reserved.holes(), { start: 0n, last: u64Max }), ...iopt.areas.entries()];
  for (const span of allowed) {
    const clipped = { start: larger(span.start, all.start), last: smaller(span.last, all.last) };
    const start = clipped.start > clipped.last ? null : first(clipped);
    if (start === null) continue;
    for (const hole of between(taken, { ...clipped, start })) {
      const at = first(hole);
      if (at !== null) return at;
    }
  }
  return 'choice-free';
}

function pagetable({ iommufd }: Workbench, id: number): IoPagetable {
  const ioas = iommufd.context.objects.get(id, Ioas, 'ioas-exists');
  if (ioas instanceof Refusal) throw new Error(ioas.check);
  return ioas.iopt;
}

type Step = (bench: Workbench, id: number) => void;

const at = fc.bigInt({ min: 0n, max: 0x180n }).map((index) => index * 0x400n);
const length = fc.integer({ min: 1, max: 24 }).map((count) => BigInt(count) * 0x400n);
const address = fc.integer({ min: 0, max: 24 }).map((count) => arena + BigInt(count) * 0x400n);

/** Ranges of a few hundred bytes to some pages, so many that one tree must know them. */
const allowed = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 0x3000 }), fc.integer({ min: 1, max: 0x2800 })), {
    maxLength: 40,
    size: 'max',
  })
  .map((steps) => {
    let from = 0n;
    return steps.map(([gap, size]) => {
      const start = from + BigInt(gap);
      from = start + BigInt(size);
      return { start, last: from };
    });
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(address, length).map(
      ([address, length]): Step =>
        ({ calls }, id) =>
          void calls.ioasMap({ ioas: id, address, length, flags: readWrite }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(at, address, length).map(
      ([iova, address, length]): Step =>
        ({ calls }, id) =>
          void calls.ioasMap({ ioas: id, address, length, flags: readWrite, iova }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(at, length).map(
      ([iova, length]): Step =>
        (bench, id) =>
          void unmapIova(pagetable(bench, id), iova, length),
    ),
  },
  {
    weight: 1,
    arbitrary: at.map(
      (iova): Step =>
        (bench, id) =>
          void cutAreas(pagetable(bench, id), [iova]),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(at, length).map(
      ([start, length]): Step =>
        (bench, id) =>
          void reserveIova(pagetable(bench, id), { start, last: start + length - 1n }, pagetable(bench, id)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((bench, id) =>
      pagetable(bench, id).reserved.removeOwner(pagetable(bench, id)),
    ),
  },
  {
    weight: 1,
    arbitrary: allowed.map(
      (ranges): Step =>
        (bench, id) =>
          void setAllowed(pagetable(bench, id), ranges),
    ),
  },
);

describe('allocateIova', () => {
  it('finds what a walk over all spans and holes finds, after any calls', () => {
    let many = 0;
    fc.assert(
      fc.property(
        allowed,
        fc.array(fc.tuple(step, address, fc.integer({ min: 1, max: 0x3000 })), {
          maxLength: 40,
          size: 'max',
        }),
        (ranges, steps) => {
          const bench = workbench();
          const id = must(bench.calls.ioasAlloc());
          const iopt = pagetable(bench, id);
          setAllowed(iopt, ranges);
          for (const [run, where, size] of steps) {
            run(bench, id);
            const found = allocateIova(iopt, where, BigInt(size));
            expect(found instanceof Refusal ? found.check : found).toBe(slowly(iopt, where, BigInt(size)));
            if ((iopt.choosable?.windows.length ?? 2) === 1 && iopt.allowed.length > 16) many++;
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(many).toBeGreaterThan(100);
  });

  it('takes about as long for each of many allowed ranges as for each of few', () => {
    const fill = (count: number): number => {
      const bench = workbench({ kernelBytes: 2 ** 30 });
      const iopt = pagetable(bench, must(bench.calls.ioasAlloc()));
      setAllowed(
        iopt,
        Array.from({ length: count + 2 }, (_, i) => ({
          start: BigInt(i) << 16n,
          last: (BigInt(i) << 16n) + 0xfffn,
        })),
      );
      const id = 1;
      const spent = cpuTime(() => {
        for (let i = 0; i < count; i++)
          must(bench.calls.ioasMap({ ioas: id, address: arena, length: page, flags: readWrite }));
      });
      return spent / count;
    };
    fill(500);
    // Quadratic work would make it 16 times as long; the best of some tries has no collection of garbage in it.
    const ratios = Array.from({ length: 3 }, () => fill(8000) / fill(500));
    expect(Math.min(...ratios)).toBeLessThan(6);
  });
});
