import { describe, expect, it } from 'vitest';
import { buildSpace } from '../../src/chain/build.ts';
import { decodeSpace, encodeSpace } from '../../src/chain/space.ts';
import { compileSpace } from '../../src/chain/space-format.ts';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { elementsOf, plainDriver, smmuv3Driver, vtdDriver } from '../../src/ioas/index.ts';
import { abis } from '../../src/layout/abi.ts';
import { codecsOf } from '../chain/spaces.ts';
import { capabilitiesIn, capabilityMap, deviceInfo, ioasInfo, model, told } from './reply.ts';
import { Bench, errnoOf, labelOf, ok, RAM } from './workbench.ts';

const apic = { start: 0xfee0_0000n, last: 0xfeef_ffffn };

/** A device of the code of 2021: 48 bits, and the range of the APIC reserved. */
function s21() {
  const bench = new Bench({ profile: 's21' });
  const device = bench.device('a', { sid: 1, reserved: [apic] });
  ok(bench.calls.bind(device, 0xan));
  const ask = (argsz: number) => {
    const bytes = new Uint8Array(Math.max(argsz, 32));
    uapi.encodeIoasDeviceInfo({ argsz, dev_cookie: 0xan }, new DataView(bytes.buffer));
    const { out, errno } = bench.ioctl(uapi.IOAS_DEVICE_GET_INFO, bytes);
    return { errno, out, info: uapi.decodeIoasDeviceInfo(new DataView(out.buffer)) };
  };
  return { bench, ask };
}

describe('the chain', () => {
  it('row 8: a device of 48 bits with one hole gives the golden bytes', () => {
    const { ask } = s21();
    const { out, info } = ask(80);
    expect(info.flags & uapi.IOAS_DEVICE_INFO_CAPS).not.toBe(0);
    expect(info).toMatchObject({ argsz: 80, cap_offset: 32, addr_width: 48 });
    const hex = Buffer.from(out.subarray(32)).toString('hex');
    expect(hex).toBe(
      '0100' +
        '0100' +
        '00000000' +
        '02000000' +
        '00000000' +
        '0000000000000000' +
        'ffffdffe00000000' +
        '0000f0fe00000000' +
        'ffffffffffff0000',
    );
    const ranges = capabilitiesIn(deviceInfo, out).get(uapi.IOAS_CAP_IOVA_RANGE)?.ranges;
    expect(ranges).toEqual([
      { start: 0n, end: 0xfedf_ffffn },
      { start: 0xfef0_0000n, end: 2n ** 48n - 1n },
    ]);
  });

  it('row 9: a buffer that is too small tells how large it must be, without an error', () => {
    const { ask } = s21();
    const first = ask(32);
    expect(first.errno).toBeNull();
    expect(first.info).toMatchObject({ argsz: 80, cap_offset: 0 });
    expect(first.info.flags & uapi.IOAS_DEVICE_INFO_CAPS).not.toBe(0);
    expect(ask(79).info).toMatchObject({ argsz: 80, cap_offset: 0 });
    expect(ask(first.info.argsz).info).toMatchObject({ argsz: 80, cap_offset: 32 });
    expect(ask(4096).info).toMatchObject({ argsz: 80, cap_offset: 32 });
    expect(ask(31).errno).toBe('EINVAL');
  });

  it('row 9: IOAS_GET_INFO does the same, and writes no byte beyond what the caller has', () => {
    const bench = new Bench();
    const gpa = bench.guest();
    const whole = ok(bench.calls.info(gpa)).write(1 << 16);
    for (let argsz = 16; argsz <= whole.length + 8; argsz++) {
      const bytes = new Uint8Array(4096).fill(0xee);
      uapi.encodeIoasInfo({ argsz, ioas: gpa }, new DataView(bytes.buffer));
      const { errno, out } = bench.ioctl(uapi.IOAS_GET_INFO, bytes);
      expect(errno).toBeNull();
      const info = uapi.decodeIoasInfo(new DataView(out.buffer));
      expect(info).toMatchObject({ argsz: whole.length, cap_offset: argsz < whole.length ? 0 : 16 });
      expect(out.subarray(argsz).every((byte) => byte === 0xee)).toBe(true);
    }
  });

  it('row 10: whatever a hostile chain says, decoding ends with an issue and reads nothing outside', () => {
    const bench = new Bench();
    const bytes = ok(bench.calls.info(bench.guest())).write(1 << 16);
    const broken = (change: (view: DataView) => void, length = bytes.length) => {
      const copy = bytes.slice(0, length);
      change(new DataView(copy.buffer));
      return decodeSpace(ioasInfo.space, copy);
    };
    const next = 16 + 4;
    for (const space of [
      broken((view) => view.setUint32(next, 8, true)),
      broken((view) => view.setUint32(next, 16, true)),
      broken((view) => view.setUint32(next, 33, true)),
      broken((view) => view.setUint32(next, 0xffff_fff8, true)),
      broken((view) => view.setUint32(12, bytes.length, true)),
      broken((view) => view.setUint32(12, 0xffff_fff8, true)),
      broken((view) => view.setUint32(16 + 8, 0xffff_ffff, true)),
      broken(() => {}, bytes.length - 8),
    ]) {
      expect(space.issues.length).toBeGreaterThan(0);
    }
  });

  it('row 11: capabilities that nobody knows are kept, and come out as they went in', () => {
    const bench = new Bench();
    const bytes = ok(bench.calls.info(bench.guest())).write(1 << 16);
    const known = decodeSpace(ioasInfo.space, bytes);
    const elements = known.chains.flatMap((chain) => chain.elements);
    const unknown = new Uint8Array(24).fill(7);
    const raw = { id: 0x7fff, version: 9, bytes: unknown };
    const space = buildSpace(ioasInfo.space, {
      head: known.head?.value ?? {},
      chains: { ioas_info_caps: [...elements.slice(0, 1), raw, ...elements.slice(1)] },
    });
    const mixed = encodeSpace(ioasInfo.space, space);
    const again = decodeSpace(ioasInfo.space, mixed);
    expect(again.issues).toEqual([]);
    const ids = again.chains.flatMap((chain) => chain.elements.map(({ id }) => id));
    expect(ids.filter((id) => id !== 0x7fff)).toEqual(elements.map(({ id }) => id));
    expect(again.chains[0]?.elements[1]).toMatchObject({ id: 0x7fff, version: 9, value: null });
    expect(encodeSpace(ioasInfo.space, again)).toEqual(mixed);
  });
});

describe('the forms of PCI', () => {
  const parts = { abi: abis.lp64, codecs: codecsOf(model, abis.lp64) };
  const forms = [
    ['pci', 'ioas_pci_caps', 256],
    ['ext', 'ioas_ext_caps', 4096],
  ] as const;

  it.each(forms)(
    'row 12: the same capabilities in the form %s say the same and come back the same',
    (form, chain, size) => {
      const space = compileSpace(model, { ...parts, head: 'ioas_config_space', chains: [chain] });
      const bench = new Bench();
      ok(bench.calls.bind(bench.d1, 1n));
      const reply = ok(bench.calls.deviceInfo({ label: 1n }));
      const wanted = told(reply, deviceInfo);
      const head = { has_list: form === 'pci' ? 1 : 0 };
      const capabilities = form === 'pci' ? reply.capabilities.slice(0, 6) : reply.capabilities;
      const built = buildSpace(space, { size, head, chains: { [chain]: elementsOf(capabilities, form) } });
      const bytes = encodeSpace(space, built);
      expect(bytes.length).toBe(size);
      const read = decodeSpace(space, bytes);
      expect(read.issues).toEqual([]);
      expect(encodeSpace(space, read)).toEqual(bytes);
      const found = capabilityMap(read);
      expect([...found.keys()]).toEqual([...wanted.keys()].slice(0, found.size));
      expect(found.size).toBe(capabilities.length);
      for (const [id, { ranges, body }] of found)
        expect([ranges, body]).toEqual([wanted.get(id)?.ranges, wanted.get(id)?.body]);
    },
  );

  it('row 12: lists end where a pointer is 0, and do not go round', () => {
    const space = compileSpace(model, { ...parts, head: 'ioas_config_space', chains: ['ioas_pci_caps'] });
    const bytes = new Uint8Array(256);
    bytes.set([0x40, 1], 0x34);
    bytes.set([0x7f, 0x00], 0x40);
    expect(decodeSpace(space, bytes)).toMatchObject({ issues: [], chains: [{ elements: [{ id: 0x7f }] }] });
    bytes.set([0x7f, 0x40], 0x40);
    expect(decodeSpace(space, bytes).issues).toMatchObject([{ code: 'self-link' }]);
    bytes.set([0x7f, 0x48], 0x40);
    bytes.set([0x7f, 0x40], 0x48);
    expect(decodeSpace(space, bytes).issues).toMatchObject([{ code: 'loop' }]);
  });
});

describe('what is told', () => {
  it('row 6: nothing is known about an address space before a device is attached', () => {
    const { calls, d1 } = new Bench();
    const ioas = ok(calls.alloc());
    expect(calls.info(ioas)).toMatchObject({ errno: 'ENODEV', check: 'attached' });
    ok(calls.bind(d1, 1n));
    expect(errnoOf(calls.info(ioas))).toBe('ENODEV');
    ok(calls.attach(d1, ioas));
    expect(told(ok(calls.info(ioas))).size).toBeGreaterThan(3);
    ok(calls.detach(d1, ioas));
    expect(errnoOf(calls.info(ioas))).toBe('ENODEV');
  });

  it('row 7: everything about a device is known once it is bound', () => {
    const { calls, d1 } = new Bench();
    expect(errnoOf(calls.deviceInfo({ id: 1 }))).toBe('ENOENT');
    const id = ok(calls.bind(d1, 0xabn));
    expect(told(ok(calls.deviceInfo({ id })), deviceInfo).has(uapi.IOAS_CAP_TYPE1)).toBe(true);
    expect(errnoOf(calls.deviceInfo({ id: id + 1 }))).toBe('ENOENT');
    expect(errnoOf(calls.deviceInfo({ label: 2n ** 63n }))).toBe('ENOENT');
    const other = new Bench({ profile: 'v1' }).calls;
    expect(errnoOf(other.deviceInfo({ id }))).toBe('ENOTTY');
  });

  it('row 13: type 1 is there where mappings are taken, and not where the caller fills the table', () => {
    const { calls, d1 } = new Bench();
    ok(calls.bind(d1, 1n));
    const gpa = ok(calls.alloc());
    ok(calls.attach(d1, gpa));
    const child = ok(calls.createNesting(gpa));
    ok(calls.attach(d1, child));
    expect(told(ok(calls.info(gpa))).has(uapi.IOAS_CAP_TYPE1)).toBe(true);
    expect(told(ok(calls.info(child))).has(uapi.IOAS_CAP_TYPE1)).toBe(false);
    expect(errnoOf(calls.map(child, { iova: 0n, vaddr: 0n, size: 0x1000n }))).toBe('EOPNOTSUPP');
  });

  it.each([
    [smmuv3Driver, uapi.IOAS_CAP_FORMAT_SMMUV3_S1, uapi.IOAS_FORMAT_SMMUV3_S1, uapi.IOAS_FORMAT_VTD_S1],
    [vtdDriver, uapi.IOAS_CAP_FORMAT_VTD_S1, uapi.IOAS_FORMAT_VTD_S1, uapi.IOAS_FORMAT_SMMUV3_S1],
  ])(
    'row 14: formats are listed one by one, and only those can be bound ($name)',
    (driver, capability, format, wrong) => {
      const bench = new Bench({ driver });
      const { calls, d1, d3 } = bench;
      const gpa = bench.guest([d1]);
      ok(calls.bind(d3, labelOf(d3)));
      const device = told(ok(calls.deviceInfo({ label: labelOf(d1) })), deviceInfo);
      expect(device.get(uapi.IOAS_CAP_PGTABLE)?.body).toMatchObject({ nr_formats: 1 });
      expect(device.get(capability)?.body).toMatchObject({ format });
      const plain = told(ok(calls.deviceInfo({ label: labelOf(d3) })), deviceInfo);
      expect([uapi.IOAS_CAP_PGTABLE, uapi.IOAS_CAP_PASID_TABLE, capability].some((id) => plain.has(id))).toBe(
        false,
      );
      const child = ok(calls.createNesting(gpa));
      ok(calls.attach(d1, child));
      expect(told(ok(calls.info(child))).get(capability)?.body).toMatchObject({ format });
      const bad = calls.bindPgtable(child, { format: wrong, addr: 0x1000n });
      expect(bad).toMatchObject({ errno: 'EOPNOTSUPP', check: 'format-known' });
      ok(calls.bindPgtable(child, { format, addr: 0x1000n }));
      const delegates = told(ok(calls.info(child))).has(uapi.IOAS_CAP_PASID_TABLE);
      ok(calls.unbindPgtable(child));
      const args = { format: uapi.IOAS_FORMAT_SMMUV3_CD, addr: 0x2000n, pasidBits: 4 };
      expect(errnoOf(calls.bindPasidTable(child, args))).toBe(delegates ? null : 'EOPNOTSUPP');
    },
  );

  it('row 15: hardware that nests takes page tables, software takes mappings, and neither nests twice', () => {
    const bench = new Bench();
    const { calls, d1, d3 } = bench;
    const hardware = bench.guest([d1]);
    ok(calls.bind(d3, 3n));
    const software = ok(calls.alloc());
    ok(calls.attach(d3, software));
    const flagsOf = (ioas: number) => told(ok(calls.info(ioas))).get(uapi.IOAS_CAP_NESTING)?.body?.['flags'];
    expect(flagsOf(hardware)).toBe(uapi.IOAS_NESTING_HARDWARE);
    expect(flagsOf(software)).toBe(uapi.IOAS_NESTING_SOFTWARE);
    const [above, merged] = [ok(calls.createNesting(hardware)), ok(calls.createNesting(software))];
    ok(calls.attach(d1, above));
    ok(calls.attach(d3, merged));
    const page = { iova: 0n, vaddr: 0n, size: 0x1000n };
    expect(errnoOf(calls.map(above, page))).toBe('EOPNOTSUPP');
    ok(calls.map(merged, page));
    const format = uapi.IOAS_FORMAT_SMMUV3_S1;
    expect(calls.bindPgtable(merged, { format, addr: 0n })).toMatchObject({ errno: 'EOPNOTSUPP' });
    for (const child of [above, merged]) {
      expect(calls.createNesting(child)).toMatchObject({ errno: 'EINVAL', check: 'one-level' });
      expect(flagsOf(child)).toBeUndefined();
    }
  });

  it('row 16: page sizes are those that all devices have, and mappings keep to the smallest', () => {
    const bench = new Bench();
    const { calls, d1 } = bench;
    const gpa = bench.guest([d1]);
    const sizes = () => told(ok(calls.info(gpa))).get(uapi.IOAS_CAP_PAGE_SIZES)?.body?.['bitmap'];
    expect(sizes()).toBe((1n << 12n) | (1n << 21n) | (1n << 30n));
    expect(errnoOf(calls.map(gpa, { iova: 0x8000_1800n, vaddr: RAM, size: 0x1000n }))).toBe('EINVAL');
    const large = { ...smmuv3Driver, pageSizes: (1n << 16n) | (1n << 21n) };
    const few = bench.device('b', { sid: 7, unit: bench.addUnit('iommu2', large) });
    ok(calls.bind(few, 7n));
    ok(calls.attach(few, gpa));
    expect(sizes()).toBe(1n << 21n);
    expect(errnoOf(calls.map(gpa, { iova: 0x8000_1000n, vaddr: RAM, size: 0x1000n }))).toBe('EINVAL');
    ok(calls.map(gpa, { iova: 0x8000_0000n, vaddr: RAM, size: 0x20_0000n }));
  });

  it('row 17: reserved and permitted ranges are exact complements, narrow with a device and widen without', () => {
    const bench = new Bench();
    const { calls } = bench;
    const a = bench.device('a', { sid: 1, reserved: [apic] });
    const b = bench.device('b', { sid: 2, reserved: [{ start: 0x10_0000n, last: 0x1f_ffffn }] });
    ok(calls.bind(a, 1n));
    ok(calls.bind(b, 2n));
    const ioas = ok(calls.alloc());
    ok(calls.attach(a, ioas));
    const both = () => {
      const capabilities = told(ok(calls.info(ioas)));
      return [uapi.IOAS_CAP_IOVA_RANGE, uapi.IOAS_CAP_RESERVED].map(
        (id) => capabilities.get(id)?.ranges ?? [],
      );
    };
    const isComplement = () => {
      let at = 0n;
      for (const { start, end } of both()
        .flat()
        .sort((x, y) => (x.start < y.start ? -1 : 1))) {
        expect(start).toBe(at);
        at = end + 1n;
      }
      expect(at).toBe(1n << 48n);
    };
    isComplement();
    const before = both();
    const hole = { iova: 0x10_0000n, vaddr: RAM, size: 0x1000n };
    ok(calls.map(ioas, hole));
    expect(calls.attach(b, ioas)).toMatchObject({ errno: 'EINVAL' });
    ok(calls.unmap(ioas, hole.iova, hole.size));
    ok(calls.attach(b, ioas));
    isComplement();
    expect(both()[1]?.length).toBe(2);
    expect(calls.map(ioas, hole)).toMatchObject({ errno: 'EINVAL', check: 'permitted' });
    ok(calls.detach(b, ioas));
    expect(both()).toEqual(before);
    ok(calls.map(ioas, hole));
  });

  it('row 17: 64 bits are as wide as they are, without one address too many', () => {
    const bench = new Bench({ driver: { ...smmuv3Driver, addrWidth: 64 } });
    const ranges = told(ok(bench.calls.info(bench.guest()))).get(uapi.IOAS_CAP_IOVA_RANGE)?.ranges;
    expect(ranges).toEqual([{ start: 0n, end: 2n ** 64n - 1n }]);
  });

  it('row 18: children are counted', () => {
    const bench = new Bench({ driver: plainDriver });
    const { calls } = bench;
    const gpa = bench.guest();
    const count = () => told(ok(calls.info(gpa))).get(uapi.IOAS_CAP_CHILDREN)?.body?.['count'];
    expect(count()).toBe(0);
    const first = ok(calls.createNesting(gpa));
    ok(calls.createNesting(gpa));
    expect(count()).toBe(2);
    ok(calls.free(first));
    expect(count()).toBe(1);
    for (const device of [bench.d1, bench.d2]) ok(calls.detach(device, gpa));
    expect(calls.free(gpa)).toMatchObject({ errno: 'EBUSY', check: 'no-children' });
  });
});
