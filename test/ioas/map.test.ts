import { describe, expect, it } from 'vitest';
import { Bench, commandsDuring, errnoOf, ok, RAM, RAM_SIZE, READ, reach, WRITE } from './workbench.ts';

const GiB = 0x4000_0000n;

/** d1 on an address space in which nothing is mapped. */
function empty() {
  const bench = new Bench();
  const { calls, d1 } = bench;
  ok(calls.bind(d1, 1n));
  const ioas = ok(calls.alloc());
  ok(calls.attach(d1, ioas));
  return { bench, calls, d1, ioas, unit: bench.unit };
}

describe('mappings', () => {
  it('row 19: what was mapped is unmapped exactly as it was mapped', () => {
    const { calls, d1, ioas, unit } = empty();
    ok(calls.map(ioas, { iova: 0n, vaddr: RAM, size: GiB }));
    expect(reach(d1, GiB - 1n)).toBe(RAM + GiB - 1n);
    expect(calls.unmap(ioas, 0n, 0x1000n)).toMatchObject({ errno: 'EINVAL', check: 'mapping-size' });
    expect(calls.unmap(ioas, 0x1000n, 0x1000n)).toMatchObject({ errno: 'ENOENT', check: 'mapping-exists' });
    const taken = commandsDuring(unit, () => ok(calls.unmap(ioas, 0n, GiB)));
    expect(taken).toMatchObject([{ op: 'TLBI', range: { start: 0n, last: GiB - 1n }, atc: true }]);
    expect(reach(d1, GiB - 1n)).toBeNull();
  });

  it('row 19: mappings do not touch each other, and do not wrap', () => {
    const { calls, ioas } = empty();
    ok(calls.map(ioas, { iova: 0x2000n, vaddr: RAM, size: 0x2000n }));
    for (const iova of [0x1000n, 0x2000n, 0x3000n])
      expect(errnoOf(calls.map(ioas, { iova, vaddr: RAM, size: 0x2000n }))).toBe('EEXIST');
    ok(calls.map(ioas, { iova: 0x4000n, vaddr: RAM, size: 0x1000n }));
    const last = 2n ** 64n - 0x1000n;
    expect(errnoOf(calls.map(ioas, { iova: last, vaddr: RAM, size: 0x2000n }))).toBe('EOVERFLOW');
    expect(errnoOf(calls.map(ioas, { iova: 0n, vaddr: last, size: 0x2000n }))).toBe('EOVERFLOW');
    expect(errnoOf(calls.map(ioas, { iova: 0n, vaddr: RAM, size: 0n }))).toBe('EINVAL');
    expect(errnoOf(calls.map(ioas, { iova: 0n, vaddr: RAM, size: 0x1000n, flags: 0 }))).toBe('EINVAL');
    expect(errnoOf(calls.map(ioas, { iova: 0n, vaddr: RAM, size: 0x1000n, flags: 4 }))).toBe('EINVAL');
  });

  it('row 19: a device does what the mapping allows', () => {
    const { calls, d1, ioas } = empty();
    ok(calls.map(ioas, { iova: 0n, vaddr: RAM, size: 0x1000n, flags: READ }));
    ok(calls.map(ioas, { iova: 0x1000n, vaddr: RAM, size: 0x1000n, flags: WRITE }));
    const kinds = [0n, 0x1000n].flatMap((at) => [READ, WRITE].map((perm) => d1.dma(null, at, perm).kind));
    expect(kinds).toEqual(['done', 'fault', 'fault', 'done']);
  });
});

describe('registered memory', () => {
  it('row 20: where memory is registered nothing else can be mapped, and mapping it pins no more', () => {
    const { bench, calls, ioas } = empty();
    const { pinned } = bench.file.context;
    ok(calls.registerMemory(RAM, RAM_SIZE));
    expect(errnoOf(calls.registerMemory(RAM + 0x1000n, 0x1000n))).toBe('EEXIST');
    const before = pinned.pages;
    expect(before).toBe(GiB / 4096n);
    ok(calls.map(ioas, { iova: 0n, vaddr: RAM, size: 0x10_0000n }));
    expect(pinned.pages).toBe(before);
    for (const vaddr of [0x1000_0000n, RAM + RAM_SIZE - 0x1000n]) {
      const outside = calls.map(ioas, { iova: 0x1000_0000n, vaddr, size: 0x2000n });
      expect(outside).toMatchObject({ errno: 'EINVAL', check: 'registered' });
    }
    expect(calls.unregisterMemory(RAM, RAM_SIZE)).toMatchObject({ errno: 'EBUSY', check: 'memory-unused' });
    expect(errnoOf(calls.unregisterMemory(RAM, 0x1000n))).toBe('ENOENT');
    ok(calls.unmap(ioas, 0n, 0x10_0000n));
    ok(calls.unregisterMemory(RAM, RAM_SIZE));
    expect(pinned.pages).toBe(0n);
  });

  it('row 20: what was mapped before counts by itself until it is unmapped', () => {
    const { bench, calls, ioas } = empty();
    ok(calls.map(ioas, { iova: 0n, vaddr: RAM, size: 0x1000n }));
    ok(calls.registerMemory(RAM, 0x1000n));
    expect(bench.file.context.pinned.pages).toBe(2n);
    ok(calls.unmap(ioas, 0n, 0x1000n));
    expect(bench.file.context.pinned.pages).toBe(1n);
    ok(calls.unregisterMemory(RAM, 0x1000n));
  });
});
