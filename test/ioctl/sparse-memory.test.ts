import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyStructFromUser } from '../../src/ioctl/copy-struct.ts';
import { PAGE_SIZE, PageFrames } from '../../src/ioctl/page-frames.ts';
import { SparseMemory } from '../../src/ioctl/sparse-memory.ts';

const start = 0x10_0000n;
const size = BigInt(PAGE_SIZE);
const pages = 4;

type Step =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'map' | 'unmap'; readonly page: number; readonly count: number };

const pageRange = fc.record({
  page: fc.integer({ min: 0, max: pages - 1 }),
  count: fc.integer({ min: 1, max: 2 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      at: fc.integer({ min: 0, max: pages * PAGE_SIZE }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 6000 }),
    }),
    pageRange.map((range) => ({ kind: 'map' as const, ...range })),
    pageRange.map((range) => ({ kind: 'unmap' as const, ...range })),
  ),
  { maxLength: 12 },
);

describe('SparseMemory', () => {
  it('is an array of bytes with holes', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const memory = new SparseMemory(new PageFrames());
        const model: (number | null)[] = new Array((pages + 4) * PAGE_SIZE).fill(null);
        for (const step of all) {
          if (step.kind === 'write') {
            let expected = 0;
            while (expected < step.bytes.length && model[step.at + expected] != null) {
              model[step.at + expected] = step.bytes[expected] as number;
              expected++;
            }
            expect(memory.write(start + BigInt(step.at), step.bytes)).toBe(expected);
            continue;
          }
          const [at, length] = [start + BigInt(step.page) * size, BigInt(step.count) * size];
          if (step.kind === 'map') memory.map(at, length);
          else memory.unmap(at, length);
          model.fill(
            step.kind === 'map' ? 0 : null,
            step.page * PAGE_SIZE,
            (step.page + step.count) * PAGE_SIZE,
          );
        }
        for (const [at, length] of [
          [0, 100],
          [PAGE_SIZE - 3, 6],
          [PAGE_SIZE, 2 * PAGE_SIZE],
          [0, pages * PAGE_SIZE],
        ] as const) {
          const part = model.slice(at, at + length);
          const bytes = memory.read(start + BigInt(at), length);
          expect(bytes === null ? null : [...bytes]).toEqual(part.includes(null) ? null : part);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses ranges that are not of whole pages of a process', () => {
    const memory = new SparseMemory(new PageFrames());
    expect(() => memory.map(1n, size)).toThrow(RangeError);
    expect(() => memory.map(0x7fff_ffff_f000n, size)).toThrow(RangeError);
    expect(() => memory.unmap(0n, 0n)).toThrow(RangeError);
  });

  it('forbids writes to pages that are protected', () => {
    const memory = new SparseMemory(new PageFrames());
    memory.map(start, 3n * size);
    memory.protect(start + size, size, false);
    expect(memory.write(start, new Uint8Array(3 * PAGE_SIZE))).toBe(PAGE_SIZE);
    expect(memory.pages(start, 3, true).length).toBe(1);
    expect(memory.pages(start, 3, false).length).toBe(3);
    memory.protect(start, 3n * size, true);
    expect(memory.write(start, new Uint8Array(3 * PAGE_SIZE))).toBe(3 * PAGE_SIZE);
  });
});

describe('a machine', () => {
  it('has so many pages; memory beyond cannot be used until some go', () => {
    const frames = new PageFrames(4);
    const memory = new SparseMemory(frames);
    memory.map(start, 6n * size);
    expect(memory.pages(start, 6, true).length).toBe(4);
    expect(frames.left).toBe(0);
    expect(memory.read(start + 3n * size, 2 * PAGE_SIZE)).toBeNull();
    expect(memory.write(start + 3n * size, new Uint8Array(2 * PAGE_SIZE))).toBe(PAGE_SIZE);
    expect(() => memory.fork()).toThrow(RangeError);
    expect(() => frames.allocateRun(1, 1)).toThrow(RangeError);
    memory.unmap(start, size);
    expect(memory.write(start + 4n * size, new Uint8Array(1))).toBe(1);
  });

  it('keeps a page that is pinned when it is unmapped, until it is unpinned', () => {
    const frames = new PageFrames(1);
    const memory = new SparseMemory(frames);
    memory.map(start, size);
    const [page] = memory.pages(start, 1, true);
    if (page === undefined) throw new Error('no page');
    page.pins++;
    memory.unmap(start, size);
    expect([frames.at(page.frame), frames.left]).toEqual([page, 0]);
    frames.unpin(page);
    expect([frames.at(page.frame), frames.left]).toEqual([undefined, 1]);
  });
});

describe('a forked SparseMemory', () => {
  const bytesAt = (memory: SparseMemory, page: bigint) => memory.read(start + page * size, 1)?.[0];

  it('has the same shared pages, and copies of the others', () => {
    const parent = new SparseMemory(new PageFrames());
    parent.map(start, 2n * size, { shared: true });
    parent.map(start + 2n * size, size);
    for (const page of [0n, 2n]) parent.write(start + page * size, Uint8Array.of(1));
    const child = parent.fork();
    // The second page is touched only now, by each side through the other's eyes.
    for (const page of [0n, 1n, 2n]) child.write(start + page * size, Uint8Array.of(2));
    expect([0n, 1n, 2n].map((page) => bytesAt(parent, page))).toEqual([2, 2, 1]);
    expect(child.pages(start, 2, true)).toEqual(parent.pages(start, 2, true));
    expect(child.pages(start + 2n * size, 1, true)).not.toEqual(parent.pages(start + 2n * size, 1, true));
  });

  it('can go without taking shared pages along', () => {
    const parent = new SparseMemory(new PageFrames());
    parent.map(start, 2n * size, { shared: true });
    const child = parent.fork();
    child.write(start, Uint8Array.of(3));
    child.unmap(start + size, size);
    child.unmapAll();
    expect(child.read(start, 1)).toBeNull();
    expect([0n, 1n].map((page) => bytesAt(parent, page))).toEqual([3, 0]);
    const [page] = parent.pages(start, 1, true);
    expect(parent.frames.at(page?.frame ?? 0)).toBe(page);
  });
});

describe('copyStructFromUser', () => {
  const memory = new SparseMemory(new PageFrames());
  memory.map(start, size);
  memory.write(start + size - 8n, Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 5));
  const at = (offset: bigint) => start + size - 8n + offset;

  it('takes what there is and fills the rest with zeros', () => {
    expect(copyStructFromUser(memory, { address: at(0n), size: 2 }, 4)).toEqual(Uint8Array.of(1, 2, 0, 0));
    expect(copyStructFromUser(memory, { address: at(0n), size: 7 }, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('refuses what is not zero behind it before what cannot be read', () => {
    expect(copyStructFromUser(memory, { address: at(0n), size: 8 }, 4)).toBe('E2BIG');
    expect(copyStructFromUser(memory, { address: at(0n), size: 4000 }, 4)).toBe('E2BIG');
    expect(copyStructFromUser(memory, { address: at(0n), size: 4000 }, 8)).toBe('EFAULT');
    expect(copyStructFromUser(memory, { address: at(4n), size: 8 }, 8)).toBe('EFAULT');
  });
});
