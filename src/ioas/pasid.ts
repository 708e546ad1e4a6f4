import type { HwDevice } from '../iommu/machine/device.ts';

/** First PASID of the pool that all devices share; below are those of one device each. */
const firstShared = 0x8000;
const lastPasid = 0xf_ffff;

/** A PASID of the shared pool, and how many devices use it. */
interface SharedPasid {
  readonly pasid: number;
  users: number;
}

/** Who wants a PASID of the shared pool. */
export interface SharedPasidRequest {
  readonly owner: object;
  /** PASID as the owner counts it. */
  readonly userPasid: number;
  /** Width of the PASIDs of the device that is to use it. */
  readonly pasidBits: number;
}

/** PASIDs on the bus. */
export class PasidPools {
  readonly #local = new WeakMap<HwDevice, Set<number>>();
  /** PASIDs of the shared pool by whose they are: a file and its user's PASID. */
  readonly #shared = new WeakMap<object, Map<number, SharedPasid>>();
  readonly #sharedInUse = new Set<number>();

  /** A PASID of a device; null where all are in use. */
  takeLocal(device: HwDevice): number | null {
    const used = this.#local.get(device) ?? new Set();
    this.#local.set(device, used);
    const last = lastLocal(device);
    for (let pasid = 1; pasid <= last; pasid++) {
      if (used.has(pasid)) continue;
      used.add(pasid);
      return pasid;
    }
    return null;
  }

  /** Whether {@link takeLocal} would give one. */
  hasLocal(device: HwDevice): boolean {
    return (this.#local.get(device)?.size ?? 0) < lastLocal(device);
  }

  /** The opposite of {@link takeLocal}. */
  giveLocal(device: HwDevice, pasid: number): void {
    this.#local.get(device)?.delete(pasid);
  }

  /** The PASID of the shared pool for a PASID of an owner, the same one for all devices; null where none is left. */
  takeShared({ owner, userPasid, pasidBits }: SharedPasidRequest): number | null {
    const own = this.#shared.get(owner) ?? new Map<number, SharedPasid>();
    this.#shared.set(owner, own);
    const last = Math.min(lastPasid, 2 ** pasidBits - 1);
    const known = own.get(userPasid);
    if (known !== undefined) {
      if (known.pasid > last) return null;
      known.users++;
      return known.pasid;
    }
    for (let pasid = firstShared; pasid <= last; pasid++) {
      if (this.#sharedInUse.has(pasid)) continue;
      this.#sharedInUse.add(pasid);
      own.set(userPasid, { pasid, users: 1 });
      return pasid;
    }
    return null;
  }

  /** The opposite of {@link takeShared}, to be called as often. */
  giveShared(owner: object, userPasid: number): void {
    const own = this.#shared.get(owner);
    const known = own?.get(userPasid);
    if (known === undefined || --known.users > 0) return;
    own?.delete(userPasid);
    this.#sharedInUse.delete(known.pasid);
  }
}

function lastLocal({ pasidBits }: HwDevice): number {
  return Math.min(firstShared, 2 ** pasidBits) - 1;
}
