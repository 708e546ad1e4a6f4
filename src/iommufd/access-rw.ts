import { U64_MAX } from '../base/u64.ts';
import { PAGE_SIZE, type Page } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { IOMMU_READ, IOMMU_WRITE } from '../iommu/kernel-api/driver.ts';
import type { Access } from './access.ts';
import { areaStartByte, ContiguousAreas } from './area.ts';
import { type IoptPages, pagesOf } from './pages.ts';

const pageSize = BigInt(PAGE_SIZE);

/** A transfer between a driver and memory below IOVAs. */
export interface Transfer {
  readonly iova: bigint;
  /** What is written, or where to put what is read. */
  readonly data: Uint8Array;
  readonly write: boolean;
  /** Goes through lists of pages, as the test driver can ask for; what another process mapped always does. */
  readonly slow: boolean;
}

/**
 * Reads or writes below IOVAs. What was written before a refusal stays.
 *
 * @kernel device.c iommufd_access_rw
 */
export function accessRw(access: Access, transfer: Transfer): Refusal | null {
  const { iova, data, write } = transfer;
  if (data.length === 0) return refuse('EINVAL', 'rw-something');
  const last = iova + BigInt(data.length) - 1n;
  if (last > U64_MAX) return refuse('EOVERFLOW', 'rw-no-wrap');
  if (access.ioas === null) return refuse('ENOENT', 'rw-mapped');
  const walk = new ContiguousAreas(access.ioas.iopt.areas, iova, last);
  let done = 0;
  while (walk.area !== null) {
    const { area } = walk;
    if (area.value.preventAccess) return refuse('EINVAL', 'rw-settled');
    if ((area.value.prot & (write ? IOMMU_WRITE : IOMMU_READ)) === 0) return refuse('EPERM', 'rw-allowed');
    const slow = transfer.slow || area.value.pages.source.host !== access.ictx.host;
    const part = data.subarray(done, done + Number(walk.areaLast - walk.iova) + 1);
    const refusal = rwPages(area.value.pages, areaStartByte(area, walk.iova), {
      iova,
      data: part,
      write,
      slow,
    });
    if (refusal !== null) return refusal;
    done += part.length;
    if (!walk.next()) break;
  }
  return walk.done ? null : refuse('ENOENT', 'rw-mapped');
}

/** @kernel pages.c iopt_pages_rw_access */
function rwPages(pages: IoptPages, startByte: bigint, transfer: Transfer): Refusal | null {
  const { data, write, slow } = transfer;
  if (write && !pages.source.writable) return refuse('EPERM', 'rw-allowed');
  if (slow) return rwSlow(pages, startByte, transfer);
  const { memory } = pages.source.host;
  const address = pages.uptr + startByte;
  if (write) return memory.write(address, data) === data.length ? null : refuse('EFAULT', 'rw-there');
  const bytes = memory.read(address, data.length);
  if (bytes === null) return refuse('EFAULT', 'rw-there');
  data.set(bytes);
  return null;
}

/**
 * One page comes from the process as it is now, while there is that process; several come from where they are pinned.
 *
 * @kernel pages.c iopt_pages_rw_page iopt_pages_rw_slow
 */
function rwSlow(pages: IoptPages, startByte: bigint, { data, write }: Transfer): Refusal | null {
  const first = Number(startByte / pageSize);
  const last = Number((startByte + BigInt(data.length) - 1n) / pageSize);
  const found =
    first === last && pages.source.host.exited !== true
      ? pagesOf(pages.source.host, pages.uptr + BigInt(first) * pageSize, 1, write)
      : pages.look({ first, last });
  if (found instanceof Refusal) {
    // Only several pages are asked for as mappings do it, which tells memory next to 2^64 from missing memory.
    return first !== last && found.errno === 'EOVERFLOW' ? found : refuse('EFAULT', 'rw-there');
  }
  copyPages(found, Number(startByte % pageSize), data, write);
  return null;
}

/** @kernel pages.c copy_data_page */
function copyPages(pages: readonly Page[], offset: number, data: Uint8Array, write: boolean): void {
  let at = offset;
  let done = 0;
  for (const { bytes } of pages) {
    const count = Math.min(PAGE_SIZE - at, data.length - done);
    if (write) bytes.set(data.subarray(done, done + count), at);
    else data.set(bytes.subarray(at, at + count), done);
    done += count;
    at = 0;
  }
}
