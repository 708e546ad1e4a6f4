import type { IoasKvmPasid } from '../generated/ts/ioas.ts';
import { Failure, fail } from './failure.ts';
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
  map(cmd: IoasKvmPasid): number | Failure {
    const ictx = this.machine.files.get(cmd.iommu_fd);
    if (ictx === undefined) return fail('EBADF', 'open-file');
    const ioas = ictx.ioas(cmd.ioas);
    if (ioas instanceof Failure) return ioas;
    const attachment = ioas.attachments.find(({ userPasid }) => userPasid === cmd.user_pasid);
    if (attachment?.pasid == null) return fail('EINVAL', 'attached-with-pasid');
    this.#pasids.set(cmd.user_pasid, attachment.pasid);
    return 0;
  }

  /** IOAS_KVM_UNMAP_PASID. */
  unmap(cmd: IoasKvmPasid): number | Failure {
    if (!this.machine.files.has(cmd.iommu_fd)) return fail('EBADF', 'open-file');
    return this.#pasids.delete(cmd.user_pasid) ? 0 : fail('ENOENT', 'pasid-mapped');
  }
}
