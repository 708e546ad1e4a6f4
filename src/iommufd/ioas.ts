import type { Refusal } from '../ioctl/refusal.ts';
import type { IommufdContext } from './context.ts';
import type { HwptPaging } from './hw-pagetable.ts';
import { IoPagetable, setAllowed, unmapAll } from './io-pagetable.ts';
import { IommufdObject } from './object.ts';

/** An I/O address space. Follows struct iommufd_ioas (iommufd_private.h). */
export class Ioas extends IommufdObject {
  readonly kind = 'ioas';
  /** @internal */
  readonly iopt: IoPagetable;
  /** Its page tables in the order in which they were made. @internal */
  readonly hwpts = new Set<HwptPaging>();

  constructor(ictx: IommufdContext) {
    super();
    this.iopt = new IoPagetable(ictx.host, ictx.memory);
  }

  /**
   * @kernel ioas.c iommufd_ioas_destroy
   * @kernel io_pagetable.c iopt_destroy_table
   */
  destroy(): void {
    unmapAll(this.iopt);
    this.iopt.reserved.removeOwner(null);
    setAllowed(this.iopt, []);
  }
}

/**
 * Makes an address space, not published yet.
 *
 * @kernel ioas.c iommufd_ioas_alloc
 */
export function allocIoas(ictx: IommufdContext): Ioas | Refusal {
  const ioas = new Ioas(ictx);
  return ictx.reserve(ioas) ?? ioas;
}

/** The address space of an id. */
export function getIoas(ictx: IommufdContext, id: number, check = 'ioas-exists'): Ioas | Refusal {
  return ictx.objects.get(id, Ioas, check);
}
