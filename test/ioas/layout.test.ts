import { describe, expect, it } from 'vitest';
import * as uapi from '../../src/generated/ts/ioas.ts';
import { operations } from '../../src/ioas/operations.ts';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import { uapi as run } from '../helpers/run-cli.ts';
import { model } from './reply.ts';
import { Bench, ok, RAM } from './workbench.ts';

const mapBytes = (size: number, argsz: number): Uint8Array => {
  const bytes = new Uint8Array(Math.max(size, 40));
  uapi.encodeIoasMapDma({ argsz, flags: 3, ioas: 3, vaddr: RAM, size: 0x1000n }, new DataView(bytes.buffer));
  return bytes;
};

describe('sizes', () => {
  it('row 43: a longer struct is fine as long as it ends in zeros, a shorter one is not', () => {
    const bench = new Bench();
    const gpa = (() => {
      const { calls, d1, d2 } = bench;
      ok(calls.bind(d1, 1n));
      ok(calls.bind(d2, 2n));
      const ioas = ok(calls.alloc());
      ok(calls.attach(d1, ioas));
      return ioas;
    })();
    expect(gpa).toBe(3);
    const dirty = mapBytes(64, 64);
    dirty[63] = 1;
    expect(bench.ioctl(uapi.IOAS_MAP_DMA, dirty)).toMatchObject({ errno: 'E2BIG' });
    expect(bench.ioctl(uapi.IOAS_MAP_DMA, mapBytes(40, 39))).toMatchObject({
      errno: 'EINVAL',
      check: 'size-enough',
    });
    expect(bench.ioctl(uapi.IOAS_MAP_DMA, mapBytes(64, 64))).toMatchObject({ ret: 0 });
    expect(bench.ioctl(uapi.IOAS_MAP_DMA, mapBytes(40, 40))).toMatchObject({ errno: 'EEXIST' });
    expect(bench.file.ioctl(uapi.IOAS_MAP_DMA, 0n)).toMatchObject({ errno: 'EFAULT' });
  });

  it('row 43: the first 16 bytes of ioas_alloc do, and all other structs keep to their whole size', () => {
    const bench = new Bench();
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(0, 16, true);
    expect(bench.ioctl(uapi.IOAS_ALLOC, bytes)).toMatchObject({ ret: 1, errno: null });
    for (const { cmd, minSize } of Object.values(operations)) {
      const short = new Uint8Array(minSize);
      new DataView(short.buffer).setUint32(0, minSize - 1, true);
      expect(bench.ioctl(cmd, short)).toMatchObject({ errno: 'EINVAL', check: 'size-enough' });
    }
  });
});

describe('layouts', () => {
  const structs = [...model.structs.values()].filter(
    ({ inline, name }) => !inline && name.startsWith('ioas_'),
  );

  it('row 44: no struct has a hole, each u64 is at a multiple of 8, and 32 and 64 bits agree', () => {
    expect(structs.length).toBeGreaterThan(60);
    for (const { name } of structs) {
      const [lp64, ilp32, i386] = [abis.lp64, abis.ilp32, abis.i386].map((abi) => layOut(model, name, abi));
      const shape = (layout: typeof lp64) =>
        layout?.members.map((member) => [member.kind, member.offset, 'size' in member ? member.size : null]);
      expect(shape(ilp32)).toEqual(shape(lp64));
      expect(shape(i386)).toEqual(shape(lp64));
      expect([ilp32?.size, i386?.size]).toEqual([lp64?.size, lp64?.size]);
      for (const member of lp64?.members ?? []) {
        expect(['field', 'bits'], `${name} has ${member.kind}`).toContain(member.kind);
        if (
          'size' in member &&
          member.size === 8 &&
          member.kind === 'field' &&
          member.nested === null &&
          member.type.kind === 'scalar'
        )
          expect((member.offset ?? 1) % 8, name).toBe(0);
      }
    }
  });

  it('row 44: a struct that grows starts with its size', () => {
    for (const struct of structs) {
      const grows = struct.extensible ?? struct.negotiated;
      if (grows !== undefined) expect([struct.name, grows.sizeField]).toEqual([struct.name, 'argsz']);
    }
  });
});

describe('numbers', () => {
  it('row 45: the numbers are those of VFIO, so only the kind of the file tells them apart', async () => {
    expect(uapi.IOAS_CHECK_EXTENSION).toBe(0x3b64);
    expect(uapi.IOAS_DEVICE_BIND).toBe(0x3b64 + 22);
    const hex = '00'.repeat(48);
    const unclear = await run('decode', '0x3b71', hex);
    expect(unclear.out + unclear.err).toMatch(/3 ioctls have the number 0x3b71; --fd chooses/);
    for (const name of ['ioas_invalidate', 'vfio_iommu_type1_dma_map']) expect(unclear.out).toContain(name);
    const clear = await run('decode', '0x3b71', hex, '--fd', 'ioas');
    expect(clear.out).not.toContain('vfio');
    expect(clear.out).toContain('ioas_invalidate');
  });
});
