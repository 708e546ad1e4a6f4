import type { IoasKvmPasid } from '../generated/ts/ioas.ts';
import { Refusal, refuse } from '../ioctl/refusal.ts';
import type { Machine } from './machine.ts';

/** A virtual machine: the table that its CPUs turn PASIDs of ENQCMD with. */
export class Kvm {
  readonly machine: Machine;
  readonly #pasids = new Map<number, number>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** The PASID that goes out on the bus; null where ENQCMD faults. */
  lookup(userPasid: number): number | null {
    return this.#pasids.get(userPasid) ?? null;
  }

  /** IOAS_KVM_MAP_PASID: the PASID on the bus never comes from the caller. */
  map(cmd: IoasKvmPasid): number | Refusal {
    const ictx = this.machine.files.get(cmd.iommu_fd);
    if (ictx === undefined) return refuse('EBADF', 'open-file');
    const ioas = ictx.ioas(cmd.ioas);
    if (ioas instanceof Refusal) return ioas;
    const attachment = ioas.attachments.find(({ userPasid }) => userPasid === cmd.user_pasid);
    if (attachment?.pasid == null) return refuse('EINVAL', 'attached-with-pasid');
    this.#pasids.set(cmd.user_pasid, attachment.pasid);
    return 0;
  }

  /** IOAS_KVM_UNMAP_PASID. */
  unmap(cmd: IoasKvmPasid): number | Refusal {
    if (!this.machine.files.has(cmd.iommu_fd)) return refuse('EBADF', 'open-file');
    return this.#pasids.delete(cmd.user_pasid) ? 0 : refuse('ENOENT', 'pasid-mapped');
  }
}
