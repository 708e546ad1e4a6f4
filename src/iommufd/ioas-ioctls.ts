import { U64_MAX } from '../base/u64.ts';
import {
  decodeIommuIovaRange,
  encodeIommuIovaRange,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_OPTION_OP_GET,
  IOMMU_OPTION_OP_SET,
  type IommuIoasAlloc,
  type IommuIoasAllowIovas,
  type IommuIoasIovaRanges,
  type IommuIoasUnmap,
  type IommuOption,
  sizeofIommuIovaRange,
} from '../generated/ts/iommufd.ts';
import { IntervalMap } from '../interval/interval-map.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { IOMMU_CACHE, IOMMU_READ, IOMMU_WRITE } from '../iommu/kernel-api/driver.ts';
import { disableLargePages, enableLargePages } from './domains.ts';
import type { Host } from './host.ts';
import { setAllowed, unmapAll, unmapIova } from './io-pagetable.ts';
import { allocIoas, getIoas } from './ioas.ts';
import type { IovaRange } from './reserved-ranges.ts';
import type { Ucmd } from './ucmd.ts';

/** @kernel ioas.c iommufd_ioas_alloc_ioctl */
export function ioasAlloc({ ictx, cmd, reply }: Ucmd<IommuIoasAlloc>): Refusal | null {
  if (cmd.flags !== 0) return refuse('EOPNOTSUPP', 'no-flags');
  const ioas = allocIoas(ictx);
  if (ioas instanceof Refusal) return ioas;
  cmd.out_ioas_id = ioas.id;
  const unanswered = reply.respond();
  if (unanswered !== null) {
    ictx.objects.abort(ioas);
    return unanswered;
  }
  ictx.objects.publish(ioas);
  return null;
}

/** @kernel ioas.c iommufd_ioas_iova_ranges */
export function ioasIovaRanges({ ictx, cmd, reply }: Ucmd<IommuIoasIovaRanges>): Refusal | null {
  if (cmd.__reserved !== 0) return refuse('EOPNOTSUPP', 'reserved');
  const ioas = getIoas(ictx, cmd.ioas_id);
  if (ioas instanceof Refusal) return ioas;
  const room = cmd.num_iovas;
  const holes = ioas.iopt.reserved.holes();
  cmd.out_iova_alignment = ioas.iopt.alignment;
  for (const [index, hole] of holes.entries()) {
    if (index >= room) break;
    if (!writeRange(ictx.host, cmd.allowed_iovas, index, hole)) return refuse('EFAULT', 'ranges-writable');
  }
  cmd.num_iovas = holes.length;
  return reply.respond() ?? (holes.length > room ? refuse('EMSGSIZE', 'enough-room') : null);
}

function writeRange({ memory }: Host, table: bigint, index: number, range: IovaRange): boolean {
  const bytes = new Uint8Array(sizeofIommuIovaRange);
  encodeIommuIovaRange(range, new DataView(bytes.buffer));
  return memory.write(element(table, index), bytes) === bytes.length;
}

/** @kernel ioas.c iommufd_ioas_allow_iovas */
export function ioasAllowIovas({ ictx, cmd }: Ucmd<IommuIoasAllowIovas>): Refusal | null {
  if (cmd.__reserved !== 0) return refuse('EOPNOTSUPP', 'reserved');
  const ioas = getIoas(ictx, cmd.ioas_id);
  if (ioas instanceof Refusal) return ioas;
  const allowed = loadRanges(ictx.host, cmd.allowed_iovas, cmd.num_iovas);
  return allowed instanceof Refusal ? allowed : setAllowed(ioas.iopt, allowed);
}

/** @kernel ioas.c iommufd_ioas_load_iovas */
function loadRanges(host: Host, table: bigint, count: number): readonly IovaRange[] | Refusal {
  const ranges = new IntervalMap<null>();
  for (let index = 0; index < count; index++) {
    const bytes = host.memory.read(element(table, index), sizeofIommuIovaRange);
    if (bytes === null) return refuse('EFAULT', 'ranges-readable');
    const range = decodeIommuIovaRange(new DataView(bytes.buffer));
    if (range.start >= range.last) return refuse('EINVAL', 'ranges-in-order');
    if (!ranges.insert(range.start, range.last, null)) return refuse('EINVAL', 'ranges-disjoint');
    if (!host.allocate()) return refuse('ENOMEM', 'memory');
  }
  return Array.from(ranges.entries(), ({ start, last }) => ({ start, last }));
}

function element(table: bigint, index: number): bigint {
  return BigInt.asUintN(64, table + BigInt(index * sizeofIommuIovaRange));
}

/** @kernel ioas.c iommufd_ioas_unmap */
export function ioasUnmap({ ictx, cmd, reply }: Ucmd<IommuIoasUnmap>): Refusal | null {
  const ioas = getIoas(ictx, cmd.ioas_id);
  if (ioas instanceof Refusal) return ioas;
  const { iova, length } = cmd;
  if (iova === 0n && length === U64_MAX) {
    const { bytes, refusal } = unmapAll(ioas.iopt);
    if (refusal !== null) return refusal;
    // All of an address space is 2^64 bytes, which is told as 0.
    cmd.length = BigInt.asUintN(64, bytes);
    return reply.respond();
  }
  if (iova >= U64_MAX || length >= U64_MAX) return refuse('EOVERFLOW', 'not-all-ones');
  const { bytes, refusal } = unmapIova(ioas.iopt, iova, length);
  if (refusal !== null) return refusal;
  if (bytes === 0n) return refuse('ENOENT', 'something-mapped');
  cmd.length = bytes;
  return reply.respond();
}

/** @kernel ioas.c iommufd_option_rlimit_mode */
export function optionRlimitMode({ ictx, cmd }: Ucmd<IommuOption>): Refusal | null {
  if (cmd.object_id !== 0) return refuse('EOPNOTSUPP', 'no-object');
  if (cmd.op === IOMMU_OPTION_OP_GET) {
    cmd.val64 = ictx.accountMode === 'mm' ? 1n : 0n;
    return null;
  }
  if (cmd.op !== IOMMU_OPTION_OP_SET) return refuse('EOPNOTSUPP', 'known-op');
  if (!ictx.host.credentials.sysResource) return refuse('EPERM', 'privileged');
  if (ictx.objects.size > 0) return refuse('EBUSY', 'no-objects-yet');
  if (cmd.val64 > 1n) return refuse('EINVAL', 'zero-or-one');
  ictx.accountMode = cmd.val64 === 1n ? 'mm' : 'user';
  return null;
}

/** @kernel ioas.c iommufd_ioas_option iommufd_ioas_option_huge_pages */
export function optionHugePages({ ictx, cmd }: Ucmd<IommuOption>): Refusal | null {
  const ioas = getIoas(ictx, cmd.object_id, 'object-exists');
  if (ioas instanceof Refusal) return ioas;
  if (cmd.op === IOMMU_OPTION_OP_GET) {
    cmd.val64 = ioas.iopt.largePages ? 1n : 0n;
    return null;
  }
  if (cmd.op !== IOMMU_OPTION_OP_SET) return refuse('EOPNOTSUPP', 'known-op');
  if (cmd.val64 === 0n) return disableLargePages(ioas.iopt);
  if (cmd.val64 !== 1n) return refuse('EINVAL', 'zero-or-one');
  enableLargePages(ioas.iopt);
  return null;
}

/** Flags of IOMMU_IOAS_MAP and IOMMU_IOAS_COPY. */
export const mapFlags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE;

/** @kernel ioas.c conv_iommu_prot */
export function protOf(flags: number): number {
  return (
    IOMMU_CACHE |
    ((flags & IOMMU_IOAS_MAP_WRITEABLE) !== 0 ? IOMMU_WRITE : 0) |
    ((flags & IOMMU_IOAS_MAP_READABLE) !== 0 ? IOMMU_READ : 0)
  );
}
