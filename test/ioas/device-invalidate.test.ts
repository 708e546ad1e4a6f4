import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import {
  type HardwareDriver,
  IoasDevice,
  smmuFormat,
  smmuv3Driver,
  withDeviceInvalidation,
} from '../../src/ioas/index.ts';
import { Bench, commandsDuring, errnoOf, labelOf, ok, READ, reach } from './workbench.ts';

const overriding = withDeviceInvalidation(smmuv3Driver);

/** d1 on gpa, giova and, with PASID 5, gva; d2 on gpa. Everything was used and is cached. */
function guest(driver: HardwareDriver) {
  const bench = new Bench({ driver });
  const { calls, d1, d2 } = bench;
  const gpa = bench.guest();
  const ids = [null, 5].map((pasid, i) => {
    const child = ok(calls.createNesting(gpa));
    ok(calls.attach(d1, child, pasid));
    const table = bench.table(smmuFormat);
    table.map(0x2000n, 0x3000n, READ);
    const data = new Uint8Array(8);
    uapi.encodeIoasPgtableSmmuv3S1({ asid: i + 1 }, new DataView(data.buffer));
    ok(calls.bindPgtable(child, { format: smmuFormat.id, addr: table.root, data }));
    return child;
  });
  for (const [device, pasid] of [
    [d1, null],
    [d1, 5],
    [d2, null],
  ] as const)
    reach(device, 0x2000n, pasid);
  return { bench, calls, d1, d2, gpa, ids, unit: bench.unit };
}

/** Everything that is cached, without what only tells how it came about. */
function caches({ unit, d1, d2 }: Pick<Bench, 'unit' | 'd1' | 'd2'>) {
  return [unit.iotlb.entries(), d1.hw.atc.entries(), d2.hw.atc.entries(), [...unit.pasidCache.keys()]];
}

describe('IOAS_DEVICE_INVALIDATE', () => {
  it('row 29: the generic way goes through exactly the address spaces of the device, in the order of their ids', () => {
    const { bench, calls, d1, d2, gpa, ids, unit } = guest(smmuv3Driver);
    const before = {
      atc: d2.hw.atc.entries(),
      iotlb: unit.iotlb.entries().filter(({ key }) => key === d2.hw.sid * 2 ** 21),
    };
    expect(before.iotlb.length).toBe(1);
    const taken = commandsDuring(unit, () => ok(calls.invalidateDevice(labelOf(d1))));
    const { sid } = d1.hw;
    expect(
      taken.map((command) => (command.op === 'TLBI' ? [command.asid, command.stream] : command)),
    ).toEqual([
      ['none', { sid, pasid: null }],
      [1, { sid, pasid: null }],
      [2, { sid, pasid: 5 }],
    ]);
    expect([gpa, ...ids]).toEqual([gpa, ...ids].sort((a, b) => a - b));
    expect(d1.hw.atc.size).toBe(0);
    expect(d2.hw.atc.entries()).toEqual(before.atc);
    expect(unit.iotlb.entries()).toEqual(before.iotlb);
    const lone = bench.device('a', { sid: 1 });
    ok(calls.bind(lone, 0xan));
    expect(commandsDuring(unit, () => ok(calls.invalidateDevice(0xan)))).toEqual([]);
    expect(errnoOf(calls.invalidateDevice(0x99n))).toBe('ENOENT');
  });

  it('row 29: one cache alone can be named', () => {
    const { calls, d1, unit } = guest(smmuv3Driver);
    const taken = commandsDuring(unit, () =>
      ok(calls.invalidateDevice(labelOf(d1), uapi.IOAS_CACHE_DEV_IOTLB)),
    );
    expect(taken.map(({ op }) => op)).toEqual(['ATC_INV', 'ATC_INV', 'ATC_INV']);
    expect(errnoOf(calls.invalidateDevice(labelOf(d1), 8))).toBe('EINVAL');
  });

  it('row 30: a driver may do it with one command of its own, and then nothing goes through address spaces', () => {
    const { calls, d1, unit } = guest(overriding);
    const taken = commandsDuring(unit, () => ok(calls.invalidateDevice(labelOf(d1))));
    expect(taken).toEqual([{ op: 'DEV_INV', sid: d1.hw.sid, caches: 7 }]);
    expect(d1.hw.atc.size).toBe(0);
  });

  it('row 30: a driver that answers EOPNOTSUPP leaves it to the kernel, any other errno is the answer', () => {
    const asked: (readonly [string, number])[] = [];
    for (const [errno, wanted, commands] of [
      ['EOPNOTSUPP', null, 3],
      ['EIO', 'EIO', 0],
    ] as const) {
      const driver: HardwareDriver = {
        ...smmuv3Driver,
        invalidateDevice(device, which) {
          asked.push([device.name, which]);
          return { errno, check: 'device-answers' };
        },
      };
      const { calls, d1, unit } = guest(driver);
      const taken = commandsDuring(unit, () =>
        expect(errnoOf(calls.invalidateDevice(labelOf(d1), 3))).toBe(wanted),
      );
      expect(taken.length).toBe(commands);
    }
    expect(asked).toEqual([
      ['d1', 3],
      ['d1', 3],
    ]);
  });

  it('row 30: an override is not used for a mediated device, which shares its number on the bus', () => {
    const bench = new Bench({ driver: overriding });
    const gpa = bench.guest([bench.d1]);
    const { hw } = bench.device('c', { sid: 0x40 });
    const [m1, m2] = [1, 2].map(
      (n) => new IoasDevice(bench.machine, { name: `${n}`, hw, mediated: true }),
    ) as [IoasDevice, IoasDevice];
    for (const device of [m1, m2]) {
      ok(bench.calls.bind(device, labelOf(device)));
      ok(bench.calls.attach(device, gpa));
      reach(device, 0x1000n);
    }
    const taken = commandsDuring(bench.unit, () => ok(bench.calls.invalidateDevice(labelOf(m1))));
    expect(taken.map(({ op }) => op)).toEqual(['TLBI']);
    expect(hw.atc.size).toBe(1);
    expect(hw.atc.entries()[0]?.key).toBe((m2.busPasid(null) ?? -1) + 1);
  });

  it('row 32: 10,000 address spaces cost 10,000 commands or one, and leave the same behind', () => {
    const results = [smmuv3Driver, overriding].map((driver) => {
      const bench = new Bench({ driver });
      const { calls, d1, unit } = bench;
      const gpa = bench.guest();
      const flags = uapi.IOAS_ALLOC_NESTED | uapi.IOAS_ALLOC_USER_PGTABLE;
      const table = bench.table(smmuFormat);
      table.map(0x2000n, 0x3000n, READ);
      // A domain of the guest's own for each process: no ASIDs, so that they need not differ.
      for (let pasid = 1; pasid < 10_000; pasid++) {
        const data = new Uint8Array(8);
        uapi.encodeIoasPgtableSmmuv3S1({ asid: pasid }, new DataView(data.buffer));
        const child = ok(calls.alloc({ flags, parent: gpa, format: smmuFormat.id, addr: table.root, data }));
        ok(calls.attach(d1, child, pasid));
        reach(d1, 0x2000n, pasid);
      }
      reach(d1, 0x2000n);
      reach(bench.d2, 0x2000n);
      expect(d1.hw.atc.size).toBe(10_000);
      const taken = commandsDuring(unit, () => ok(calls.invalidateDevice(labelOf(d1))));
      return { count: taken.length, left: caches(bench) };
    });
    expect(results.map(({ count }) => count)).toEqual([10_000, 1]);
    expect(results[0]?.left).toEqual(results[1]?.left);
  });

  it('row 32: both ways leave the same behind, whatever was attached, mapped and used', () => {
    const step = fc.oneof(
      fc.record({
        op: fc.constant('child' as const),
        pasid: fc.option(fc.nat({ max: 3 })),
        device: fc.nat({ max: 1 }),
      }),
      fc.record({
        op: fc.constant('use' as const),
        pasid: fc.option(fc.nat({ max: 3 })),
        device: fc.nat({ max: 1 }),
        page: fc.nat({ max: 7 }),
      }),
      fc.record({
        op: fc.constant('detach' as const),
        pasid: fc.option(fc.nat({ max: 3 })),
        device: fc.nat({ max: 1 }),
        page: fc.nat(),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat({ max: 7 }), (steps, which) => {
        const ends = [smmuv3Driver, overriding].map((driver) => {
          const bench = new Bench({ driver });
          const devices = [bench.d1, bench.d2];
          const gpa = bench.guest();
          const table = bench.table(smmuFormat);
          for (let page = 0n; page < 8n; page++) table.map(page * 0x1000n, 0x10_0000n + page * 0x1000n, READ);
          let asid = 1;
          for (const step of steps) {
            const device = devices[step.device] as IoasDevice;
            if (step.op === 'use') reach(device, BigInt(step.page) * 0x1000n, step.pasid);
            else if (step.op === 'detach') {
              const ioas = device.route(step.pasid)?.ioas;
              if (ioas?.parent != null) bench.calls.detach(device, ioas.id, step.pasid);
            } else {
              const child = ok(bench.calls.createNesting(gpa));
              if (!bench.calls.attach(device, child, step.pasid).ok) continue;
              const data = new Uint8Array(8);
              uapi.encodeIoasPgtableSmmuv3S1({ asid: asid++ }, new DataView(data.buffer));
              ok(bench.calls.bindPgtable(child, { format: smmuFormat.id, addr: table.root, data }));
            }
          }
          ok(bench.calls.invalidateDevice(labelOf(bench.d1), which));
          return caches(bench);
        });
        expect(ends[0]).toEqual(ends[1]);
      }),
      { numRuns: 60 },
    );
  });
});
