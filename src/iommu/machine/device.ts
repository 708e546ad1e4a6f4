import type { BusDevice } from './bus-device.ts';
import type { AddressRange, Stream } from './command.ts';
import { CACHED_PAGE, TranslationCache } from './translation-cache.ts';
import type { IommuUnit } from './unit.ts';

/** What a device is made of. */
export interface HwDeviceOptions {
  readonly name: string;
  readonly unit: IommuUnit;
  /** Number on the bus; PCI calls it requester id. */
  readonly sid: number;
  /** It caches translations itself (PCIe ATS). Off unless given. */
  readonly ats?: boolean;
  /** log2 of the number of its PASIDs; 0 for none. */
  readonly pasidBits?: number;
  /** Addresses that it cannot use for DMA, ascending and apart. */
  readonly reserved?: readonly AddressRange[];
}

/** A request of a device. */
export interface DmaRequest {
  readonly pasid?: number | null;
  readonly address: bigint;
  /** IOMMU_READ, IOMMU_WRITE. */
  readonly perm: number;
}

/** Where a request led, or why it was stopped. */
export type DmaResult =
  | { readonly kind: 'done'; readonly address: bigint; readonly from: 'atc' | 'iommu' }
  | { readonly kind: 'fault'; readonly reason: 'unmapped' | 'denied' };

/** Translations that the ATC of a device has room for. */
const atcCapacity = 1 << 18;

/** Widest PASIDs of a bus (PCIe). */
const busPasidBits = 20;

/** A device of a bus behind an IOMMU: it asks the IOMMU for addresses, and may cache the answers. */
export class HwDevice implements BusDevice {
  readonly name: string;
  readonly unit: IommuUnit;
  readonly sid: number;
  readonly ats: boolean;
  readonly pasidBits: number;
  readonly reserved: readonly AddressRange[];
  /** Its own cache of translations, by PASID. */
  readonly atc = new TranslationCache(atcCapacity);
  #nextRequest = 1;

  /** @throws RangeError where another device of the IOMMU has the number, or PASIDs are wider than the bus has them */
  constructor({ name, unit, sid, ats = false, pasidBits = 0, reserved = [] }: HwDeviceOptions) {
    if (unit.devices.has(sid)) throw new RangeError(`sid 0x${sid.toString(16)} is taken`);
    if (pasidBits > busPasidBits)
      throw new RangeError(`PASIDs have ${pasidBits} bits, expected at most ${busPasidBits}`);
    this.name = name;
    this.unit = unit;
    this.sid = sid;
    this.ats = ats;
    this.pasidBits = pasidBits;
    this.reserved = reserved;
    unit.devices.set(sid, this);
  }

  /** Reads or writes by DMA. */
  dma({ pasid = null, address, perm }: DmaRequest): DmaResult {
    const stream: Stream = { sid: this.sid, pasid };
    const key = keyOf(pasid);
    if (this.ats) {
      const cached = this.atc.get(key, address);
      if (cached !== undefined && (cached.prot & perm) === perm)
        return { kind: 'done', address: cached.address + (address % CACHED_PAGE), from: 'atc' };
    }
    const found = this.unit.translate(stream, address);
    if (found === null) return { kind: 'fault', reason: 'unmapped' };
    if ((found.prot & perm) !== perm) return { kind: 'fault', reason: 'denied' };
    if (this.ats) {
      const page = found.address - (address % CACHED_PAGE);
      this.atc.set(key, address, { ...found, address: page });
    }
    return { kind: 'done', address: found.address, from: 'iommu' };
  }

  /** Asks for a page that is not there (PCIe PRI). @returns the number of the request */
  requestPage({ pasid = null, address, perm }: DmaRequest): number {
    const index = this.#nextRequest++;
    const request = { device: this, pasid, address, perm, index };
    if (this.unit.onPageRequest !== null) this.unit.onPageRequest(request);
    else this.unit.respond({ sid: this.sid, pasid, index, code: 1 });
    return index;
  }

  /** Forgets translations: of a PASID, of requests without one (null), of all. */
  invalidate(pasid: number | null | 'any', range: AddressRange | null): void {
    if (pasid !== 'any') this.atc.forget(keyOf(pasid), range);
    else for (const key of this.atc.keys()) this.atc.forget(key, range);
  }
}

function keyOf(pasid: number | null): number {
  return pasid === null ? 0 : pasid + 1;
}
