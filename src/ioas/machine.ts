import type { RawPageRequest } from '../iommu/machine/bus-device.ts';
import type { IommuUnit } from '../iommu/machine/unit.ts';
import { takePageRequest } from './fault.ts';
import { Host } from './objects.ts';

/** A process and the machine that it runs on: its memory, open files, devices and IOMMUs. */
export class Machine extends Host {
  readonly units: IommuUnit[] = [];

  /** Adds an IOMMU; its page requests come here from now on. */
  addUnit(unit: IommuUnit): void {
    this.units.push(unit);
    unit.onPageRequest = (request: RawPageRequest) => takePageRequest(this, request);
  }
}
