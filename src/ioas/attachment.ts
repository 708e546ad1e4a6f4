import type { Stream } from '../iommu/machine/command.ts';
import type { Ioas } from './address-space.ts';
import type { IoasDevice } from './device.ts';

/** A device that uses an address space, for all or for one of its PASIDs. */
export interface Attachment {
  readonly device: IoasDevice;
  readonly ioas: Ioas;
  /** The PASID as the caller counts it; null for requests without one. */
  readonly userPasid: number | null;
  /** The PASID on the bus; null for requests without one. */
  readonly pasid: number | null;
}

/** How the requests of an attachment look on the bus. */
export function streamOf({ device, pasid }: Attachment): Stream {
  return { sid: device.hw.sid, pasid };
}
