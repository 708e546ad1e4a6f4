import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { DeviceGroup, IoasCalls, IoasFile } from '../../src/ioas/index.ts';
import { Bench, errnoOf, ok, RAM, reach } from './workbench.ts';

describe('files and ids', () => {
  it('row 1: ids are valid only on their own file, and close frees everything', () => {
    const { machine, calls: f, d1 } = new Bench();
    const g = new IoasCalls(new IoasFile(machine));
    const [, second] = [ok(f.alloc()), ok(f.alloc())];
    ok(g.alloc());
    expect(errnoOf(g.free(second))).toBe('ENOENT');
    ok(f.bind(d1, 1n));
    ok(f.attach(d1, second));
    ok(f.map(second, { iova: 0n, vaddr: RAM, size: 0x1000n }));
    ok(f.close());
    expect(errnoOf(f.free(second))).toBe('EBADF');
    expect(errnoOf(f.close())).toBe('EBADF');
    expect(f.file.ioctl(uapi.IOAS_ALLOC, 0n).errno).toBe('EBADF');
    expect(f.file.read(0n, 40).errno).toBe('EBADF');
    expect(d1.bound).toBeNull();
    expect(f.file.context.objects.size).toBe(0);
    expect(f.file.context.pinned.pages).toBe(0n);
    ok(g.bind(d1, 1n));
  });

  it('row 1: ids of the code of 2021 that are none give EINVAL', () => {
    expect(errnoOf(new Bench({ profile: 's21' }).calls.free(5))).toBe('EINVAL');
  });

  it('row 2: an extension is there or not, and asking never fails', () => {
    const { calls, file } = new Bench();
    expect(calls.checkExtension(uapi.IOAS_EXT_MAP_TYPE1V2)).toBe(1);
    expect(calls.checkExtension(uapi.IOAS_EXT_DIRTY_TRACKING)).toBe(0);
    for (const arg of [0n, 4242n, 2n ** 64n - 1n]) {
      expect(file.ioctl(uapi.IOAS_CHECK_EXTENSION, arg)).toEqual({ ret: 0, errno: null, check: null });
    }
    const s21 = new Bench({ profile: 's21' }).calls;
    expect([
      s21.checkExtension(uapi.IOAS_EXT_MAP_TYPE1V2),
      s21.checkExtension(uapi.IOAS_EXT_NESTING),
    ]).toEqual([1, 0]);
  });

  it('row 41: names of version 1 and 2 mean the same calls', () => {
    expect(uapi.IOASID_ALLOC).toBe(uapi.IOAS_ALLOC);
    expect(uapi.IOASID_DMA_MAP).toBe(uapi.IOAS_MAP_DMA);
    expect(uapi.IOMMU_DEVICE_GET_INFO).toBe(uapi.IOAS_DEVICE_GET_INFO);
    expect(uapi.VFIO_ATTACH_IOASID).toBe(uapi.IOAS_DEVICE_ATTACH);
    expect(uapi.KVM_MAP_PASID).toBe(uapi.IOAS_KVM_MAP_PASID);
  });
});

describe('binding', () => {
  it('row 3: a device is bound once, with a label of its own, and known by its label and by its id', () => {
    const { calls, d1, d2 } = new Bench();
    const id = ok(calls.bind(d1, 0xabn));
    expect(ok(calls.deviceInfo({ id })).capabilities.length).toBeGreaterThan(0);
    expect(ok(calls.deviceInfo({ label: 0xabn })).capabilities.length).toBeGreaterThan(0);
    expect(errnoOf(calls.bind(d1, 0xcdn))).toBe('EBUSY');
    expect(errnoOf(calls.bind(d2, 0xabn))).toBe('EEXIST');
    ok(calls.bind(d2, 2n ** 64n - 1n));
    const bench = new Bench();
    ok(bench.calls.bind(bench.d1, 2n ** 64n - 1n));
    const bytes = new Uint8Array(32);
    uapi.encodeIoasDeviceInfo({ dev_cookie: 2n ** 64n - 1n }, new DataView(bytes.buffer));
    const { out, errno } = bench.ioctl(uapi.IOAS_DEVICE_GET_INFO, bytes);
    expect(errno).toBeNull();
    expect(uapi.decodeIoasDeviceInfo(new DataView(out.buffer)).dev_cookie).toBe(2n ** 64n - 1n);
  });

  it('row 3: binding to what is no /dev/iommu gives EBADF', () => {
    const bench = new Bench();
    const bytes = new Uint8Array(24);
    uapi.encodeIoasDeviceBind({ iommu_fd: 99, label: 1n }, new DataView(bytes.buffer));
    expect(bench.deviceIoctl(bench.d1, uapi.IOAS_DEVICE_BIND, bytes).errno).toBe('EBADF');
    expect(bench.d1.bound).toBeNull();
  });

  it('row 4: a device is bound before it is attached, and attached once', () => {
    const { calls, d1 } = new Bench();
    const ioas = ok(calls.alloc());
    expect(errnoOf(calls.attach(d1, ioas))).toBe('EINVAL');
    ok(calls.bind(d1, 1n));
    ok(calls.attach(d1, ioas));
    expect(errnoOf(calls.attach(d1, ioas))).toBe('EBUSY');
    expect(errnoOf(calls.attach(d1, 77))).toBe('ENOENT');
  });

  it('row 5: nothing can be mapped before a device is attached', () => {
    const { calls, d1 } = new Bench();
    const ioas = ok(calls.alloc());
    const page = { iova: 0n, vaddr: RAM, size: 0x1000n };
    expect(errnoOf(calls.map(ioas, page))).toBe('EINVAL');
    ok(calls.bind(d1, 1n));
    ok(calls.attach(d1, ioas));
    ok(calls.map(ioas, page));
    for (const profile of ['v2', 'iommufd'] as const) {
      const other = new Bench({ profile }).calls;
      ok(other.map(ok(other.alloc()), page));
    }
  });

  it('row 39: only a bound device can be reached, and only an attached one reaches memory', () => {
    const { calls, d1 } = new Bench();
    expect(d1.mmap()).toMatchObject({ errno: 'EACCES' });
    expect(d1.dma(null, 0n, 1)).toEqual({ kind: 'fault', reason: 'host-owned' });
    ok(calls.bind(d1, 1n));
    expect(d1.mmap()).toBe(0);
    expect(d1.dma(null, 0n, 1)).toEqual({ kind: 'fault', reason: 'blocked' });
    const ioas = ok(calls.alloc());
    ok(calls.attach(d1, ioas));
    ok(calls.map(ioas, { iova: 0n, vaddr: RAM, size: 0x1000n }));
    expect(reach(d1, 0x123n)).toBe(RAM + 0x123n);
    ok(calls.detach(d1, ioas));
    expect(d1.dma(null, 0n, 1)).toEqual({ kind: 'fault', reason: 'blocked' });
    ok(calls.unbind(d1));
    expect(d1.dma(null, 0n, 1)).toEqual({ kind: 'fault', reason: 'host-owned' });
    expect(errnoOf(calls.unbind(d1))).toBe('EINVAL');
  });

  it('row 39: binding one device of a group takes the whole group from the host', () => {
    const bench = new Bench();
    const group = new DeviceGroup();
    const a = bench.device('a', { sid: 1 }, { group });
    const b = bench.device('b', { sid: 2 }, { group });
    expect(b.dma(null, 0n, 1)).toMatchObject({ reason: 'host-owned' });
    ok(bench.calls.bind(a, 1n));
    expect(b.dma(null, 0n, 1)).toMatchObject({ reason: 'blocked' });
  });

  it('row 40: what is in use cannot be freed, and what is gone cannot be used', () => {
    const { calls, d1 } = new Bench();
    const ioas = ok(calls.alloc());
    ok(calls.bind(d1, 1n));
    expect(errnoOf(calls.detach(d1, ioas))).toBe('EINVAL');
    ok(calls.attach(d1, ioas));
    expect(errnoOf(calls.free(ioas))).toBe('EBUSY');
    ok(calls.detach(d1, ioas));
    expect(errnoOf(calls.detach(d1, ioas))).toBe('EINVAL');
    ok(calls.free(ioas));
    expect(errnoOf(calls.free(ioas))).toBe('ENOENT');
    expect(errnoOf(calls.detach(d1, ioas))).toBe('ENOENT');
  });

  it('row 25: a device whose IOMMU cannot do the same needs an address space of its own', () => {
    const bench = new Bench();
    const gpa = bench.guest([bench.d1]);
    ok(bench.calls.bind(bench.d3, 0xd3n));
    expect(errnoOf(bench.calls.attach(bench.d3, gpa))).toBe('EINVAL');
    expect(bench.d3.attachments).toEqual([]);
    ok(bench.calls.attach(bench.d3, ok(bench.calls.alloc())));
  });

  it('row 25: a mapping in what a further device reserves keeps it out', () => {
    const bench = new Bench();
    const gpa = bench.guest([bench.d1]);
    const picky = bench.device('b1', { sid: 5, reserved: [{ start: 0x1000n, last: 0x1fffn }] });
    ok(bench.calls.bind(picky, 5n));
    expect(bench.calls.attach(picky, gpa)).toMatchObject({ errno: 'EINVAL', check: 'mappings-permitted' });
  });

  it('row 26: a group is attached as a whole before anything else works, and one can ask who is missing', () => {
    const bench = new Bench();
    const { calls } = bench;
    const group = new DeviceGroup();
    const a = bench.device('a', { sid: 1 }, { group });
    const b = bench.device('b', { sid: 2 }, { group });
    ok(calls.bind(a, 0xan));
    const ioas = ok(calls.alloc());
    ok(calls.attach(a, ioas));
    const page = { iova: 0n, vaddr: RAM, size: 0x1000n };
    expect(errnoOf(calls.map(ioas, page))).toBe('EDEADLK');
    expect(errnoOf(calls.info(ioas))).toBe('EDEADLK');
    expect(errnoOf(calls.createNesting(ioas))).toBe('EDEADLK');
    expect(errnoOf(calls.unmap(ioas, 0n, 0x1000n))).toBe('EDEADLK');
    expect(ok(calls.why(ioas))).toMatchObject({ flags: 0, count: 1 });
    ok(calls.bind(b, 0xbn));
    const { name, ...reason } = ok(calls.why(ioas));
    expect(new TextDecoder().decode(name).replaceAll('\0', '')).toBe('b');
    expect(reason).toMatchObject({ flags: uapi.IOAS_WHY_BOUND, count: 1, device_id: b.id, label: 0xbn });
    expect(errnoOf(calls.why(ioas, 1))).toBe('ENOENT');
    ok(calls.attach(b, ioas));
    ok(calls.map(ioas, page));
    expect(errnoOf(calls.why(ioas))).toBe('ENOENT');
  });
});
