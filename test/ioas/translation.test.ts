import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { flatDriver, plainDriver, vtdDriver } from '../../src/ioas/index.ts';
import { cpuTime } from '../helpers/cpu-time.ts';
import { Bench, errnoOf, labelOf, ok, RAM, READ, reach } from './workbench.ts';

describe('attributes', () => {
  it('row 25: snooping that is enforced keeps devices out that cannot', () => {
    for (const [flags, errno] of [
      [0, null],
      [uapi.IOAS_ALLOC_ENFORCE_SNOOP, 'EINVAL'],
    ] as const) {
      const bench = new Bench({ driver: flatDriver });
      ok(bench.calls.bind(bench.d1, 1n));
      expect(errnoOf(bench.calls.attach(bench.d1, ok(bench.calls.alloc({ flags }))))).toBe(errno);
    }
  });

  it('row 23: data of a format that is not there gives EFAULT', () => {
    const bench = new Bench({ driver: vtdDriver });
    const flags = uapi.IOAS_ALLOC_NESTED | uapi.IOAS_ALLOC_USER_PGTABLE;
    const wrong = { flags, parent: bench.guest(), format: uapi.IOAS_FORMAT_VTD_S1, data_len: 8 };
    expect(bench.calls.alloc(wrong)).toMatchObject({ errno: 'EFAULT', check: 'data-readable' });
  });
});

describe('nesting in software', () => {
  const page = 0x1000n;
  const small = fc.nat({ max: 9 }).map((i) => BigInt(i) * page);
  const change = fc.record({
    upper: fc.boolean(),
    on: fc.boolean(),
    iova: small,
    to: small,
    pages: fc.integer({ min: 1, max: 4 }).map(BigInt),
    flags: fc.integer({ min: 1, max: 3 }),
  });

  it('row 22: leads where two look-ups lead, and no cache holds anything else', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const bench = new Bench({ driver: plainDriver });
        const { calls, d1, d2, file, unit } = bench;
        for (const device of [d1, d2]) ok(calls.bind(device, labelOf(device)));
        const low = ok(calls.alloc());
        for (const device of [d1, d2]) ok(calls.attach(device, low));
        const high = ok(calls.createNesting(low));
        ok(calls.attach(d2, high));
        const { context } = file;
        const at = (id: number, address: bigint) => {
          const ioas = context.ioas(id);
          return 'errno' in ioas ? null : ioas.mapped.lookup(address);
        };
        for (const { upper, on, iova, to, pages, flags } of changes) {
          const id = upper ? high : low;
          const vaddr = upper ? to : RAM + to;
          if (on) calls.map(id, { iova, vaddr, size: pages * page, flags });
          else calls.unmap(id, iova, pages * page);
          // What is held from before must already be right.
          for (const { key, address, page: held } of unit.iotlb.entries()) {
            const first = Math.floor(key / 2 ** 21) === d2.hw.sid ? at(high, address)?.address : address;
            expect(first === undefined ? undefined : at(low, first)?.address).toBe(held.address);
          }
          for (let address = 0n; address < 16n * page; address += page) {
            const over = at(high, address);
            const under = over && at(low, over.address);
            const prot = (over?.prot ?? 0) & (under?.prot ?? 0);
            for (const perm of [1, 2]) {
              const found = d2.dma(null, address, perm);
              expect(found.kind === 'done' ? found.address : null).toBe(
                (prot & perm) === perm ? (under?.address ?? null) : null,
              );
            }
            reach(d1, address);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('row 22: costs what was mapped, not what all pairs of mappings are', () => {
    const bench = new Bench({ driver: plainDriver });
    const { calls } = bench;
    const gpa = bench.guest();
    const child = ok(calls.createNesting(gpa));
    ok(calls.attach(bench.d1, child));
    ok(calls.unmap(gpa, 0n, 0x4000_0000n));
    const count = 2000n;
    const spent = cpuTime(() => {
      for (let i = 0n; i < count; i++)
        ok(calls.map(gpa, { iova: i * page, vaddr: RAM + i * page, size: page }));
      for (let i = 0n; i < count; i++)
        ok(calls.map(child, { iova: i * 0x80_0000n, vaddr: 0n, size: count * page }));
      expect(reach(bench.d1, 0x80_0000n * 1999n + 0x123n)).toBe(RAM + 0x123n);
    });
    expect(spent).toBeLessThan(20_000);
  });
});

describe('large pages', () => {
  it.each([
    ['2 MiB', 2, 0x20_0000n],
    ['1 GiB', 3, 0x4000_0000n],
  ] as const)('row 28: of %s go as a whole, whatever address of one a command names', (_, level, size) => {
    const offset = fc.bigInt({ min: 0n, max: size / 0x1000n - 1n }).map((n) => n * 0x1000n);
    fc.assert(
      fc.property(fc.array(offset, { minLength: 1, maxLength: 12 }), offset, (used, named) => {
        const bench = new Bench({ driver: vtdDriver });
        const { calls, d1, unit } = bench;
        const gpa = bench.guest([d1]);
        const child = ok(calls.createNesting(gpa));
        ok(calls.attach(d1, child));
        const table = bench.table(vtdDriver.pageTables[0] as (typeof vtdDriver.pageTables)[number]);
        ok(calls.bindPgtable(child, { format: table.format.id, addr: table.root }));
        table.map(0x80_0000_0000n, 0n, READ, level);
        table.map(0x80_0000_0000n - 0x1000n, 0n, READ);
        for (const at of [-0x1000n, ...used]) expect(reach(d1, 0x80_0000_0000n + at)).not.toBeNull();
        const addr = 0x80_0000_0000n + named;
        ok(calls.invalidate(child, { granularity: uapi.IOAS_INV_GRANU_ADDR, addr, size: 0x1000n }));
        for (const cache of [unit.iotlb, d1.hw.atc])
          expect(cache.entries().map(({ address }) => address)).toEqual([0x80_0000_0000n - 0x1000n]);
      }),
      { numRuns: 40 },
    );
  });
});
