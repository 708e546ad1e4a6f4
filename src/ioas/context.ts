import { IdTable } from '../base/id-table.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import { Ioas } from './address-space.ts';
import type { IoasDevice } from './device.ts';
import type { PendingFault } from './fault.ts';
import { limits } from './limits.ts';
import type { Machine } from './machine.ts';
import { PinnedMemory } from './pinned-memory.ts';
import { type Profile, type ProfileName, profiles } from './profile.ts';

/** An open /dev/iommu: its address spaces, the devices bound to it, what waits. */
export class IoasContext {
  readonly machine: Machine;
  readonly profile: Profile;
  readonly fd: number;
  /** Address spaces and bound devices share one space of ids. */
  readonly objects = new IdTable<Ioas | IoasDevice>({ first: 1, last: limits.ids });
  readonly byLabel = new Map<bigint, IoasDevice>();
  readonly pinned = new PinnedMemory();
  /** Faults without an answer, oldest first. */
  readonly faults: PendingFault[] = [];
  nextFault = 1;
  /** Hears of faults, as an eventfd does. */
  onFault: (() => void) | null = null;

  constructor(machine: Machine, profile: ProfileName) {
    this.machine = machine;
    this.profile = profiles[profile];
    this.fd = machine.newFd();
    machine.files.set(this.fd, this);
  }

  /** The address space of an id. */
  ioas(id: number): Ioas | Refusal {
    const object = this.objects.get(id);
    return object instanceof Ioas ? object : refuse(this.profile.unknownId, 'ioas-exists');
  }

  get spaces(): readonly Ioas[] {
    return this.objects
      .entries()
      .map(([, object]) => object)
      .filter((object) => object instanceof Ioas);
  }

  get devices(): readonly IoasDevice[] {
    return [...this.byLabel.values()].sort((a, b) => a.id - b.id);
  }
}
