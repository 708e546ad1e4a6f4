import {
  IOMMU_VFIO_IOAS_CLEAR,
  IOMMU_VFIO_IOAS_GET,
  IOMMU_VFIO_IOAS_SET,
  type IommuVfioIoas,
} from '../generated/ts/iommufd.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import { allocIoas, getIoas } from './ioas.ts';
import type { Ioas, IommufdContext } from './private.ts';
import type { Ucmd } from './ucmd.ts';

/**
 * The address space that the VFIO ioctls work on.
 *
 * @kernel vfio_compat.c get_compat_ioas
 */
export function getCompatIoas(ictx: IommufdContext, check = 'compat-ioas'): Ioas | Refusal {
  return ictx.vfioIoas ?? refuse('ENODEV', check);
}

/** @kernel vfio_compat.c iommufd_vfio_ioas */
export function vfioIoas({ ictx, cmd, reply }: Ucmd<IommuVfioIoas>): Refusal | null {
  if (cmd.__reserved !== 0) return refuse('EOPNOTSUPP', 'reserved');
  switch (cmd.op) {
    case IOMMU_VFIO_IOAS_GET: {
      const ioas = getCompatIoas(ictx, 'ioas-is-set');
      if (ioas instanceof Refusal) return ioas;
      cmd.ioas_id = ioas.id;
      return reply.respond();
    }
    case IOMMU_VFIO_IOAS_SET: {
      const ioas = getIoas(ictx, cmd.ioas_id);
      if (ioas instanceof Refusal) return ioas;
      ictx.vfioIoas = ioas;
      return null;
    }
    case IOMMU_VFIO_IOAS_CLEAR:
      ictx.vfioIoas = null;
      return null;
    default:
      return refuse('EOPNOTSUPP', 'known-op');
  }
}

/**
 * Makes an address space for the VFIO ioctls unless there is one, as VFIO does when a group is attached.
 *
 * @returns EINVAL where a device without an IOMMU is attached
 * @kernel vfio_compat.c iommufd_vfio_compat_ioas_create
 */
export function createCompatIoas(ictx: IommufdContext): Refusal | null {
  const ioas = allocIoas(ictx);
  if (ioas instanceof Refusal) return ioas;
  if (ictx.noIommuMode || ictx.vfioIoas !== null) {
    ictx.objects.release(ioas);
    return ictx.noIommuMode ? refuse('EINVAL', 'no-iommu') : null;
  }
  ictx.vfioIoas = ioas;
  ictx.objects.publish(ioas);
  return null;
}

/**
 * A device without an IOMMU is attached: VFIO_SET_IOMMU takes only VFIO_NOIOMMU_IOMMU from now on.
 *
 * @returns EINVAL where there is an address space for the VFIO ioctls already
 * @kernel vfio_compat.c iommufd_vfio_compat_set_no_iommu
 */
export function setNoIommu(ictx: IommufdContext): Refusal | null {
  if (ictx.vfioIoas !== null) return refuse('EINVAL', 'no-compat-ioas');
  ictx.noIommuMode = true;
  return null;
}
