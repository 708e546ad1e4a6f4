import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import {
  amdFormat,
  contextDescriptorWords,
  IoasDevice,
  Kvm,
  type PageTableFormat,
  plainDriver,
  smmuFormat,
  smmuv3Driver,
  vtdDriver,
  vtdFormat,
} from '../../src/ioas/index.ts';
import { Bench, errnoOf, labelOf, ok, RAM, RAM_SIZE, READ, reach, WRITE } from './workbench.ts';

const GiB = 0x4000_0000n;
const vendors: readonly (readonly [string, typeof smmuv3Driver, PageTableFormat])[] = [
  ['smmuv3', smmuv3Driver, smmuFormat],
  ['vtd', vtdDriver, vtdFormat],
  ['amd', { ...vtdDriver, name: 'amd', hwType: 0, pageTables: [amdFormat] }, amdFormat],
];

describe('flows of version 1', () => {
  it('row 21: flow 5.1, one address space for all devices', () => {
    const bench = new Bench();
    const { calls, d1, d2, file } = bench;
    const gpa = bench.guest([d1]);
    expect(reach(d1, 0x1000n)).toBe(0x4000_1000n);
    const pinned = file.context.pinned.pages;
    expect(pinned).toBe(GiB / 4096n);
    ok(calls.bind(d2, 2n));
    ok(calls.attach(d2, gpa));
    expect(reach(d2, 0x1000n)).toBe(0x4000_1000n);
    expect(file.context.pinned.pages).toBe(pinned);
  });

  it('row 21: flow 5.2, two roots, with memory that is registered and so pinned once', () => {
    const flow = (register: boolean): bigint => {
      const bench = new Bench();
      const { calls, d1, d2, file } = bench;
      for (const device of [d1, d2]) ok(calls.bind(device, labelOf(device)));
      if (register) ok(calls.registerMemory(RAM, RAM_SIZE));
      const gpa = ok(calls.alloc());
      for (const device of [d1, d2]) ok(calls.attach(device, gpa));
      ok(calls.map(gpa, { iova: 0n, vaddr: RAM, size: RAM_SIZE }));
      const giova = ok(calls.alloc());
      ok(calls.detach(d2, gpa));
      ok(calls.attach(d2, giova));
      ok(calls.map(giova, { iova: 0x2000n, vaddr: 0x4000_1000n, size: 0x1000n }));
      expect(reach(d2, 0x2000n)).toBe(0x4000_1000n);
      expect(reach(d1, 0x2000n)).toBe(0x4000_2000n);
      expect(reach(d2, 0n)).toBeNull();
      return file.context.pinned.pages;
    };
    expect(flow(true)).toBe(GiB / 4096n);
    expect(flow(false)).toBe(GiB / 4096n + 1n);
  });

  it('row 22: flow 5.3, nesting in software, where the shadow follows both levels', () => {
    const bench = new Bench({ driver: plainDriver });
    const { calls, d2, file } = bench;
    const gpa = bench.guest();
    const giova = ok(calls.createNesting(gpa));
    ok(calls.attach(d2, giova));
    const pinned = file.context.pinned.pages;
    ok(calls.map(giova, { iova: 0x2000n, vaddr: 0x1000n, size: 0x1000n }));
    expect(reach(d2, 0x2000n)).toBe(0x4000_1000n);
    expect(reach(d2, 0x1000n)).toBeNull();
    expect(file.context.pinned.pages).toBe(pinned);
    ok(calls.unmap(gpa, 0n, RAM_SIZE));
    expect(reach(d2, 0x2000n)).toBeNull();
    ok(calls.map(gpa, { iova: 0x1000n, vaddr: 0x5000_0000n, size: 0x1000n, flags: READ }));
    expect(reach(d2, 0x2000n)).toBe(0x5000_0000n);
    expect(d2.dma(null, 0x2000n, WRITE)).toMatchObject({ reason: 'denied' });
    ok(calls.unmap(giova, 0x2000n, 0x1000n));
    expect(reach(d2, 0x2000n)).toBeNull();
  });

  it.each(vendors)(
    'row 23: flow 5.4, nesting in hardware: two stages are walked (%s)',
    (_, driver, format) => {
      const bench = new Bench({ driver });
      const { calls, d1, d2 } = bench;
      const gpa = bench.guest();
      const giova = ok(calls.createNesting(gpa));
      const table = bench.table(format);
      const bound = { format: format.id, addr: table.root };
      expect(calls.bindPgtable(gpa, bound)).toMatchObject({ errno: 'EINVAL', check: 'nested' });
      ok(calls.attach(d2, giova));
      expect(reach(d2, 0x2000n)).toBeNull();
      ok(calls.bindPgtable(giova, bound));
      expect(errnoOf(calls.bindPgtable(giova, bound))).toBe('EBUSY');
      table.map(0x2000n, 0x1000n, READ | WRITE);
      table.map(0x20_0000n, 0x40_0000n, READ, 2);
      expect(reach(d2, 0x2004n)).toBe(0x4000_1004n);
      expect(reach(d2, 0x2f_f008n)).toBe(RAM + 0x4f_f008n);
      expect(d2.dma(null, 0x2f_f000n, WRITE)).toMatchObject({ reason: 'denied' });
      expect(reach(d1, 0x2000n)).toBe(0x4000_2000n);
      // Before the guest says so, what was cached may still be used; afterwards it is gone.
      table.map(0x2000n, 0x7000n, READ | WRITE);
      expect(reach(d2, 0x2000n)).toBe(0x4000_1000n);
      ok(calls.invalidate(giova, { granularity: uapi.IOAS_INV_GRANU_ADDR, addr: 0x2000n, size: 0x1000n }));
      expect(reach(d2, 0x2000n)).toBe(0x4000_7000n);
      // A hole of the parent is a fault, for the page and for the tables, and never an address of the process.
      table.map(0x5000n, RAM_SIZE + 0x1000n, READ);
      expect(reach(d2, 0x5000n)).toBeNull();
      table.map(0x6000n, RAM, READ);
      expect(reach(d2, 0x6000n)).toBeNull();
    },
  );

  it('row 23: a device is attached to the parent before the child', () => {
    const bench = new Bench();
    const { calls, d1, d2 } = bench;
    const gpa = bench.guest([d1]);
    ok(calls.bind(d2, 2n));
    const child = ok(calls.createNesting(gpa));
    expect(calls.attach(d2, child)).toMatchObject({ errno: 'EINVAL', check: 'parent-first' });
    ok(calls.attach(d1, child));
    expect(calls.detach(d1, gpa)).toMatchObject({ errno: 'EBUSY' });
  });

  it('row 24: version 2 makes a child with its table in one call, with the same translations', () => {
    const results = [false, true].map((atOnce) => {
      const bench = new Bench();
      const { calls, d2 } = bench;
      const gpa = bench.guest();
      const table = bench.table(smmuFormat);
      table.map(0x2000n, 0x1000n, READ);
      const format = smmuFormat.id;
      const flags = uapi.IOAS_ALLOC_NESTED | uapi.IOAS_ALLOC_USER_PGTABLE;
      const giova = atOnce
        ? ok(calls.alloc({ flags, parent: gpa, format, addr: table.root }))
        : ok(calls.createNesting(gpa));
      ok(calls.attach(d2, giova));
      if (!atOnce) ok(calls.bindPgtable(giova, { format, addr: table.root }));
      return [0x2000n, 0x2fffn, 0x3000n].map((address) => reach(d2, address));
    });
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toEqual([0x4000_1000n, 0x4000_1fffn, null]);
    const { calls } = new Bench();
    const root = calls.alloc({ flags: uapi.IOAS_ALLOC_USER_PGTABLE, format: smmuFormat.id });
    expect(root).toMatchObject({ errno: 'EINVAL', check: 'root-by-kernel' });
  });

  it('row 34: flow 5.5, a process of the guest behind a PASID of a device', () => {
    const bench = new Bench();
    const { calls, d1, d2 } = bench;
    const gpa = bench.guest();
    const gva = ok(calls.createNesting(gpa));
    ok(calls.attach(d1, gva, 5));
    const table = bench.table(smmuFormat);
    table.map(0x7fff_f000n, 0x3000n, READ);
    ok(calls.bindPgtable(gva, { format: smmuFormat.id, addr: table.root }));
    expect(reach(d1, 0x7fff_f000n, 5)).toBe(0x4000_3000n);
    expect(reach(d1, 0x7fff_f000n)).toBeNull();
    expect(reach(d1, 0x3000n)).toBe(0x4000_3000n);
    expect(reach(d1, 0x7fff_f000n, 6)).toBeNull();
    expect(reach(d2, 0x7fff_f000n, 5)).toBeNull();
    const kvm = new Kvm(bench.machine);
    const map = { argsz: 16, iommu_fd: bench.file.fd, ioas: gva, user_pasid: 5 };
    expect(kvm.map(map)).toBe(0);
    expect(kvm.lookup(5)).toBe(5);
  });

  it('row 36: flow 5.7, a PASID table of the guest decides for all PASIDs', () => {
    const bench = new Bench();
    const { calls, d1, d2, unit } = bench;
    const gpa = bench.guest();
    const pt = ok(calls.createNesting(gpa));
    ok(calls.attach(d1, pt));
    const tables = [bench.table(smmuFormat), bench.table(smmuFormat)];
    const base = bench.guestPage();
    ok(calls.bindPasidTable(pt, { format: uapi.IOAS_FORMAT_SMMUV3_CD, addr: base, pasidBits: 3 }));
    const setPasid = (pasid: number, root: bigint | null) =>
      bench.poke(
        RAM + base + BigInt(pasid) * 64n,
        root === null ? [0n, 0n] : [...contextDescriptorWords({ asid: pasid + 1, root })],
      );
    for (const [pasid, table] of tables.entries()) {
      table.map(0x1000n, 0x10_0000n * BigInt(pasid + 1), READ);
      setPasid(pasid, table.root);
    }
    expect(reach(d1, 0x1000n)).toBe(RAM + 0x10_0000n);
    expect(reach(d1, 0x1000n, 0)).toBe(RAM + 0x10_0000n);
    expect(reach(d1, 0x1000n, 1)).toBe(RAM + 0x20_0000n);
    expect([reach(d1, 0x1000n, 2), reach(d1, 0x1000n, 9)]).toEqual([null, null]);
    expect(reach(d2, 0x1000n)).toBe(RAM + 0x1000n);
    expect(calls.attach(d1, gpa, 4)).toMatchObject({ errno: 'EINVAL', check: 'delegated' });
    // Entry 1 goes: cached until the PASID cache is invalidated.
    setPasid(1, null);
    expect(reach(d1, 0x1000n, 1)).toBe(RAM + 0x20_0000n);
    const before = unit.log.length;
    const others = unit.iotlb.entries().filter(({ key }) => Math.floor(key / 2 ** 21) === d2.hw.sid);
    ok(calls.invalidate(pt));
    expect(others.length).toBe(1);
    expect(unit.iotlb.entries()).toEqual(others);
    expect(unit.log.slice(before).map(({ op }) => op)).toEqual(['CFGI', 'TLBI']);
    expect(reach(d1, 0x1000n, 1)).toBeNull();
    expect(reach(d1, 0x1000n)).toBe(RAM + 0x10_0000n);
    ok(calls.unbindPasidTable(pt));
    expect(reach(d1, 0x1000n)).toBeNull();
  });

  it('row 21: the code of 2021 from bind to close', () => {
    const { calls, d1 } = new Bench({ profile: 's21' });
    const id = ok(calls.bind(d1, 0xabn));
    ok(calls.deviceInfo({ label: 0xabn }));
    expect(calls.checkExtension(uapi.IOAS_EXT_MAP_TYPE1V2)).toBe(1);
    const flags = uapi.IOAS_ALLOC_ENFORCE_SNOOP;
    expect(errnoOf(calls.alloc())).toBe('EINVAL');
    expect(errnoOf(calls.alloc({ flags }))).toBe('EINVAL');
    const type = uapi.IOAS_TYPE_KERNEL_TYPE1V2;
    const wide = ok(calls.alloc({ flags, type, addr_width: 57 }));
    expect(errnoOf(calls.attach(d1, wide))).toBe('EINVAL');
    const ioas = ok(calls.alloc({ flags, type, addr_width: 48 }));
    const page = { iova: 0n, vaddr: RAM, size: 0x1000n };
    expect(errnoOf(calls.map(ioas, page))).toBe('EINVAL');
    ok(calls.attach(d1, ioas));
    expect(errnoOf(calls.attach(d1, ioas))).toBe('EBUSY');
    ok(calls.map(ioas, page));
    expect(errnoOf(calls.free(ioas))).toBe('EBUSY');
    ok(calls.unmap(ioas, 0n, 0x1000n));
    ok(calls.detach(d1, ioas));
    ok(calls.free(ioas));
    expect(id).toBeGreaterThan(0);
    ok(calls.close());
  });
});

describe('PASIDs', () => {
  it('row 34: a whole device uses the PASID of its user, a mediated one another', () => {
    const bench = new Bench();
    const { calls, machine, d1 } = bench;
    const gpa = bench.guest([d1]);
    const gva = ok(calls.createNesting(gpa));
    ok(calls.attach(d1, gva, 7));
    expect(d1.busPasid(7)).toBe(7);
    expect(errnoOf(calls.attach(d1, gva, 7))).toBe('EBUSY');
    expect(errnoOf(calls.attach(d1, gva, 1 << 20))).toBe('EINVAL');
    const { hw: parent } = bench.device('c', { sid: 0x40 });
    const [m1, m2] = ['m1', 'm2'].map(
      (name) => new IoasDevice(machine, { name, hw: parent, mediated: true }),
    ) as [IoasDevice, IoasDevice];
    for (const [label, device] of [m1, m2].entries()) {
      ok(calls.bind(device, BigInt(label + 100)));
      ok(calls.attach(device, gpa));
      ok(calls.attach(device, gva, 7));
    }
    expect(m1.busPasid(7)).not.toBe(m2.busPasid(7));
    expect(m1.busPasid(null)).not.toBe(m2.busPasid(null));
    expect(reach(m1, 0x1000n)).toBe(RAM + 0x1000n);
  });

  it('row 34: ENQCMD has one PASID for all mediated devices, and does not mix with whole ones', () => {
    const bench = new Bench();
    const { calls, machine } = bench;
    const gpa = bench.guest([bench.d1]);
    const gva = ok(calls.createNesting(gpa));
    const parents = [0x40, 0x50].map((sid) => bench.device(`b${sid}`, { sid }).hw);
    const mediated = parents.map(
      (hw, i) => new IoasDevice(machine, { name: `e${i}`, hw, mediated: true, enqcmd: true }),
    );
    for (const [i, device] of mediated.entries()) {
      ok(calls.bind(device, BigInt(i + 50)));
      ok(calls.attach(device, gpa));
      ok(calls.attach(device, gva, 9));
    }
    expect(mediated[0]?.busPasid(9)).toBe(mediated[1]?.busPasid(9));
    expect(mediated[0]?.busPasid(9)).not.toBe(9);
    const whole = bench.device('f', { sid: 0x60 }, { enqcmd: true });
    ok(calls.bind(whole, 60n));
    ok(calls.attach(whole, gpa));
    expect(calls.attach(whole, gva, 9)).toMatchObject({ errno: 'EINVAL', check: 'no-mix' });
    expect(whole.attachments.length).toBe(1);
  });

  it('row 34: devices without PASIDs get none', () => {
    const bench = new Bench();
    const plain = bench.device('a', { sid: 1, pasidBits: 0 });
    const gpa = bench.guest([plain]);
    expect(errnoOf(bench.calls.attach(plain, gpa, 1))).toBe('EOPNOTSUPP');
  });

  it('row 35: a virtual machine learns a PASID that is attached, and forgets it again', () => {
    const bench = new Bench();
    const { calls, machine, d1, file } = bench;
    const gpa = bench.guest([d1]);
    const gva = ok(calls.createNesting(gpa));
    const kvm = new Kvm(machine);
    const map = { argsz: 16, iommu_fd: file.fd, ioas: gva, user_pasid: 3 };
    expect(kvm.map(map)).toMatchObject({ errno: 'EINVAL', check: 'attached-with-pasid' });
    ok(calls.attach(d1, gva, 3));
    expect(kvm.map({ ...map, iommu_fd: 99 })).toMatchObject({ errno: 'EBADF' });
    expect(kvm.map({ ...map, ioas: 99 })).toMatchObject({ errno: 'ENOENT' });
    expect(kvm.map(map)).toBe(0);
    expect(kvm.lookup(3)).toBe(3);
    expect(kvm.unmap(map)).toBe(0);
    expect(kvm.lookup(3)).toBeNull();
    expect(kvm.unmap(map)).toMatchObject({ errno: 'ENOENT' });
  });
});
