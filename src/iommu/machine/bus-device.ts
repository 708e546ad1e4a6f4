import type { AddressRange, HwCommand } from './command.ts';

/** A device of a bus as IOMMUs and their drivers see it. */
export interface BusDevice {
  readonly name: string;
  /** Number on the bus; PCI calls it requester id. */
  readonly sid: number;
  /** It caches translations itself (PCIe ATS). */
  readonly ats: boolean;
  /** The IOMMU that it is behind. */
  readonly unit: {
    /** Takes a command. */
    submit(command: HwCommand): void;
    /** Sends the answer to a page request. */
    respond(response: RawPageResponse): void;
  };
  /** Forgets translations: of a PASID, of requests without one (null), of all. */
  invalidate(pasid: number | null | 'any', range: AddressRange | null): void;
}

/** A page request of a device, as the IOMMU hands it on. */
export interface RawPageRequest {
  readonly device: BusDevice;
  readonly pasid: number | null;
  readonly address: bigint;
  /** IOMMU_READ, IOMMU_WRITE. */
  readonly perm: number;
  /** Number that the answer must have. */
  readonly index: number;
}

/** An answer to a page request, as the IOMMU sends it. */
export interface RawPageResponse {
  readonly sid: number;
  readonly pasid: number | null;
  readonly index: number;
  readonly code: number;
}
