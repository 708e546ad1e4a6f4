import type { IommuGroup } from '../iommu/group.ts';
import type { DeviceGroup } from './device-group.ts';
import { type Failure, fail } from './failure.ts';
import type { Host } from './host.ts';
import type { Ioas } from './ioas.ts';
import { type IommufdObject, ObjectTable } from './object.ts';

/** How pinned memory is counted. Follows IOPT_PAGES_ACCOUNT_ (io_pagetable.h). */
export type AccountMode = 'none' | 'user' | 'mm';

/** An open /dev/iommu. Follows struct iommufd_ctx (iommufd_private.h). */
export class IommufdContext {
  readonly host: Host;
  readonly objects = new ObjectTable();
  readonly groups = new Map<IommuGroup, DeviceGroup>();
  accountMode: AccountMode = 'user';
  /** A device without an IOMMU is attached. */
  noIommuMode = false;
  /** The address space that the VFIO ioctls use. */
  vfioIoas: Ioas | null = null;

  /** Files that hold it open: its own, those of fault queues, accesses. */
  #files = 1;

  constructor(host: Host) {
    this.host = host;
    this.objects.onRemove = (object) => {
      if (this.vfioIoas === object) this.vfioIoas = null;
    };
  }

  /**
   * Makes room for an object and gives it an id.
   *
   * @kernel main.c _iommufd_object_alloc
   */
  reserve(object: IommufdObject): Failure | null {
    return this.host.allocate() ? this.objects.reserve(object) : fail('ENOMEM', 'memory');
  }

  /** One more file holds the context open. @kernel main.c iommufd_ctx_get */
  get(): void {
    this.#files++;
  }

  /** One less; the last one destroys everything. @kernel main.c iommufd_ctx_put iommufd_fops_release */
  put(): void {
    if (--this.#files === 0) this.objects.destroyAll();
  }
}
