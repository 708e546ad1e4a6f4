import { describe, expect, it } from 'vitest';
import {
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IommuIoasMapCodec,
  sizeofIommuIoasMap,
} from '../../src/generated/ts/iommufd.ts';
import { Refusal } from '../../src/ioctl/refusal.ts';
import { MockDevice } from '../../src/iommu/kernel-api/drivers/mock.ts';
import { attachDevice } from '../../src/iommufd/attach-pt.ts';
import { bindDevice } from '../../src/iommufd/device.ts';
import type { Process } from '../../src/iommufd/process.ts';
import { arena, must, page, readWrite, scratch, workbench } from './workbench.ts';

describe('a process that is forked', () => {
  it('maps its own memory through the file that both have', () => {
    const { process: parent, iommufd, calls } = workbench();
    const ioas_id = must(calls.ioasAlloc());
    const child = parent.fork();
    const map = (caller: Process, iova: bigint): void => {
      const bytes = new Uint8Array(sizeofIommuIoasMap);
      const fields = {
        flags: readWrite | IOMMU_IOAS_MAP_FIXED_IOVA,
        ioas_id,
        user_va: arena,
        length: page,
        iova,
      };
      IommuIoasMapCodec.encode(fields, new DataView(bytes.buffer));
      caller.memory.write(scratch, bytes);
      expect(iommufd.ioctl(IOMMU_IOAS_MAP, scratch, caller)).toMatchObject({ errno: null });
    };
    for (const [i, each] of [parent, child].entries()) {
      each.memory.write(arena, Uint8Array.of(i + 1));
      map(each, 0x100_0000n + BigInt(i) * page);
    }
    const device = new MockDevice(parent.frames, 0);
    const bound = bindDevice(iommufd.context, device);
    if (bound instanceof Refusal) throw new Error(bound.check);
    expect(attachDevice(bound, ioas_id)).not.toBeInstanceOf(Refusal);
    for (const i of [0, 1])
      expect(device.dmaRead(0x100_0000n + BigInt(i) * page, 1)).toEqual(Uint8Array.of(i + 1));
  });
});
