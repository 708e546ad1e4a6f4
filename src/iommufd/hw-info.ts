import {
  IOMMU_HW_CAP_DIRTY_TRACKING,
  IOMMU_HW_INFO_TYPE_NONE,
  type IommuHwInfo,
} from '../generated/ts/iommufd.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { TASK_SIZE_MAX, type UserMemory } from '../ioctl/user-memory.ts';
import { BoundDevice } from './private.ts';
import type { Ucmd } from './ucmd.ts';

/** @kernel device.c iommufd_get_hw_info */
export function getHwInfo({ ictx, cmd, reply }: Ucmd<IommuHwInfo>): Refusal | null {
  const { __reserved: reserved } = cmd;
  if (cmd.flags !== 0 || reserved.some((byte) => byte !== 0))
    return refuse('EOPNOTSUPP', 'flags-and-reserved');
  const bound = ictx.objects.get(cmd.dev_id, BoundDevice, 'device-exists');
  if (bound instanceof Refusal) return bound;
  const { device } = bound;
  const { driver } = device;
  const known = driver.hwInfo(device);
  if (known !== null && !ictx.host.allocate()) return refuse('ENOMEM', 'memory');
  const info = known ?? { type: IOMMU_HW_INFO_TYPE_NONE, data: new Uint8Array(0) };
  const { memory } = ictx.host;
  const copied = info.data.subarray(0, cmd.data_len);
  if (memory.write(cmd.data_uptr, copied) < copied.length) return refuse('EFAULT', 'data-writable');
  const rest = cmd.data_len - copied.length;
  if (!clear(memory, cmd.data_uptr + BigInt(copied.length), rest)) return refuse('EFAULT', 'data-writable');
  cmd.out_data_type = info.type;
  cmd.data_len = info.data.length;
  cmd.out_capabilities = driver.tracksDirty(device) ? IOMMU_HW_CAP_DIRTY_TRACKING : 0n;
  cmd.out_max_pasid_log2 = driver.pasidBits(device);
  return reply.respond();
}

/** Writes zeros, in pieces: the caller may say that the buffer has 4 GiB. */
function clear(memory: UserMemory, address: bigint, length: number): boolean {
  if (length > 0 && address + BigInt(length) > TASK_SIZE_MAX) return false;
  const zeros = new Uint8Array(Math.min(PAGE_SIZE, length));
  for (let done = 0; done < length; ) {
    const piece = zeros.subarray(0, length - done);
    if (memory.write(address + BigInt(done), piece) < piece.length) return false;
    done += piece.length;
  }
  return true;
}
