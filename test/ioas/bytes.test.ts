import { describe, expect, it } from 'vitest';
import type { StructCodec } from '../../src/codec/runtime/codec.ts';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { Kvm, kvmIoctl, smmuFormat } from '../../src/ioas/index.ts';
import { stateOf } from './state.ts';
import { Bench, ok, RAM, RAM_SIZE, READ, reach, SCRATCH } from './workbench.ts';

function bytesOf<T>(codec: StructCodec<T>, value: Parameters<StructCodec<T>['encode']>[0]): Uint8Array {
  const bytes = new Uint8Array(codec.minSize);
  codec.encode(value, new DataView(bytes.buffer));
  return bytes;
}

describe('calls with structs in memory', () => {
  it('row 24: do and answer what the same calls do without, from bind to close', () => {
    const [typed, raw] = [new Bench(), new Bench()];
    const data = bytesOf(uapi.IoasPgtableSmmuv3S1Codec, { asid: 9 });
    const tables = [typed, raw].map((bench) => {
      const table = bench.table(smmuFormat);
      table.map(0x2000n, 0x1000n, READ);
      return table.root;
    });
    const [addr] = tables as [bigint];
    const format = smmuFormat.id;
    const dataAt = SCRATCH + 0x1000n;
    raw.memory.write(dataAt, data);
    const { calls, d1 } = typed;
    const pairs: readonly (readonly [() => unknown, () => unknown])[] = [
      [
        () => ok(calls.bind(d1, 0xd1n)),
        () =>
          raw.deviceIoctl(
            raw.d1,
            uapi.IOAS_DEVICE_BIND,
            bytesOf(uapi.IoasDeviceBindCodec, { iommu_fd: raw.file.fd, label: 0xd1n }),
          ).ret,
      ],
      [() => ok(calls.alloc()), () => raw.ioctl(uapi.IOAS_ALLOC, bytesOf(uapi.IoasAllocCodec, {})).ret],
      [
        () => ok(calls.attach(d1, 2)),
        () =>
          raw.deviceIoctl(raw.d1, uapi.IOAS_DEVICE_ATTACH, bytesOf(uapi.IoasDeviceAttachCodec, { ioas: 2 }))
            .ret,
      ],
      [
        () => ok(calls.map(2, { iova: 0n, vaddr: RAM, size: RAM_SIZE })),
        () =>
          raw.ioctl(
            uapi.IOAS_MAP_DMA,
            bytesOf(uapi.IoasMapDmaCodec, { ioas: 2, flags: 3, vaddr: RAM, size: RAM_SIZE }),
          ).ret,
      ],
      [
        () => ok(calls.createNesting(2)),
        () => raw.ioctl(uapi.IOAS_CREATE_NESTING, bytesOf(uapi.IoasCreateNestingCodec, { parent: 2 })).ret,
      ],
      [
        () => ok(calls.attach(d1, 3, 5)),
        () =>
          raw.deviceIoctl(
            raw.d1,
            uapi.IOAS_DEVICE_ATTACH,
            bytesOf(uapi.IoasDeviceAttachCodec, { flags: 1, ioas: 3, user_pasid: 5 }),
          ).ret,
      ],
      [
        () => ok(calls.bindPgtable(3, { format, addr, data })),
        () =>
          raw.ioctl(
            uapi.IOAS_BIND_PGTABLE,
            bytesOf(uapi.IoasBindPgtableCodec, { ioas: 3, format, addr, data_uptr: dataAt, data_len: 8 }),
          ).ret,
      ],
      [() => reach(d1, 0x2000n, 5), () => reach(raw.d1, 0x2000n, 5)],
      [
        () => ok(calls.invalidateDevice(0xd1n)),
        () =>
          raw.ioctl(uapi.IOAS_DEVICE_INVALIDATE, bytesOf(uapi.IoasDeviceInvalidateCodec, { label: 0xd1n }))
            .ret,
      ],
      [
        () => ok(calls.detach(d1, 3, 5)),
        () =>
          raw.deviceIoctl(
            raw.d1,
            uapi.IOAS_DEVICE_DETACH,
            bytesOf(uapi.IoasDeviceAttachCodec, { flags: 1, ioas: 3, user_pasid: 5 }),
          ).ret,
      ],
      [
        () => ok(calls.free(3)),
        () => raw.ioctl(uapi.IOAS_FREE, bytesOf(uapi.IoasFreeCodec, { ioas: 3 })).ret,
      ],
      [
        () => ok(calls.unbind(d1)),
        () => raw.deviceIoctl(raw.d1, uapi.IOAS_DEVICE_UNBIND, new Uint8Array(0)).ret,
      ],
    ];
    for (const [withoutStruct, withStruct] of pairs) {
      expect(withStruct()).toEqual(withoutStruct());
      expect(stateOf(raw)).toEqual(stateOf(typed));
      expect(raw.unit.log).toEqual(typed.unit.log);
    }
  });

  it('row 23: the data of a format that cannot be read gives EFAULT, and changes nothing', () => {
    const bench = new Bench();
    const gpa = bench.guest([bench.d1]);
    const child = ok(bench.calls.createNesting(gpa));
    ok(bench.calls.attach(bench.d1, child));
    const before = stateOf(bench);
    const bind = (change: object) => {
      const value = { ioas: child, format: smmuFormat.id, data_uptr: 0x1000n, data_len: 8, ...change };
      return bench.ioctl(uapi.IOAS_BIND_PGTABLE, bytesOf(uapi.IoasBindPgtableCodec, value));
    };
    expect(bind({})).toMatchObject({ errno: 'EFAULT', check: 'data-readable' });
    expect(bind({ data_len: 7 })).toMatchObject({ errno: 'EINVAL', check: 'data-length' });
    expect(bind({ addr: 0x10n })).toMatchObject({ errno: 'EINVAL', check: 'table-aligned' });
    expect(stateOf(bench)).toEqual(before);
  });

  it('row 35: a virtual machine and the answers of IOAS_WHY go by bytes too', () => {
    const bench = new Bench();
    const gpa = bench.guest([bench.d1]);
    const child = ok(bench.calls.createNesting(gpa));
    ok(bench.calls.attach(bench.d1, child, 3));
    const kvm = new Kvm(bench.machine);
    const argument = bytesOf(uapi.IoasKvmPasidCodec, { iommu_fd: bench.file.fd, ioas: child, user_pasid: 3 });
    bench.memory.write(SCRATCH, argument);
    expect(kvmIoctl(kvm, uapi.IOAS_KVM_MAP_PASID, SCRATCH)).toMatchObject({ ret: 0 });
    expect(kvm.lookup(3)).toBe(3);
    expect(kvmIoctl(kvm, uapi.IOAS_KVM_UNMAP_PASID, SCRATCH)).toMatchObject({ ret: 0 });
    expect(kvmIoctl(kvm, 0xae00, SCRATCH)).toMatchObject({ errno: 'ENOTTY' });
    const why = bench.ioctl(uapi.IOAS_WHY, bytesOf(uapi.IoasWhyCodec, { ioas: gpa }));
    expect(why).toMatchObject({ errno: 'ENOENT', check: 'device-missing' });
  });
});
