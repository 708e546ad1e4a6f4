import { expect, it } from 'vitest';
import { IOMMU_HWPT_ALLOC_NEST_PARENT } from '../../../src/generated/ts/iommufd.ts';
import { IOMMU_HWPT_DATA_SELFTEST } from '../../../src/generated/ts/iommufd-test.ts';
import type { NestedDomain } from '../../../src/iommu/kernel-api/driver.ts';
import { MockDevice, MockDriver } from '../../../src/iommu/kernel-api/drivers/mock.ts';
import { bindDevice } from '../../../src/iommufd/device.ts';
import type { BoundDevice } from '../../../src/iommufd/private.ts';
import { must, workbench } from '../../iommufd/workbench.ts';

/** What a driver says that knows nothing of our classes. */
const plain = { errno: 'EBUSY', check: 'of-the-driver' } as const;

/** A driver whose parents have every domain refused, or take one and refuse its invalidations. */
class OutsideDriver extends MockDriver {
  refuses: 'paging' | 'nested' | 'invalidation' = 'invalidation';

  override allocPaging(...args: Parameters<MockDriver['allocPaging']>) {
    return this.refuses === 'paging' ? plain : super.allocPaging(...args);
  }

  override allocNested(...args: Parameters<MockDriver['allocNested']>) {
    if (this.refuses === 'nested') return plain;
    const domain = super.allocNested(...args) as NestedDomain;
    return Object.assign(domain, { invalidate: () => ({ done: 0, failed: plain }) });
  }
}

it('a refusal of a driver from outside is what the caller sees, also if it is a plain object', () => {
  const { calls, iommufd, process } = workbench();
  const driver = new OutsideDriver();
  const bound = bindDevice(iommufd.context, new MockDevice(process.frames, 0, driver)) as BoundDevice;
  const ioas = must(calls.ioasAlloc());
  const parentOn = () =>
    calls.hwptAlloc({ device: bound.id, parent: ioas, flags: IOMMU_HWPT_ALLOC_NEST_PARENT });
  const data = { type: IOMMU_HWPT_DATA_SELFTEST, bytes: new Uint8Array(4) };
  const nestedOn = (parent: number) => calls.hwptAlloc({ device: bound.id, parent, data });
  const refused = { ok: false, ...plain };

  driver.refuses = 'paging';
  expect(parentOn()).toEqual(refused);
  driver.refuses = 'nested';
  const parent = must(parentOn());
  expect(nestedOn(parent)).toEqual(refused);
  driver.refuses = 'invalidation';
  const nested = must(nestedOn(parent));
  expect(calls.invalidate(nested, 1, [new Uint8Array(8)])).toEqual(refused);
});
