import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { contextDescriptorWords, type IoasDevice, smmuFormat } from '../../src/ioas/index.ts';
import { Bench, commandsDuring, ok, RAM, READ, reach } from './workbench.ts';

describe('PASID tables', () => {
  /** d1 and d2 with a PASID table of 4 bits each, whose entries have a page table for address 0. */
  function delegated() {
    const bench = new Bench();
    const { calls, d1, d2 } = bench;
    const gpa = bench.guest();
    const tables = [d1, d2].map((device) => {
      const space = ok(calls.createNesting(gpa));
      ok(calls.attach(device, space));
      const base = bench.guestPage();
      const args = { format: uapi.IOAS_FORMAT_SMMUV3_CD, addr: base, pasidBits: 4 };
      for (let pasid = 0n; pasid < 16n; pasid++) {
        const table = bench.table(smmuFormat);
        table.map(0n, BigInt(device.hw.sid) * 0x10_0000n + pasid * 0x1000n, READ);
        const asid = device.hw.sid * 16 + Number(pasid);
        bench.poke(RAM + base + pasid * 64n, contextDescriptorWords({ asid, root: table.root }));
      }
      ok(calls.bindPasidTable(space, args));
      return { space, device };
    });
    const targetOf = (device: IoasDevice, pasid: number | null) =>
      RAM + BigInt(device.hw.sid) * 0x10_0000n + BigInt(pasid ?? 0) * 0x1000n;
    return { ...bench, bench, gpa, tables, targetOf };
  }

  it('row 36: PASIDs that a table has no entry for lead nowhere, not even to the entries of other devices', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 0x30 }), fc.nat({ max: 15 })), { maxLength: 20 }),
        (asks) => {
          const { tables, targetOf } = delegated();
          for (const [which, high, low] of asks) {
            const { device } = tables[which] as (typeof tables)[number];
            // 20 bits is what the bus has: beyond are the numbers of the next device.
            const pasid = high * 2 ** 20 + low;
            expect(reach(device, 0n, pasid)).toBe(high === 0 ? targetOf(device, low) : null);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('row 36: invalidation of a PASID makes hardware forget that one and no other', () => {
    fc.assert(
      fc.property(fc.nat({ max: 15 }), fc.array(fc.nat({ max: 15 }), { maxLength: 8 }), (pasid, used) => {
        const { calls, tables, unit } = delegated();
        const [{ space, device }] = tables as [(typeof tables)[number]];
        for (const one of [null, ...used]) reach(device, 0n, one);
        for (const { device: each } of tables) reach(each, 0n, 15);
        const held = () => device.hw.atc.keys();
        const before = held();
        ok(calls.invalidate(space, { granularity: uapi.IOAS_INV_GRANU_PASID, pasid }));
        const gone = (key: number) => pasid === 0 || key === pasid + 1;
        expect(held()).toEqual(before.filter((key) => !gone(key)));
        const streams = new Set(unit.iotlb.keys().map((key) => key % 2 ** 21));
        for (const key of before) expect([key, streams.has(key)]).toEqual([key, !gone(key) || key === 16]);
        expect(tables[1]?.device.hw.atc.size).toBe(1);
      }),
      { numRuns: 50 },
    );
  });

  it('row 36: a device has no PASIDs that are wider than its own, and the bus none wider than 20 bits', () => {
    const { bench, calls, gpa, tables, targetOf } = delegated();
    const narrow = bench.device('d4', { sid: 0x11, pasidBits: 3 });
    ok(calls.bind(narrow, 4n));
    ok(calls.attach(narrow, gpa));
    ok(calls.attach(narrow, tables[0]?.space ?? 0));
    const owner = tables[0]?.device as IoasDevice;
    for (const pasid of [7, 8, 15])
      expect(reach(narrow, 0n, pasid)).toBe(pasid < 8 ? targetOf(owner, pasid) : null);
    // PASID 2^20 + 1 of 0x10 would have the number of PASID 1 of 0x11.
    const beyond = { pasid: 2 ** 20 + 1, address: 0n, perm: READ };
    expect([reach(narrow, 0n, 1), owner.hw.dma(beyond).kind]).toEqual([targetOf(owner, 1), 'fault']);
    expect(() => bench.device('d5', { sid: 5, pasidBits: 21 })).toThrow(RangeError);
  });

  it('row 36: a PASID beyond the table is none', () => {
    const { calls, tables } = delegated();
    const granularity = uapi.IOAS_INV_GRANU_PASID;
    for (const pasid of [16, 2 ** 20, 2 ** 32 - 1])
      expect(calls.invalidate(tables[0]?.space ?? 0, { granularity, pasid })).toMatchObject({
        errno: 'ENOENT',
        check: 'pasid-known',
      });
  });

  it('row 36: no PASID of the kernel is attached to an address space with such a table', () => {
    const { bench, calls, tables, gpa } = delegated();
    const third = bench.device('d4', { sid: 4 });
    ok(calls.bind(third, 4n));
    ok(calls.attach(third, gpa));
    expect(calls.attach(third, tables[0]?.space ?? 0, 3)).toMatchObject({
      errno: 'EINVAL',
      check: 'delegated',
    });
    expect(third.attachments.length).toBe(1);
  });

  it('row 36: taking a table away, hardware hears of it before it forgets', () => {
    const { calls, tables, unit } = delegated();
    const [{ space, device }] = tables as [(typeof tables)[number]];
    reach(device, 0n, 3);
    const taken = commandsDuring(unit, () => ok(calls.unbindPasidTable(space)));
    expect(taken.map(({ op }) => op)).toEqual(['CFGI', 'TLBI']);
    expect([device.hw.atc.size, reach(device, 0n, 3)]).toEqual([0, null]);
  });

  it('row 38: a fault is answered when its device leaves, also if its table went before', () => {
    const { calls, tables, unit, file } = delegated();
    const [{ space, device }] = tables as [(typeof tables)[number]];
    device.requestPage(11, 0x5000n, READ);
    ok(calls.unbindPasidTable(space));
    ok(calls.detach(device, space));
    expect(unit.responses).toMatchObject([{ sid: device.hw.sid, pasid: 11, code: uapi.IOAS_RESP_INVALID }]);
    expect(file.context.faults).toEqual([]);
  });
});
