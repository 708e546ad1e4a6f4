import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
} from '../../../generated/ts/iommufd.ts';
import {
  decodeIommuHwptSelftest,
  encodeIommuTestHwInfo,
  IOMMU_HW_INFO_SELFTEST_REGVAL,
  IOMMU_HW_INFO_TYPE_SELFTEST,
  IOMMU_HWPT_DATA_SELFTEST,
  MOCK_FLAGS_DEVICE_HUGE_IOVA,
  MOCK_FLAGS_DEVICE_NO_DIRTY,
  sizeofIommuHwptSelftest,
  sizeofIommuTestHwInfo,
} from '../../../generated/ts/iommufd-test.ts';
import type { PageFrames } from '../../../ioctl/page-frames.ts';
import { type Refusal, refuse } from '../../../ioctl/refusal.ts';
import type { Errno } from '../../../model/errno.ts';
import { Device } from '../device.ts';
import type {
  Domain,
  Driver,
  HwInfo,
  NestedDomain,
  PagingDomain,
  ReservedRegion,
  UserData,
} from '../driver.ts';
import { PageRequestState } from '../driver.ts';
import { MockDomain } from './mock-domain.ts';
import { MockNestedDomain } from './mock-nested.ts';

/** A made-up device of the mock driver. */
export class MockDevice extends Device {
  /** MOCK_FLAGS_DEVICE_ */
  readonly flags: number;

  constructor(frames: PageFrames, flags: number, driver: Driver = mockDriver) {
    super({ name: 'iommufd_mock', driver, frames });
    this.flags = flags;
  }
}

/**
 * The IOMMU driver of the kernel's selftest.
 *
 * @kernel selftest.c mock_ops
 */
export class MockDriver implements Driver {
  readonly name = 'mock';

  /** @kernel selftest.c mock_domain_capable */
  tracksDirty(device: Device): boolean {
    return (flagsOf(device) & MOCK_FLAGS_DEVICE_NO_DIRTY) === 0;
  }

  enforcesCoherency(): boolean {
    return false;
  }

  pasidBits(): number {
    return 0;
  }

  /** @kernel selftest.c mock_domain_hw_info */
  hwInfo(): HwInfo {
    const data = new Uint8Array(sizeofIommuTestHwInfo);
    encodeIommuTestHwInfo({ test_reg: IOMMU_HW_INFO_SELFTEST_REGVAL }, new DataView(data.buffer));
    return { type: IOMMU_HW_INFO_TYPE_SELFTEST, data };
  }

  reservedRegions(): readonly ReservedRegion[] {
    return [];
  }

  /** @kernel selftest.c mock_domain_alloc_user mock_domain_alloc_paging */
  allocPaging(device: Device, flags: number, data: UserData | null): PagingDomain | Refusal {
    const dirty = (flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING) !== 0;
    if ((flags & ~(IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING)) !== 0) {
      return refuse('EOPNOTSUPP', 'known-flags');
    }
    if (data !== null) return refuse('EOPNOTSUPP', 'data-fits-pt');
    if (dirty && !this.tracksDirty(device)) return refuse('EOPNOTSUPP', 'can-track');
    return new MockDomain(this, { huge: (flagsOf(device) & MOCK_FLAGS_DEVICE_HUGE_IOVA) !== 0, dirty });
  }

  /** @kernel selftest.c mock_domain_alloc_user __mock_domain_alloc_nested */
  allocNested(_: Device, flags: number, parent: PagingDomain, data: UserData): NestedDomain | Refusal {
    if (data.type !== IOMMU_HWPT_DATA_SELFTEST) return refuse('EOPNOTSUPP', 'data-known');
    if (flags !== 0) return refuse('EOPNOTSUPP', 'flags-fit-pt');
    if (!(parent instanceof MockDomain)) return refuse('EINVAL', 'is-parent');
    if (data.length !== sizeofIommuHwptSelftest) return refuse('EINVAL', 'data-length');
    const bytes = data.read(sizeofIommuHwptSelftest);
    if (typeof bytes === 'string') return refuse(bytes, 'data-readable');
    return new MockNestedDomain(this, parent, decodeIommuHwptSelftest(new DataView(bytes.buffer)).iotlb);
  }

  /** @kernel selftest.c mock_domain_nop_attach */
  attach(domain: Domain, device: Device): Errno | null {
    return domain.kind === 'paging' && domain.dirty !== null && !this.tracksDirty(device) ? 'EINVAL' : null;
  }

  /** @kernel selftest.c mock_dev_enable_feat */
  enablePageRequests(device: Device): Errno | null {
    if (device.pageRequests !== null) return 'EBUSY';
    device.pageRequests = new PageRequestState();
    return null;
  }

  /** @kernel selftest.c mock_dev_disable_feat */
  disablePageRequests(device: Device): void {
    for (const group of device.pageRequests?.waiting ?? []) group.respond(1);
    device.pageRequests = null;
  }
}

function flagsOf(device: Device): number {
  return device instanceof MockDevice ? device.flags : 0;
}

/** The one mock driver; it has no state. */
export const mockDriver: Driver = new MockDriver();
