import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { type IoasDevice, smmuFormat, smmuv3Driver, vtdDriver, vtdFormat } from '../../src/ioas/index.ts';
import { atcAll, smmu, vtd } from './commands.ts';
import { Bench, commandsDuring, errnoOf, labelOf, ok, READ, reach } from './workbench.ts';

const ADDR = uapi.IOAS_INV_GRANU_ADDR;

/** d1 on gpa and, with PASID 5, on gva; its table maps 0x2000 and 0x3000, and everything that is cached was used. */
function nested(driver = smmuv3Driver) {
  const bench = new Bench({ driver });
  const format = driver === vtdDriver ? vtdFormat : smmuFormat;
  const { calls, d1, d2 } = bench;
  const gpa = bench.guest();
  const gva = ok(calls.createNesting(gpa));
  for (const device of [d1, d2]) ok(calls.attach(device, gva, 5));
  const table = bench.table(format);
  const data = new Uint8Array(8);
  if (format === smmuFormat) uapi.encodeIoasPgtableSmmuv3S1({ asid: 0x77 }, new DataView(data.buffer));
  ok(calls.bindPgtable(gva, { format: format.id, addr: table.root, data }));
  for (const page of [0x2000n, 0x3000n]) table.map(page, page + 0x10_0000n, READ);
  for (const device of [d1, d2]) {
    for (const page of [0x2000n, 0x3000n]) reach(device, page, 5);
    reach(device, 0x2000n);
  }
  return { bench, calls, d1, d2, gpa, gva, unit: bench.unit };
}

/** What a device's own cache has of a PASID. */
function atc({ hw }: IoasDevice, pasid: number | null): readonly bigint[] {
  const key = pasid === null ? 0 : pasid + 1;
  return hw.atc
    .entries()
    .filter((entry) => entry.key === key)
    .map(({ address }) => address);
}

describe('IOAS_INVALIDATE_CACHE', () => {
  it('row 27: a range is one command for this range, all is one for the domain, and a root takes none', () => {
    const { calls, d1, d2, gpa, gva, unit } = nested();
    const { domain } = unit.translate({ sid: d1.hw.sid, pasid: 5 }, 0x2000n)?.tag ?? { domain: -1 };
    const size = unit.iotlb.size;
    const one = commandsDuring(unit, () =>
      ok(calls.invalidate(gva, { granularity: ADDR, addr: 0x2000n, size: 0x1000n })),
    );
    const common = { op: 'TLBI', domain, asid: 0x77, stream: null, atc: true };
    expect(one).toEqual([{ ...common, range: { start: 0x2000n, last: 0x2fffn } }]);
    expect(unit.iotlb.size).toBe(size - 2);
    expect(atc(d1, 5)).toEqual([0x3000n]);
    expect(atc(d2, 5)).toEqual([0x3000n]);
    expect(atc(d1, null)).toEqual([0x2000n]);
    const all = commandsDuring(unit, () => ok(calls.invalidate(gva)));
    expect(all).toEqual([{ ...common, range: null }]);
    expect([atc(d1, 5), atc(d2, 5), atc(d1, null)]).toEqual([[], [], [0x2000n]]);
    expect(calls.invalidate(gpa)).toMatchObject({ errno: 'EINVAL', check: 'nested' });
    expect(calls.invalidate(gva, { granularity: ADDR, addr: 2n ** 64n - 1n, size: 2n })).toMatchObject({
      errno: 'EINVAL',
      check: 'range',
    });
  });

  it('row 27: a label narrows it to one device', () => {
    const { calls, d1, d2, gva, unit } = nested();
    const commands = commandsDuring(unit, () => ok(calls.invalidate(gva, { label: labelOf(d1) })));
    expect(commands).toMatchObject([{ op: 'TLBI', stream: { sid: d1.hw.sid, pasid: 5 } }]);
    expect([atc(d1, 5).length, atc(d2, 5).length]).toEqual([0, 2]);
    expect(errnoOf(calls.invalidate(gva, { label: 0x99n }))).toBe('ENOENT');
  });

  it('row 33: of nine pairs of cache and granularity two have no meaning', () => {
    const { calls, gva } = nested();
    const refused: string[] = [];
    for (const [cache, caches] of Object.entries({ iotlb: 1, dev_iotlb: 2, pasid: 4 })) {
      for (const [name, granularity] of Object.entries({ domain: 0, pasid: 1, addr: 2 })) {
        const result = calls.invalidate(gva, { caches, granularity, pasid: 5, addr: 0x2000n, size: 0x1000n });
        if (!result.ok) refused.push(`${name} x ${cache}: ${result.errno}`);
      }
    }
    expect(refused).toEqual(['domain x dev_iotlb: EINVAL', 'addr x pasid: EINVAL']);
    expect(errnoOf(calls.invalidate(gva, { granularity: 3 }))).toBe('EINVAL');
    expect(errnoOf(calls.invalidate(gva, { caches: 8 }))).toBe('EINVAL');
    expect(errnoOf(calls.invalidate(gva, { granularity: 1, pasid: 6 }))).toBe('ENOENT');
  });

  it('row 33: only the cache that was named is touched', () => {
    const { calls, d1, gva, unit } = nested();
    const size = unit.iotlb.size;
    ok(calls.invalidate(gva, { caches: uapi.IOAS_CACHE_DEV_IOTLB, granularity: 1, pasid: 5 }));
    expect([unit.iotlb.size, atc(d1, 5).length]).toEqual([size, 0]);
    reach(d1, 0x2000n, 5);
    ok(calls.invalidate(gva, { caches: uapi.IOAS_CACHE_IOTLB }));
    expect([unit.iotlb.size, atc(d1, 5).length]).toEqual([size - 4, 1]);
  });
});

describe('IOAS_HW_INVALIDATE', () => {
  const scope = (unit: Bench['unit'], gva: IoasDevice) =>
    unit.translate({ sid: gva.hw.sid, pasid: null }, 0x2000n)?.tag.domain;

  it('row 28: each command of an SMMUv3 guest is one of the hardware, with the ids of the host', () => {
    const { calls, d1, gpa, unit } = nested();
    const domain = scope(unit, d1);
    const label = Number(labelOf(d1));
    const tlbi = { op: 'TLBI', domain, stream: null, atc: false };
    const { sid } = d1.hw;
    const page = { start: 0x2000n, last: 0x2fffn };
    const pairs = [
      [smmu(uapi.IOAS_SMMUV3_TLBI_NSNH_ALL), { ...tlbi, asid: 'any', range: null }],
      [smmu(uapi.IOAS_SMMUV3_TLBI_NH_ALL), { ...tlbi, asid: 'any', range: null }],
      [smmu(uapi.IOAS_SMMUV3_TLBI_NH_ASID, { asid: 0x77 }), { ...tlbi, asid: 0x77, range: null }],
      [
        smmu(uapi.IOAS_SMMUV3_TLBI_NH_VA, { asid: 0x77, address: 0x2000n }),
        { ...tlbi, asid: 0x77, range: page },
      ],
      [smmu(uapi.IOAS_SMMUV3_TLBI_NH_VAA, { address: 0x2000n }), { ...tlbi, asid: 'any', range: page }],
      [smmu(uapi.IOAS_SMMUV3_CFGI_CD, { label, ssid: 5 }), { op: 'CFGI', sid, pasid: 5 }],
      [smmu(uapi.IOAS_SMMUV3_CFGI_CD_ALL, { label }), { op: 'CFGI', sid, pasid: 'any' }],
      [
        smmu(uapi.IOAS_SMMUV3_ATC_INV, { label, ssid: 5, address: 0x2000n }),
        { op: 'ATC_INV', sid, pasid: 5, range: page },
      ],
      [
        smmu(uapi.IOAS_SMMUV3_ATC_INV, { label, address: 0x5000n, size: 2 }),
        { op: 'ATC_INV', sid, pasid: 'any', range: { start: 0x4000n, last: 0x7fffn } },
      ],
    ] as const;
    for (const [command, wanted] of pairs) {
      const taken = commandsDuring(unit, () => {
        const { done, result } = calls.invalidateHardware(gpa, uapi.IOAS_HW_SMMUV3, [command]);
        expect([done, result.ok]).toEqual([1, true]);
      });
      expect(taken).toEqual([wanted]);
    }
    const inOrder = commandsDuring(unit, () => {
      const all = pairs.map(([command]) => command);
      expect(calls.invalidateHardware(gpa, uapi.IOAS_HW_SMMUV3, all).done).toBe(pairs.length);
    });
    expect(inOrder).toEqual(pairs.map(([, wanted]) => wanted));
  });

  it('row 28: requests of a VT-d guest, for the address space that has the page table', () => {
    const { calls, d1, gpa, gva, unit } = nested(vtdDriver);
    const domain = unit.translate({ sid: d1.hw.sid, pasid: 5 }, 0x2000n)?.tag.domain;
    const ask = (command: Uint8Array, ioas = gva) =>
      calls.invalidateHardware(ioas, uapi.IOAS_HW_VTD_S1, [command]);
    const taken = commandsDuring(unit, () => {
      expect(ask(vtd(0x2000n, 1n)).done).toBe(1);
      expect(ask(vtd(0n, 2n ** 64n - 1n)).done).toBe(1);
    });
    const common = { op: 'TLBI', domain, asid: 'any', stream: null, atc: true };
    expect(taken).toEqual([
      { ...common, range: { start: 0x2000n, last: 0x2fffn } },
      { ...common, range: null },
    ]);
    expect(errnoOf(ask(vtd(0x1000n, 2n ** 64n - 1n)).result)).toBe('EINVAL');
    expect(errnoOf(ask(vtd(0x1001n, 1n)).result)).toBe('EINVAL');
    expect(errnoOf(ask(vtd(0x1000n, 1n, 2)).result)).toBe('EOPNOTSUPP');
    expect(ask(vtd(0n, 1n), gpa).result).toMatchObject({ errno: 'EINVAL', check: 'requests-fit' });
    expect(errnoOf(calls.invalidateHardware(gva, uapi.IOAS_HW_SMMUV3, [smmu(0x10)]).result)).toBe(
      'EOPNOTSUPP',
    );
  });

  it('row 28: a bad command ends the array, and those before it are done and counted', () => {
    const { bench, calls, gpa, unit } = nested();
    const good = smmu(uapi.IOAS_SMMUV3_TLBI_NH_ALL);
    for (let k = 0; k < 4; k++) {
      const commands = Array.from({ length: 4 }, (_, i) => (i === k ? smmu(0xee) : good));
      const taken = commandsDuring(unit, () => {
        const { done, result } = calls.invalidateHardware(gpa, uapi.IOAS_HW_SMMUV3, commands);
        expect([done, errnoOf(result)]).toEqual([k, 'EIO']);
      });
      expect(taken.length).toBe(k);
    }
    // The same as bytes: the count is written back with the error.
    const bytes = new Uint8Array(32 + 32);
    const entries = 0x1000_0000n + 32n;
    const argument = { ioas: gpa, type: uapi.IOAS_HW_SMMUV3, entries, entry_len: 16, entry_num: 2 };
    uapi.encodeIoasHwInvalidate(argument, new DataView(bytes.buffer));
    bytes.set(good, 32);
    bytes.set(smmu(0xee), 48);
    const { errno, out } = bench.ioctl(uapi.IOAS_HW_INVALIDATE, bytes);
    expect(errno).toBe('EIO');
    expect(uapi.decodeIoasHwInvalidate(new DataView(out.buffer)).entry_num).toBe(1);
  });

  it('row 31: an ATC invalidation without SSID reaches all of a device, and nothing else', () => {
    const { calls, d1, d2, gpa, unit } = nested();
    const label = Number(labelOf(d1));
    const size = unit.iotlb.size;
    const others = d2.hw.atc.entries();
    const taken = commandsDuring(unit, () => {
      const command = smmu(uapi.IOAS_SMMUV3_ATC_INV, { label, size: atcAll });
      expect(calls.invalidateHardware(gpa, uapi.IOAS_HW_SMMUV3, [command]).done).toBe(1);
    });
    expect(taken).toEqual([{ op: 'ATC_INV', sid: d1.hw.sid, pasid: 'any', range: null }]);
    expect(d1.hw.atc.size).toBe(0);
    expect([unit.iotlb.size, d2.hw.atc.entries()]).toEqual([size, others]);
  });

  it('row 31: with an SSID only that PASID goes, and what cannot be meant gives EIO', () => {
    const { bench, calls, d1, gpa } = nested();
    const label = Number(labelOf(d1));
    const ask = (operands: Parameters<typeof smmu>[1]) =>
      calls.invalidateHardware(gpa, uapi.IOAS_HW_SMMUV3, [smmu(uapi.IOAS_SMMUV3_ATC_INV, operands)]);
    expect(ask({ label, ssid: 5, size: atcAll }).done).toBe(1);
    expect([atc(d1, 5).length, atc(d1, null).length]).toEqual([0, 1]);
    expect(errnoOf(ask({ label: 0x999, size: atcAll }).result)).toBe('EIO');
    expect(errnoOf(ask({ label, size: 53 }).result)).toBe('EIO');
    const plain = bench.device('a', { sid: 1, ats: false });
    ok(calls.bind(plain, 0xan));
    ok(calls.attach(plain, gpa));
    expect(errnoOf(ask({ label: 0xa, size: atcAll }).result)).toBe('EIO');
  });
});
