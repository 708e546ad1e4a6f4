import { IOAS_HW_NONE } from '../../../generated/ts/ioas.ts';
import type { HardwareDriver } from '../driver.ts';

/** An IOMMU with one stage: it nests in software. */
export const plainDriver: HardwareDriver = {
  name: 'plain',
  hwType: IOAS_HW_NONE,
  pageSizes: (1n << 12n) | (1n << 21n),
  addrWidth: 39,
  enforcesSnoop: true,
  nesting: 'software',
  pageTables: [],
  userPasidBits: 0,
  usesGuestAsids: false,
  commandsFor: 'child',
  commandSize: 0,
};

/** An IOMMU that nests in no way, and lets devices decide about snooping. */
export const flatDriver: HardwareDriver = {
  ...plainDriver,
  name: 'flat',
  nesting: 'none',
  enforcesSnoop: false,
};
