import type { Refusal } from '../ioctl/refusal.ts';
import { Ioas, type IommufdContext } from './private.ts';

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
