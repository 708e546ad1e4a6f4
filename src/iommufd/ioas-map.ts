import { U64_MAX } from '../base/u64.ts';
import {
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  type IommuIoasCopy,
  type IommuIoasMap,
} from '../generated/ts/iommufd.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { IOMMU_WRITE } from '../iommu/kernel-api/driver.ts';
import { getPages, type MapRequest, mapPages } from './io-pagetable.ts';
import { getIoas } from './ioas.ts';
import { mapFlags, protOf } from './ioas-ioctls.ts';
import type { IoPagetable } from './iopt.ts';
import { allocPages } from './pages.ts';
import type { IommufdContext } from './private.ts';
import { syzIova } from './selftest-syz.ts';
import type { Ucmd } from './ucmd.ts';

/** @kernel ioas.c iommufd_ioas_map */
export function ioasMap({ ictx, cmd, reply }: Ucmd<IommuIoasMap>): Refusal | null {
  const { flags, length } = cmd;
  if ((flags & ~mapFlags) !== 0 || cmd.__reserved !== 0) return refuse('EOPNOTSUPP', 'flags-and-reserved');
  if (cmd.iova >= U64_MAX || length >= U64_MAX) return refuse('EOVERFLOW', 'not-all-ones');
  if (!allowsSomething(flags)) return refuse('EINVAL', 'some-access');
  const ioas = getIoas(ictx, cmd.ioas_id);
  if (ioas instanceof Refusal) return ioas;
  const iova = mapUserPages(ictx, ioas.iopt, cmd.user_va, {
    iova: (flags & IOMMU_IOAS_MAP_FIXED_IOVA) !== 0 ? cmd.iova : null,
    length,
    prot: protOf(flags),
  });
  if (iova instanceof Refusal) return iova;
  cmd.iova = iova;
  return reply.respond();
}

/**
 * Maps memory of the process.
 *
 * @kernel io_pagetable.c iopt_map_user_pages
 */
export function mapUserPages(
  ictx: IommufdContext,
  iopt: IoPagetable,
  uptr: bigint,
  request: MapRequest,
): bigint | Refusal {
  const { length, prot } = request;
  const source = ictx.pageSource((prot & IOMMU_WRITE) !== 0);
  const pages = allocPages(source, { uptr, length });
  if (pages instanceof Refusal) return pages;
  return mapPages(iopt, [{ pages, startByte: uptr % BigInt(PAGE_SIZE), length }], request);
}

/** @kernel ioas.c iommufd_ioas_copy */
export function ioasCopy({ ictx, cmd, reply }: Ucmd<IommuIoasCopy>): Refusal | null {
  syzIova(ictx, cmd);
  const { flags, length } = cmd;
  if ((flags & ~mapFlags) !== 0) return refuse('EOPNOTSUPP', 'known-flags');
  if (length >= U64_MAX || cmd.src_iova >= U64_MAX || cmd.dst_iova >= U64_MAX) {
    return refuse('EOVERFLOW', 'not-all-ones');
  }
  if (!allowsSomething(flags)) return refuse('EINVAL', 'some-access');
  const source = getIoas(ictx, cmd.src_ioas_id, 'src-exists');
  if (source instanceof Refusal) return source;
  const pieces = getPages(source.iopt, cmd.src_iova, length);
  if (pieces instanceof Refusal) return pieces;
  const destination = getIoas(ictx, cmd.dst_ioas_id, 'dst-exists');
  if (destination instanceof Refusal) return destination;
  const iova = mapPages(destination.iopt, pieces, {
    iova: (flags & IOMMU_IOAS_MAP_FIXED_IOVA) !== 0 ? cmd.dst_iova : null,
    length,
    prot: protOf(flags),
  });
  if (iova instanceof Refusal) return iova;
  cmd.dst_iova = iova;
  return reply.respond();
}

function allowsSomething(flags: number): boolean {
  return (flags & (IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE)) !== 0;
}
