import { U64_MAX } from '../base/u64.ts';
import {
  IOAS_MAP_READ,
  IOAS_MAP_WRITE,
  type IoasMapDma,
  type IoasMemory,
  type IoasUnmapDma,
} from '../generated/ts/ioas.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { flushLost } from './flush.ts';
import type { Ioas, IoasContext } from './objects.ts';
import { isPermitted, propertiesOf, smallestPage } from './properties.ts';
import { notReady } from './readiness.ts';

const pageSize = BigInt(PAGE_SIZE);

/** IOAS_MAP_DMA. */
export function mapDma(ictx: IoasContext, cmd: IoasMapDma): number | Refusal {
  const { flags, vaddr, iova, size } = cmd;
  if ((flags & ~(IOAS_MAP_READ | IOAS_MAP_WRITE)) !== 0 || cmd.__reserved !== 0)
    return refuse('EINVAL', 'known-flags');
  if (flags === 0) return refuse('EINVAL', 'some-access');
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  const refusal = notReady(ioas);
  if (refusal !== null) return refusal;
  if (ioas.isUserManaged) return refuse('EOPNOTSUPP', 'filled-by-kernel');
  if (size === 0n) return refuse('EINVAL', 'not-empty');
  if (iova + size - 1n > U64_MAX) return refuse('EOVERFLOW', 'no-wrap-of-iova');
  if (vaddr + size - 1n > U64_MAX) return refuse('EOVERFLOW', 'no-wrap-of-vaddr');
  return insert(ioas, cmd);
}

function insert(ioas: Ioas, { flags, vaddr, iova, size }: IoasMapDma): number | Refusal {
  const { pinned } = ioas.ictx;
  const range = { start: iova, last: iova + size - 1n };
  const memoryLast = vaddr + size - 1n;
  const properties = propertiesOf(ioas);
  if ((iova | vaddr | size) % smallestPage(properties) !== 0n) return refuse('EINVAL', 'aligned');
  if (!isPermitted(properties, range)) return refuse('EINVAL', 'permitted');
  // Only what lies on nothing has user memory below; a child's addresses are its parent's.
  const isRoot = ioas.parent === null;
  if (isRoot && !pinned.allows(vaddr, memoryLast)) return refuse('EINVAL', 'registered');
  const registered = isRoot && pinned.isRegistered(vaddr, memoryLast);
  if (!ioas.mapped.areas.insert(range.start, range.last, { address: vaddr, prot: flags, registered }))
    return refuse('EEXIST', 'free-iova');
  if (isRoot) pinned.pin(vaddr, memoryLast, registered);
  return 0;
}

/** IOAS_UNMAP_DMA. */
export function unmapDma(ictx: IoasContext, cmd: IoasUnmapDma): number | Refusal {
  if (cmd.flags !== 0 || cmd.__reserved !== 0) return refuse('EINVAL', 'known-flags');
  const ioas = ictx.ioas(cmd.ioas);
  if (ioas instanceof Refusal) return ioas;
  const refusal = notReady(ioas);
  if (refusal !== null) return refusal;
  if (ioas.isUserManaged) return refuse('EOPNOTSUPP', 'filled-by-kernel');
  const area = ioas.mapped.areas.at(cmd.iova);
  if (area === undefined || area.start !== cmd.iova) return refuse('ENOENT', 'mapping-exists');
  if (area.last - area.start + 1n !== cmd.size) return refuse('EINVAL', 'mapping-size');
  const { start, last, value } = area;
  ioas.mapped.areas.delete(start);
  if (ioas.parent === null)
    ictx.pinned.unpin(value.address, value.address + (last - start), value.registered);
  flushLost(ioas, { start, last });
  return 0;
}

/** IOAS_REGISTER_MEMORY. */
export function registerMemory(ictx: IoasContext, cmd: IoasMemory): number | Refusal {
  const refusal = checkMemory(cmd);
  if (refusal !== null) return refusal;
  const { vaddr, size } = cmd;
  if (!ictx.pinned.registered.insert(vaddr, vaddr + size - 1n, { users: 0 }))
    return refuse('EEXIST', 'memory-free');
  return 0;
}

/** IOAS_UNREGISTER_MEMORY. */
export function unregisterMemory(ictx: IoasContext, cmd: IoasMemory): number | Refusal {
  const refusal = checkMemory(cmd);
  if (refusal !== null) return refusal;
  const area = ictx.pinned.registered.at(cmd.vaddr);
  if (area === undefined || area.start !== cmd.vaddr || area.last !== cmd.vaddr + cmd.size - 1n)
    return refuse('ENOENT', 'memory-registered');
  if (area.value.users > 0) return refuse('EBUSY', 'memory-unused');
  ictx.pinned.registered.delete(cmd.vaddr);
  return 0;
}

function checkMemory({ flags, vaddr, size }: IoasMemory): Refusal | null {
  if (flags !== 0) return refuse('EINVAL', 'reserved');
  if (size === 0n || vaddr % pageSize !== 0n || size % pageSize !== 0n)
    return refuse('EINVAL', 'whole-pages');
  return vaddr + size - 1n > U64_MAX ? refuse('EOVERFLOW', 'no-wrap-of-vaddr') : null;
}
