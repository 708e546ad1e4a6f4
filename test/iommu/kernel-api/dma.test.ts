import { describe, expect, it } from 'vitest';
import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_IOAS_MAP_READABLE,
} from '../../../src/generated/ts/iommufd.ts';
import { MockDevice } from '../../../src/iommu/kernel-api/drivers/mock.ts';
import { detachDevice } from '../../../src/iommufd/attach.ts';
import { attachDevice } from '../../../src/iommufd/attach-pt.ts';
import { bindDevice } from '../../../src/iommufd/device.ts';
import type { BoundDevice } from '../../../src/iommufd/private.ts';
import { arena, must, page, readWrite, workbench } from '../../iommufd/workbench.ts';

const iova = 0x1000000n;

function withDevice(flags = 0) {
  const bench = workbench();
  const ioas = must(bench.calls.ioasAlloc());
  const device = new MockDevice(bench.process.frames, flags);
  const bound = bindDevice(bench.iommufd.context, device) as BoundDevice;
  return { ...bench, ioas, device, bound };
}

describe('DMA of a device', () => {
  it('reads and writes the memory that its IOVAs lead to', () => {
    const { calls, ioas, device, bound, process } = withDevice();
    must(calls.ioasMap({ ioas, address: arena, length: 3n * page, flags: readWrite, iova }));
    attachDevice(bound, ioas);
    const bytes = Uint8Array.from({ length: 6000 }, (_, index) => index);
    expect(device.dmaWrite(iova + 100n, bytes)).toBeNull();
    expect(process.memory.read(arena + 100n, 6000)).toEqual(bytes);
    expect(device.dmaRead(iova + 100n, 6000)).toEqual(bytes);
  });

  it('stops where nothing is mapped, where it may not, and where the device has no domain', () => {
    const { calls, ioas, device, bound } = withDevice();
    const one = new Uint8Array(1);
    expect(device.dmaWrite(iova, one)).toEqual({ iova, reason: 'blocked' });
    must(calls.ioasMap({ ioas, address: arena, length: page, flags: IOMMU_IOAS_MAP_READABLE, iova }));
    attachDevice(bound, ioas);
    expect(device.dmaWrite(iova, one)).toEqual({ iova, reason: 'denied' });
    expect(device.dmaRead(iova + page - 1n, 2)).toEqual({ iova: iova + page, reason: 'unmapped' });
    detachDevice(bound);
    expect(device.dmaRead(iova, 1)).toEqual({ iova, reason: 'blocked' });
  });

  it('does not go on through a translation that was taken away', () => {
    const { calls, ioas, device, bound } = withDevice();
    must(calls.ioasMap({ ioas, address: arena, length: page, flags: readWrite, iova }));
    attachDevice(bound, ioas);
    device.dmaRead(iova, 8);
    device.dmaRead(iova, 8);
    expect(device.iotlb.hits).toBeGreaterThan(0);
    must(calls.ioasUnmap(ioas, iova, page));
    expect(device.dmaRead(iova, 8)).toEqual({ iova, reason: 'unmapped' });
  });

  it('reaches pages that the process has unmapped since', () => {
    const { calls, ioas, device, bound, process } = withDevice();
    must(calls.ioasMap({ ioas, address: arena, length: page, flags: readWrite, iova }));
    attachDevice(bound, ioas);
    process.memory.unmap(arena, page);
    process.memory.map(arena, page);
    expect(device.dmaWrite(iova, Uint8Array.of(1, 2, 3))).toBeNull();
    expect(process.memory.read(arena, 3)).toEqual(new Uint8Array(3));
    expect(device.dmaRead(iova, 3)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('shows in the dirty bitmap while writes are tracked', () => {
    const { calls, ioas, device, bound } = withDevice();
    must(calls.ioasMap({ ioas, address: arena, length: 8n * page, flags: readWrite, iova }));
    const hwpt = must(
      calls.hwptAlloc({ device: bound.id, parent: ioas, flags: IOMMU_HWPT_ALLOC_DIRTY_TRACKING }),
    );
    attachDevice(bound, hwpt);
    device.dmaWrite(iova, Uint8Array.of(1));
    must(calls.setDirtyTracking(hwpt, true));
    device.dmaWrite(iova + 2n * page, Uint8Array.of(1));
    const range = { iova, length: 8n * page, pageSize: page };
    expect(must(calls.dirtyBitmap(hwpt, range, true))).toEqual(Uint8Array.of(4));
    expect(must(calls.dirtyBitmap(hwpt, range))).toEqual(Uint8Array.of(4));
    expect(must(calls.dirtyBitmap(hwpt, range))).toEqual(Uint8Array.of(0));
  });

  it('goes through huge pages where memory lies in one piece', () => {
    const { calls, ioas, device, bound, process } = withDevice(2);
    const length = 2n * 256n * page;
    process.memory.map(0x10_0000_0000n, length, { contiguous: 512 });
    must(calls.ioasMap({ ioas, address: 0x10_0000_0000n, length, flags: readWrite, iova: 0x2000000n }));
    attachDevice(bound, ioas);
    const { domain } = device.group;
    const huge = domain?.kind === 'paging' && 'isHugeAt' in domain;
    expect(huge && (domain as { isHugeAt(ioPage: number): boolean }).isHugeAt(0x2000000 / 2048)).toBe(true);
    expect(device.dmaWrite(0x2000000n + length - 2n, Uint8Array.of(7, 8))).toBeNull();
    expect(process.memory.read(0x10_0000_0000n + length - 2n, 2)).toEqual(Uint8Array.of(7, 8));
  });
});
