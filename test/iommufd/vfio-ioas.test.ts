import { describe, expect, it } from 'vitest';
import {
  VFIO_CHECK_EXTENSION,
  VFIO_NOIOMMU_IOMMU,
  VFIO_SET_IOMMU,
  VFIO_TYPE1_IOMMU,
} from '../../src/generated/ts/vfio.ts';
import { Iommufd } from '../../src/iommufd/main.ts';
import { Process } from '../../src/iommufd/process.ts';
import { createCompatIoas, setNoIommu } from '../../src/iommufd/vfio-ioas.ts';

const noIommu = BigInt(VFIO_NOIOMMU_IOMMU);
const type1 = BigInt(VFIO_TYPE1_IOMMU);

/** A process of a kernel with CONFIG_VFIO_NOIOMMU. */
class NoIommuProcess extends Process {
  override readonly vfioNoIommu: boolean = true;
}

describe('createCompatIoas', () => {
  it('makes an address space that VFIO_SET_IOMMU finds, once', () => {
    const iommufd = new Process().open();
    const { context } = iommufd;
    expect(iommufd.ioctl(VFIO_SET_IOMMU, type1).errno).toBe('ENODEV');
    expect(createCompatIoas(context)).toBeNull();
    expect(createCompatIoas(context)).toBeNull();
    expect(iommufd.ioctl(VFIO_SET_IOMMU, type1).ret).toBe(0);
    expect(context.objects.size).toBe(1);
    expect(context.vfioIoas?.id).toBe(1);
  });

  it('refuses a container of devices without an IOMMU, and leaves no object', () => {
    const { context } = new Process().open();
    expect(setNoIommu(context)).toBeNull();
    expect(createCompatIoas(context)).toMatchObject({ errno: 'EINVAL' });
    expect(context.objects.size).toBe(0);
  });
});

describe('setNoIommu', () => {
  it('lets the process choose VFIO_NOIOMMU_IOMMU and nothing else, if the kernel has it', () => {
    for (const [process, errno] of [
      [new NoIommuProcess(), null],
      [new NoIommuProcess({ privileged: false }), 'EPERM'],
      [new Process(), 'EINVAL'],
    ] as const) {
      const iommufd = new Iommufd(process);
      expect(iommufd.ioctl(VFIO_SET_IOMMU, noIommu).errno).toBe('EINVAL');
      setNoIommu(iommufd.context);
      expect(iommufd.ioctl(VFIO_SET_IOMMU, noIommu).errno).toBe(errno);
      expect(iommufd.ioctl(VFIO_SET_IOMMU, type1).errno).toBe('EINVAL');
      expect(iommufd.ioctl(VFIO_CHECK_EXTENSION, type1).ret).toBe(0);
    }
  });

  it('comes too late once there is an address space', () => {
    const { context } = new Process().open();
    createCompatIoas(context);
    expect(setNoIommu(context)).toMatchObject({ errno: 'EINVAL' });
  });
});
