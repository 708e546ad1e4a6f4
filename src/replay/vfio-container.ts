import {
  VFIO_API_VERSION,
  VFIO_CHECK_EXTENSION,
  VFIO_GET_API_VERSION,
  VFIO_TYPE1_IOMMU,
  VFIO_TYPE1_NESTING_IOMMU,
  VFIO_TYPE1v2_IOMMU,
  VFIO_UNMAP_ALL,
} from '../generated/ts/vfio.ts';
import type { CallResult } from '../ioctl/call-result.ts';
import type { OpenFile } from '../iommufd/file.ts';

/** What the type1 driver has before there is a container of it. */
const extensions = [VFIO_TYPE1_IOMMU, VFIO_TYPE1v2_IOMMU, VFIO_TYPE1_NESTING_IOMMU, VFIO_UNMAP_ALL];

/**
 * An open /dev/vfio/vfio that VFIO is behind, not iommufd. Traces have no groups: it has no model and answers little.
 *
 * @kernel container.c vfio_fops_unl_ioctl
 */
export class VfioContainer implements OpenFile {
  ioctl(cmd: number, argument: bigint): CallResult {
    switch (cmd) {
      case VFIO_GET_API_VERSION:
        return { ret: VFIO_API_VERSION, errno: null, check: null };
      case VFIO_CHECK_EXTENSION:
        return {
          ret: extensions.some((each) => BigInt(each) === argument) ? 1 : 0,
          errno: null,
          check: null,
        };
      default:
        return { ret: -1, errno: 'EINVAL', check: 'model-set' };
    }
  }

  release(): void {}
}
