import {
  decodeIommuHwptInvalidateSelftest,
  IOMMU_HWPT_INVALIDATE_DATA_SELFTEST,
  IOMMU_TEST_INVALIDATE_FLAG_ALL,
  MOCK_NESTED_DOMAIN_IOTLB_ID_MAX,
  MOCK_NESTED_DOMAIN_IOTLB_NUM,
  sizeofIommuHwptInvalidateSelftest,
} from '../../../generated/ts/iommufd-test.ts';
import { refuse } from '../../../ioctl/refusal.ts';
import type { Errno } from '../../../model/errno.ts';
import type {
  Driver,
  InvalidationRequests,
  InvalidationResult,
  NestedDomain,
  PagingDomain,
} from '../driver.ts';

/**
 * The nested page table of the mock driver: four numbers that stand for what an IOTLB caches.
 *
 * @kernel selftest.c mock_iommu_domain_nested
 */
export class MockNestedDomain implements NestedDomain {
  readonly kind = 'nested';
  readonly driver: Driver;
  readonly parent: PagingDomain;
  readonly iotlb: Uint32Array;

  constructor(driver: Driver, parent: PagingDomain, iotlb: number) {
    this.driver = driver;
    this.parent = parent;
    this.iotlb = new Uint32Array(MOCK_NESTED_DOMAIN_IOTLB_NUM).fill(iotlb);
  }

  /** @kernel selftest.c mock_domain_cache_invalidate_user */
  invalidate(requests: InvalidationRequests): InvalidationResult {
    const stop = (done: number, errno: Errno, check: string): InvalidationResult => ({
      done,
      failed: refuse(errno, check),
    });
    if (requests.type !== IOMMU_HWPT_INVALIDATE_DATA_SELFTEST) return stop(0, 'EINVAL', 'requests-known');
    const size = sizeofIommuHwptInvalidateSelftest;
    for (let done = 0; done < requests.count; done++) {
      if (requests.length !== size) return stop(done, 'EINVAL', 'request-length');
      const bytes = requests.read(done, size);
      if (typeof bytes === 'string') return stop(done, 'EFAULT', 'requests-readable');
      const { flags, iotlb_id } = decodeIommuHwptInvalidateSelftest(new DataView(bytes.buffer));
      if ((flags & ~IOMMU_TEST_INVALIDATE_FLAG_ALL) !== 0)
        return stop(done, 'EOPNOTSUPP', 'requests-known-bits');
      if (iotlb_id > MOCK_NESTED_DOMAIN_IOTLB_ID_MAX) return stop(done, 'EINVAL', 'requests-valid');
      if ((flags & IOMMU_TEST_INVALIDATE_FLAG_ALL) !== 0) this.iotlb.fill(0);
      else this.iotlb[iotlb_id] = 0;
    }
    return { done: requests.count, failed: null };
  }

  /** NON-KERNEL: the mock driver has no first stage; IOVAs go on as they are. */
  translate(iova: bigint): bigint {
    return iova;
  }
}
