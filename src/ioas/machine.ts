import type { UserMemory } from '../ioctl/user-memory.ts';
import type { RawPageRequest } from '../iommu/machine/bus-device.ts';
import type { IommuUnit } from '../iommu/machine/unit.ts';
import type { IoasContext } from './context.ts';
import type { IoasDevice } from './device.ts';
import { takePageRequest } from './fault.ts';
import { PasidPools } from './pasid.ts';

/** A process and the machine that it runs on: its memory, open files, devices and IOMMUs. */
export class Machine {
  readonly memory: UserMemory;
  readonly units: IommuUnit[] = [];
  readonly devices: IoasDevice[] = [];
  /** Open files of /dev/iommu by their descriptors. */
  readonly files = new Map<number, IoasContext>();
  readonly pasids = new PasidPools();
  #nextFd = 3;

  constructor(memory: UserMemory) {
    this.memory = memory;
  }

  /** Adds an IOMMU; its page requests come here from now on. */
  addUnit(unit: IommuUnit): void {
    this.units.push(unit);
    unit.onPageRequest = (request: RawPageRequest) => takePageRequest(this, request);
  }

  /** The number of the next file. */
  newFd(): number {
    return this.#nextFd++;
  }
}
