import { U64_MAX } from '../../../base/u64.ts';
import {
  decodeIoasVtdInv,
  IOAS_HW_VTD_S1,
  IOAS_VTD_INV_LEAF,
  sizeofIoasVtdInv,
} from '../../../generated/ts/ioas.ts';
import { refuse } from '../../../ioctl/refusal.ts';
import { type HardwareDriver, rangeOf } from '../driver.ts';
import { vtdFormat } from '../page-table.ts';

const pageSize = 4096n;

/** A VT-d: requests are about a page table, and devices are told without being asked for. */
export const vtdDriver: HardwareDriver = {
  name: 'vtd',
  hwType: IOAS_HW_VTD_S1,
  pageSizes: (1n << 12n) | (1n << 21n) | (1n << 30n),
  addrWidth: 48,
  enforcesSnoop: true,
  nesting: 'hardware',
  pageTables: [vtdFormat],
  userPasidBits: 0,
  usesGuestAsids: false,
  commandsFor: 'child',
  commandSize: sizeofIoasVtdInv,

  /** Checks as intel_nested_cache_invalidate_user (drivers/iommu/intel/nested.c). */
  translateCommand(view, { domain }) {
    const { addr, npages, flags, __reserved } = decodeIoasVtdInv(view);
    if ((flags & ~IOAS_VTD_INV_LEAF) !== 0 || __reserved !== 0) return refuse('EOPNOTSUPP', 'request-valid');
    const all = npages === U64_MAX;
    if (addr % pageSize !== 0n || (all && addr !== 0n)) return refuse('EINVAL', 'request-valid');
    if (!all && (npages === 0n || npages * pageSize - 1n > U64_MAX - addr))
      return refuse('EINVAL', 'request-valid');
    const range = all ? null : rangeOf(addr, npages * pageSize);
    return { op: 'TLBI', domain, asid: 'any', stream: null, range, atc: true };
  },
};
