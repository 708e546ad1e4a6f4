import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import {
  type GuestPageTable,
  type HardwareDriver,
  type IoasDevice,
  plainDriver,
  smmuFormat,
  smmuv3Driver,
  vtdDriver,
  vtdFormat,
  withDeviceInvalidation,
} from '../../src/ioas/index.ts';
import { operations } from '../../src/ioas/operations.ts';
import { atcAll, smmu, vtd } from './commands.ts';
import { told } from './reply.ts';
import { stateOf } from './state.ts';
import { Bench, labelOf, ok, RAM, READ, reach, WRITE } from './workbench.ts';

const page = 0x1000n;
const drivers: readonly HardwareDriver[] = [
  smmuv3Driver,
  withDeviceInvalidation(smmuv3Driver),
  vtdDriver,
  withDeviceInvalidation(vtdDriver),
];

/** Who asks: d1 or d2, and with which PASID. */
interface Asker {
  readonly device: IoasDevice;
  readonly pasid: number | null;
}

/** Three address spaces for d1 (none, 1, 2) and two for d2 (none, 1); the nested ones have tables of the guest. */
function guest(driver: HardwareDriver) {
  const bench = new Bench({ driver });
  const { calls, d1, d2, unit } = bench;
  const format = driver.pageTables.includes(vtdFormat) ? vtdFormat : smmuFormat;
  for (const device of [d1, d2]) ok(calls.bind(device, labelOf(device)));
  const gpa = ok(calls.alloc());
  for (const device of [d1, d2]) ok(calls.attach(device, gpa));
  // 64 pieces of memory, so that parts can go; tables are in the one that stays.
  const piece = 0x10_0000n;
  ok(calls.map(gpa, { iova: piece, vaddr: RAM + piece, size: 63n * piece }));
  for (let i = 0n; i < 8n; i++) ok(calls.map(gpa, { iova: i * page, vaddr: RAM + i * page, size: page }));
  const spaces = [1, 2].map((pasid) => {
    const child = ok(calls.createNesting(gpa));
    ok(calls.attach(d1, child, pasid));
    if (pasid === 1) ok(calls.attach(d2, child, pasid));
    const table = bench.table(format);
    const data = new Uint8Array(8);
    if (format === smmuFormat) uapi.encodeIoasPgtableSmmuv3S1({ asid: pasid }, new DataView(data.buffer));
    ok(calls.bindPgtable(child, { format: format.id, addr: table.root, data }));
    return { child, table, asid: pasid, pasid };
  });
  const askers: readonly Asker[] = [
    ...[null, 1, 2].map((pasid) => ({ device: d1, pasid })),
    ...[null, 1].map((pasid) => ({ device: d2, pasid })),
  ];
  return { bench, calls, d1, d2, unit, gpa, spaces, askers, driver };
}

type Guest = ReturnType<typeof guest>;

/** Where a request leads without any cache. */
function truth({ unit }: Guest, { device, pasid }: Asker, address: bigint): bigint | null {
  return unit.walkOnly({ sid: device.hw.sid, pasid }, address)?.address ?? null;
}

/** What is covered by an invalidation: whose requests, to which addresses. */
interface Cover {
  readonly who: (asker: Asker) => boolean;
  readonly pages: readonly bigint[];
}

const pages = Array.from({ length: 8 }, (_, i) => BigInt(i) * page);
const small = fc.nat({ max: 7 }).map((i) => BigInt(i) * page);
const space = fc.nat({ max: 1 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('use' as const), who: fc.nat({ max: 4 }), at: small }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('edit' as const), space, at: small, to: fc.option(small) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('parent' as const), at: small }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('space' as const), space, at: fc.option(small) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('device' as const), device: fc.nat({ max: 1 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('hardware' as const),
      space,
      device: fc.nat({ max: 1 }),
      at: fc.option(small),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does a step. @returns what no stale translation may be left of */
function perform(world: Guest, step: Step): Cover | null {
  const { calls, gpa, spaces, askers, d1, d2, bench, driver } = world;
  switch (step.op) {
    case 'use': {
      const { device, pasid } = askers[step.who] as Asker;
      reach(device, step.at, pasid);
      return null;
    }
    case 'edit': {
      const table = spaces[step.space]?.table as GuestPageTable;
      if (step.to === null) table.unmap(step.at);
      else table.map(step.at, step.to, READ | WRITE);
      return null;
    }
    case 'parent': {
      const gone = calls.unmap(gpa, step.at, page);
      if (!gone.ok) ok(calls.map(gpa, { iova: step.at, vaddr: RAM + 0x1000_0000n + step.at, size: page }));
      return gone.ok ? { who: () => true, pages } : null;
    }
    case 'space': {
      const { child, pasid } = spaces[step.space] as Guest['spaces'][number];
      const range = { granularity: uapi.IOAS_INV_GRANU_ADDR, addr: step.at ?? 0n, size: page };
      ok(calls.invalidate(child, step.at === null ? {} : range));
      return { who: (asker) => asker.pasid === pasid, pages: step.at === null ? pages : [step.at] };
    }
    case 'device': {
      const device = [d1, d2][step.device] as IoasDevice;
      ok(calls.invalidateDevice(labelOf(device)));
      return { who: (asker) => asker.device === device, pages };
    }
    case 'hardware': {
      const { child, asid, pasid } = spaces[step.space] as Guest['spaces'][number];
      const device = [d1, d2][step.device] as IoasDevice;
      if (driver.commandsFor === 'child') {
        const request = step.at === null ? vtd(0n, 2n ** 64n - 1n) : vtd(step.at, 1n);
        ok(calls.invalidateHardware(child, uapi.IOAS_HW_VTD_S1, [request]).result);
        return { who: (asker) => asker.pasid === pasid, pages: step.at === null ? pages : [step.at] };
      }
      const address = step.at ?? 0n;
      const label = Number(labelOf(device));
      const size = step.at === null ? atcAll : 0;
      const commands = [
        step.at === null
          ? smmu(uapi.IOAS_SMMUV3_TLBI_NH_ASID, { asid })
          : smmu(uapi.IOAS_SMMUV3_TLBI_NH_VA, { asid, address }),
        smmu(uapi.IOAS_SMMUV3_ATC_INV, { label, ssid: pasid, address, size }),
      ];
      if (bench.calls.invalidateHardware(gpa, uapi.IOAS_HW_SMMUV3, commands).done < 2) return null;
      const who = (asker: Asker): boolean => asker.device === device && asker.pasid === pasid;
      return { who, pages: step.at === null ? pages : [step.at] };
    }
  }
}

describe('no stale translation', () => {
  it('row 28: is reachable after the invalidation that covers it, and none leads to memory that was taken away', () => {
    fc.assert(
      fc.property(fc.constantFrom(...drivers), fc.array(step, { maxLength: 40 }), (driver, steps) => {
        const world = guest(driver);
        for (const step of steps) {
          const cover = perform(world, step);
          for (const asker of world.askers.filter((one) => cover?.who(one) ?? false)) {
            for (const at of cover?.pages ?? []) {
              // A look that leaves no entries behind, so that later steps find what they would have found.
              const cached = asker.device.hw.atc.get((asker.pasid ?? -1) + 1, at) ?? null;
              const translated = cached?.address ?? world.unit.iotlb.get(keyOf(asker), at)?.address ?? null;
              if (translated !== null) expect(translated).toBe(truth(world, asker, at));
            }
          }
          const mapped = world.bench.file.context.spaces[0]?.mapped.areas;
          const held = [world.unit.iotlb, world.d1.hw.atc, world.d2.hw.atc].flatMap((cache) =>
            cache.entries(),
          );
          for (const { page: entry } of held) {
            const areas = [...(mapped?.entries() ?? [])];
            const backed = areas.some(
              ({ start, last, value }) =>
                entry.address >= value.address && entry.address <= value.address + (last - start),
            );
            expect(backed).toBe(true);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('row 29: an invalidation of one device touches no entry of the other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...drivers),
        fc.array(step, { maxLength: 25 }),
        fc.nat({ max: 1 }),
        (driver, steps, which) => {
          const world = guest(driver);
          for (const step of steps) perform(world, step);
          const other = [world.d2, world.d1][which] as IoasDevice;
          const owned = () => [
            other.hw.atc.entries(),
            world.unit.iotlb.entries().filter(({ key }) => Math.floor(key / 2 ** 21) === other.hw.sid),
          ];
          const before = owned();
          perform(world, { op: 'device', device: which });
          expect(owned()).toEqual(before);
        },
      ),
      { numRuns: 100 },
    );
  });
});

function keyOf({ device, pasid }: Asker): number {
  return device.hw.sid * 2 ** 21 + (pasid === null ? 0 : pasid + 1);
}

describe('information', () => {
  const sizes = fc.constantFrom(1n << 12n, (1n << 12n) | (1n << 21n), 1n << 16n, (1n << 16n) | (1n << 21n));
  const reserved = fc
    .array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 20 })), { maxLength: 3 })
    .map((list) =>
      list.map(([at, length]) => ({ start: BigInt(at) * page, last: BigInt(at + length + 1) * page - 1n })),
    );
  const device = fc.record({ sizes, reserved, width: fc.constantFrom(20, 39, 48) });
  const kind = fc.constantFrom(smmuv3Driver, vtdDriver, plainDriver);

  it('row 17: what is said about pages and ranges is what mapping accepts and refuses', () => {
    fc.assert(
      fc.property(
        kind,
        fc.array(device, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat({ max: 260 }), fc.nat({ max: 40 })), { minLength: 1, maxLength: 8 }),
        (driver, devices, asks) => {
          const bench = new Bench();
          const ioas = ok(bench.calls.alloc());
          let wanted = 2n ** 64n - 1n;
          for (const [i, { sizes: pageSizes, reserved, width }] of devices.entries()) {
            const unit = bench.addUnit(`u${i}`, { ...driver, pageSizes, addrWidth: width });
            const one = bench.device(`e${i}`, { sid: i, unit, reserved });
            ok(bench.calls.bind(one, BigInt(i)));
            const common = wanted & pageSizes;
            const result = bench.calls.attach(one, ioas);
            expect(result.ok).toBe(common !== 0n);
            if (result.ok) wanted = common;
          }
          const said = told(ok(bench.calls.info(ioas)));
          const bitmap = said.get(uapi.IOAS_CAP_PAGE_SIZES)?.body?.['bitmap'] as bigint;
          expect(bitmap).toBe(wanted);
          const permitted = said.get(uapi.IOAS_CAP_IOVA_RANGE)?.ranges ?? [];
          const holes = said.get(uapi.IOAS_CAP_RESERVED)?.ranges ?? [];
          expect(said.has(uapi.IOAS_CAP_TYPE1)).toBe(true);
          for (const [at, length] of asks) {
            const [iova, size] = [BigInt(at) * page, BigInt(length + 1) * page];
            const aligned = (iova | size) % (bitmap & -bitmap) === 0n;
            const last = iova + size - 1n;
            const free = permitted.some(({ start, end }) => start <= iova && last <= end);
            expect(free && holes.some(({ start, end }) => start <= last && iova <= end)).toBe(false);
            const result = bench.calls.map(ioas, { iova, vaddr: RAM, size });
            expect(result.ok).toBe(aligned && free);
            if (result.ok) ok(bench.calls.unmap(ioas, iova, size));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('row 15: what is said about nesting, formats and children is what the calls do', () => {
    fc.assert(
      fc.property(kind, fc.nat({ max: 3 }), (driver, children) => {
        const bench = new Bench({ driver });
        const { calls, d1 } = bench;
        const gpa = bench.guest([d1]);
        const said = told(ok(calls.info(gpa)));
        const flags = Number(said.get(uapi.IOAS_CAP_NESTING)?.body?.['flags'] ?? 0);
        const first = calls.createNesting(gpa);
        expect(first.ok).toBe(flags !== 0);
        const child = ok(first);
        ok(calls.attach(d1, child));
        for (let i = 0; i < children; i++) ok(calls.createNesting(gpa));
        expect(told(ok(calls.info(gpa))).get(uapi.IOAS_CAP_CHILDREN)?.body?.['count']).toBe(children + 1);
        const of = told(ok(calls.info(child)));
        const hardware = (flags & uapi.IOAS_NESTING_HARDWARE) !== 0;
        expect([of.has(uapi.IOAS_CAP_TYPE1), of.has(uapi.IOAS_CAP_PGTABLE)]).toEqual([!hardware, hardware]);
        expect(calls.map(child, { iova: 0n, vaddr: 0n, size: 0x20_0000n }).ok).toBe(!hardware);
        const formats = [...of.values()].flatMap(({ body }) => body?.['format'] ?? []);
        for (let format = 0; format < 7; format++) {
          const table = format === uapi.IOAS_FORMAT_SMMUV3_CD;
          const result = table
            ? calls.bindPasidTable(child, { format, addr: 0n, pasidBits: 1 })
            : calls.bindPgtable(child, { format, addr: 0n });
          expect([format, result.ok]).toEqual([format, formats.includes(format)]);
          if (result.ok) ok(table ? calls.unbindPasidTable(child) : calls.unbindPgtable(child));
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a call that fails', () => {
  const word = fc.oneof(
    fc.nat({ max: 8 }).map(BigInt),
    fc.constantFrom(page, RAM, 0xd1n, 2n ** 64n - 1n),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );
  const bytes = fc.array(word, { minLength: 8, maxLength: 8 });
  const call = fc.constantFrom(
    ...Object.values(operations)
      .map(({ cmd }) => cmd)
      .filter((cmd) => cmd !== uapi.IOAS_HW_INVALIDATE),
    uapi.IOAS_GET_INFO,
    uapi.IOAS_DEVICE_GET_INFO,
  );

  it('leaves no trace, whatever the bytes of its argument', () => {
    fc.assert(
      fc.property(
        kindOf(),
        fc.array(fc.tuple(call, bytes, fc.boolean()), { maxLength: 12 }),
        (driver, asks) => {
          const bench = new Bench({ driver });
          const gpa = bench.guest();
          const child = ok(bench.calls.createNesting(gpa));
          ok(bench.calls.attach(bench.d1, child));
          reach(bench.d1, 0x1000n);
          for (const [cmd, words, tidy] of asks) {
            const argument = new Uint8Array(64);
            const view = new DataView(argument.buffer);
            for (const [i, value] of words.entries()) view.setBigUint64(i * 8, value, true);
            view.setUint32(0, 64, true);
            const size = Object.values(operations).find((one) => one.cmd === cmd)?.size ?? 64;
            if (tidy) {
              argument.fill(0, size);
              view.setUint32(4, view.getUint32(4, true) & 3, true);
              view.setUint32(8, [gpa, child][view.getUint32(8, true) % 2] as number, true);
            }
            const before = stateOf(bench);
            const result = bench.ioctl(cmd, argument);
            if (result.errno !== null) expect(stateOf(bench)).toEqual(before);
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  function kindOf() {
    return fc.constantFrom(smmuv3Driver, vtdDriver, plainDriver);
  }
});
