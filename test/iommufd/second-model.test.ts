import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IOMMU_IOAS_MAP_READABLE } from '../../src/generated/ts/iommufd.ts';
import { MockDevice } from '../../src/iommu/kernel-api/drivers/mock.ts';
import { attachDevice } from '../../src/iommufd/attach-pt.ts';
import { bindDevice } from '../../src/iommufd/device.ts';
import { violations } from './invariants.ts';
import { arena, must, outcome, page, readWrite, type Workbench, workbench } from './workbench.ts';

/** The simplest model there can be: each page of IOVAs by itself. */
interface Mapped {
  /** Which call mapped it: pages of one go together. */
  readonly area: number;
  readonly memory: number;
  readonly writable: boolean;
}

type Space = Map<number, Mapped>;

interface Real extends Workbench {
  readonly ids: number[];
}

interface Simple {
  readonly spaces: Space[];
  areas: number;
  /** IOVAs below cannot be mapped once a mock device is attached; for the first space only. */
  attached: boolean;
}

type Step = (model: Simple, real: Real) => void;

const spaceSize = 24;
const aperture = 0x1000;
const iovaPage = fc.integer({ min: 0, max: spaceSize }).map((index) => aperture + index);
const length = fc.integer({ min: 1, max: 6 });
const which = fc.integer({ min: 0, max: 1 });
const memoryPage = fc.integer({ min: 0, max: 20 });

const bytes = (pages: number): bigint => BigInt(pages) * page;

function mapFixed(at: number, iova: number, count: number, memory: number, writable: boolean): Step {
  return (model, { calls, ids }) => {
    const space = model.spaces[at] as Space;
    const taken = range(iova, count).some((each) => space.has(each));
    const result = calls.ioasMap({
      ioas: ids[at] as number,
      address: arena + bytes(memory),
      length: bytes(count),
      flags: writable ? readWrite : IOMMU_IOAS_MAP_READABLE,
      iova: bytes(iova),
    });
    expect(outcome(result)).toBe(taken ? 'EEXIST' : '0');
    if (!taken) put(model, space, range(iova, count), memory, writable);
  };
}

function mapAnywhere(at: number, count: number, memory: number): Step {
  return (model, { calls, ids }) => {
    const space = model.spaces[at] as Space;
    const result = calls.ioasMap({
      ioas: ids[at] as number,
      address: arena + bytes(memory),
      length: bytes(count),
      flags: readWrite,
    });
    const iova = Number(must(result) / page);
    const start = model.attached && at === 0 ? aperture : 1;
    expect(iova).toBe(firstFree(space, start, count, alignment(memory, count)));
    put(model, space, range(iova, count), memory, true);
  };
}

function unmap(at: number, iova: number, count: number): Step {
  return (model, { calls, ids }) => {
    const space = model.spaces[at] as Space;
    const result = calls.ioasUnmap(ids[at] as number, bytes(iova), bytes(count));
    let removed = 0;
    for (const each of range(iova, count)) {
      const found = space.get(each);
      if (found === undefined) continue;
      const whole = [...space].filter(([, { area }]) => area === found.area).map(([at]) => at);
      if (whole.some((place) => place < iova || place >= iova + count)) {
        expect(outcome(result)).toBe('ENOENT');
        return;
      }
      for (const place of whole) space.delete(place);
      removed += whole.length;
    }
    expect(removed === 0 ? outcome(result) : must(result)).toEqual(removed === 0 ? 'ENOENT' : bytes(removed));
  };
}

function copy(
  from: number,
  to: number,
  source: number,
  target: number,
  count: number,
  writable: boolean,
): Step {
  return (model, { calls, ids }) => {
    const [old, space] = [model.spaces[from] as Space, model.spaces[to] as Space];
    const wanted = range(source, count).map((each) => old.get(each));
    const result = calls.ioasCopy(ids[from] as number, {
      ioas: ids[to] as number,
      address: bytes(source),
      length: bytes(count),
      flags: writable ? readWrite : IOMMU_IOAS_MAP_READABLE,
      iova: bytes(target),
    });
    const expected = wanted.includes(undefined)
      ? 'ENOENT'
      : range(target, count).some((each) => space.has(each))
        ? 'EEXIST'
        : writable && wanted.some((each) => !each?.writable)
          ? 'EPERM'
          : '0';
    expect(outcome(result)).toBe(expected);
    if (expected !== '0') return;
    const names = new Map<number, number>();
    for (const [index, each] of wanted.entries()) {
      const { area, memory, writable: allowed } = each as Mapped;
      if (!names.has(area)) names.set(area, model.areas++);
      space.set(target + index, { area: names.get(area) as number, memory, writable: allowed });
    }
  };
}

/** Attaches a mock device to the first space, which loads its mappings. */
const attach: Step = (model, { iommufd, process, ids }) => {
  if (model.attached) return;
  const outside = [...(model.spaces[0] as Space).keys()].some((each) => each < aperture);
  const bound = bindDevice(iommufd.context, new MockDevice(process.frames, 0));
  if ('errno' in bound) throw new Error(bound.check);
  const id = attachDevice(bound, ids[0] as number);
  expect(typeof id === 'number').toBe(!outside);
  model.attached = !outside;
};

function put(
  model: Simple,
  space: Space,
  places: readonly number[],
  memory: number,
  writable: boolean,
): void {
  const area = model.areas++;
  for (const [index, place] of places.entries()) space.set(place, { area, memory: memory + index, writable });
}

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}

/** In pages: as much aligned as the memory is and the length needs. */
function alignment(memory: number, count: number): number {
  const address = Number(arena / page) + memory;
  let size = 1;
  while (size < count && address % (size * 2) === 0) size *= 2;
  return Math.min(size, 512);
}

function firstFree(space: Space, start: number, count: number, step: number): number {
  for (let at = Math.ceil(start / step) * step; ; at += step) {
    if (!range(at, count).some((each) => space.has(each))) return at;
  }
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.tuple(which, iovaPage, length, memoryPage, fc.boolean()).map((args) => mapFixed(...args)),
    weight: 4,
  },
  { arbitrary: fc.tuple(which, length, memoryPage).map((args) => mapAnywhere(...args)), weight: 2 },
  {
    arbitrary: fc.tuple(which, iovaPage, fc.integer({ min: 1, max: 12 })).map((args) => unmap(...args)),
    weight: 3,
  },
  {
    arbitrary: fc.tuple(which, which, iovaPage, iovaPage, length, fc.boolean()).map((args) => copy(...args)),
    weight: 3,
  },
  { arbitrary: fc.constant(attach), weight: 1 },
);

function start(): { readonly model: Simple; readonly real: Real } {
  const bench = workbench();
  const ids = [must(bench.calls.ioasAlloc()), must(bench.calls.ioasAlloc())];
  return { model: { spaces: [new Map(), new Map()], areas: 0, attached: false }, real: { ...bench, ids } };
}

/** Every page of the model is mapped to the memory that it says, and nothing else is. */
function agrees({ spaces }: Simple, { iommufd, ids, process }: Real): void {
  for (const [at, space] of spaces.entries()) {
    const ioas = iommufd.context.objects.all().find(({ id }) => id === ids[at]) as unknown as {
      iopt: import('../../src/iommufd/iopt.ts').IoPagetable;
    };
    const found = new Map<number, bigint>();
    for (const { start: first, last, value } of ioas.iopt.areas.entries()) {
      for (let iova = first; iova <= last; iova += page) {
        found.set(Number(iova / page), value.pages.uptr + BigInt(value.index) * page + (iova - first));
      }
    }
    const expected = new Map(
      [...space].map(([place, { memory }]) => [place, arena + bytes(memory)] as const),
    );
    expect([...found].sort(([a], [b]) => a - b)).toEqual([...expected].sort(([a], [b]) => a - b));
  }
  void process;
}

describe('mappings', () => {
  it('are those of a model that knows each page by itself, after any calls', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 40 }), (all) => {
        const { model, real } = start();
        for (const step of all) {
          step(model, real);
          expect(violations(real.iommufd)).toEqual([]);
        }
        agrees(model, real);
      }),
      { numRuns: 150 },
    );
  });

  it('are those of the model after every sequence of up to four calls on a tiny space', () => {
    const few: readonly Step[] = [
      mapFixed(0, aperture, 1, 0, true),
      mapFixed(0, aperture + 1, 2, 1, false),
      mapAnywhere(0, 2, 3),
      unmap(0, aperture, 2),
      unmap(0, aperture + 1, 2),
      copy(0, 0, aperture, aperture + 3, 1, true),
      copy(0, 1, aperture + 1, aperture, 2, true),
      attach,
    ];
    const run = (sequence: readonly Step[]): void => {
      const { model, real } = start();
      for (const step of sequence) step(model, real);
      expect(violations(real.iommufd)).toEqual([]);
      agrees(model, real);
      if (sequence.length < 4) for (const step of few) run([...sequence, step]);
    };
    run([]);
  });
});
