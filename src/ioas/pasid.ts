import type { HwDevice } from '../iommu/hardware/device.ts';

/** First PASID of the pool that all devices share; below are those of one device each. */
const firstShared = 0x8000;
const lastPasid = 0xf_ffff;

/** PASIDs on the bus. */
export class PasidPools {
  readonly #local = new WeakMap<HwDevice, Set<number>>();
  /** PASIDs of the shared pool by whose they are: a file and its user's PASID. */
  readonly #shared = new Map<object, Map<number, { readonly pasid: number; users: number }>>();
  readonly #sharedInUse = new Set<number>();

  /** A PASID of a device; null where all are in use. */
  takeLocal(device: HwDevice): number | null {
    const used = this.#local.get(device) ?? new Set();
    this.#local.set(device, used);
    const last = Math.min(firstShared, 2 ** device.pasidBits) - 1;
    for (let pasid = 1; pasid <= last; pasid++) {
      if (used.has(pasid)) continue;
      used.add(pasid);
      return pasid;
    }
    return null;
  }

  giveLocal(device: HwDevice, pasid: number): void {
    this.#local.get(device)?.delete(pasid);
  }

  /** The PASID of the shared pool for a PASID of an owner: the same one for all devices. */
  takeShared(owner: object, userPasid: number): number | null {
    const own = this.#shared.get(owner) ?? new Map<number, { readonly pasid: number; users: number }>();
    this.#shared.set(owner, own);
    const known = own.get(userPasid);
    if (known !== undefined) {
      known.users++;
      return known.pasid;
    }
    for (let pasid = firstShared; pasid <= lastPasid; pasid++) {
      if (this.#sharedInUse.has(pasid)) continue;
      this.#sharedInUse.add(pasid);
      own.set(userPasid, { pasid, users: 1 });
      return pasid;
    }
    return null;
  }

  giveShared(owner: object, userPasid: number): void {
    const own = this.#shared.get(owner);
    const known = own?.get(userPasid);
    if (known === undefined || --known.users > 0) return;
    own?.delete(userPasid);
    this.#sharedInUse.delete(known.pasid);
  }
}
