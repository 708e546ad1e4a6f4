import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { DmaResult, HwDevice } from '../iommu/machine/device.ts';
import type { Ioas } from './address-space.ts';
import type { Attachment } from './attachment.ts';
import type { IoasContext } from './context.ts';
import type { Machine } from './machine.ts';

/** Devices that the IOMMU cannot keep apart. */
export class DeviceGroup {
  readonly devices: IoasDevice[] = [];
}

/** What a device that user space opens is made of. */
export interface IoasDeviceOptions {
  readonly name: string;
  readonly hw: HwDevice;
  readonly group?: DeviceGroup;
  /** A mediated device: a part of `hw`, told apart by the PASID of its requests. */
  readonly mediated?: boolean;
  /** Its PASIDs are used with ENQCMD, so that the CPU translates them for all devices of a guest alike. */
  readonly enqcmd?: boolean;
}

/** Why DMA was stopped before it came to any translation. */
export type DeviceDma = DmaResult | { readonly kind: 'fault'; readonly reason: 'host-owned' | 'blocked' };

/** An open device. */
export class IoasDevice {
  readonly name: string;
  readonly machine: Machine;
  readonly hw: HwDevice;
  readonly group: DeviceGroup;
  readonly mediated: boolean;
  readonly enqcmd: boolean;
  /** PASID of a mediated device's requests that have none of their own. */
  readonly defaultPasid: number | null;
  /** What it is bound to. */
  bound: IoasContext | null = null;
  id = 0;
  label = 0n;
  readonly #attachments = new Map<number | null, Attachment[]>();

  /** @throws RangeError for a mediated device where its hardware has no PASID left that tells it apart */
  constructor(
    machine: Machine,
    { name, hw, group = new DeviceGroup(), mediated = false, enqcmd = false }: IoasDeviceOptions,
  ) {
    this.machine = machine;
    this.name = name;
    this.hw = hw;
    this.group = group;
    this.mediated = mediated;
    this.enqcmd = enqcmd;
    this.defaultPasid = mediated ? machine.pasids.takeLocal(hw) : null;
    if (mediated && this.defaultPasid === null)
      throw new RangeError(`${hw.name} has no PASID left for ${name}`);
    group.devices.push(this);
    machine.devices.push(this);
  }

  /** The other devices that are made of the same hardware. */
  get siblings(): readonly IoasDevice[] {
    return this.machine.devices.filter((other) => other !== this && other.hw === this.hw);
  }

  /** What it is attached to, in no order that means anything. */
  get attachments(): readonly Attachment[] {
    return [...this.#attachments.values()].flat();
  }

  /** Its attachments with a PASID of the caller's: at most two, to an address space and to one on top of it. */
  attachmentsWith(userPasid: number | null): readonly Attachment[] {
    return this.#attachments.get(userPasid) ?? [];
  }

  /** Whether it has attachments with PASIDs. */
  get usesPasids(): boolean {
    return this.#attachments.size > (this.#attachments.has(null) ? 1 : 0);
  }

  /** Whether it is attached to an address space, with whatever PASID. */
  isAttachedTo(ioas: Ioas): boolean {
    for (const some of this.#attachments.values()) if (some.some((one) => one.ioas === ioas)) return true;
    return false;
  }

  /** It is attached; neither the address space nor the hardware hears of it here. */
  addAttachment(attachment: Attachment): void {
    const { userPasid } = attachment;
    this.#attachments.set(userPasid, [...this.attachmentsWith(userPasid), attachment]);
  }

  /** The opposite of {@link addAttachment}. */
  removeAttachment(attachment: Attachment): void {
    const { userPasid } = attachment;
    const left = this.attachmentsWith(userPasid).filter((one) => one !== attachment);
    if (left.length > 0) this.#attachments.set(userPasid, left);
    else this.#attachments.delete(userPasid);
  }

  /** The attachment that decides about requests with a PASID of the caller's: the one nested deepest. */
  route(userPasid: number | null): Attachment | undefined {
    const candidates = this.attachmentsWith(userPasid);
    return candidates.find(({ ioas }) => ioas.parent !== null) ?? candidates[0];
  }

  /** The PASID on the bus of one of the caller's; undefined where it has none. */
  busPasid(userPasid: number | null): number | null | undefined {
    if (userPasid === null) return this.defaultPasid;
    if (this.route(null)?.ioas.table?.kind === 'pasid-table')
      return userPasid < 2 ** this.hw.pasidBits ? userPasid : undefined;
    return this.route(userPasid)?.pasid;
  }

  /** Reads or writes by DMA. `pasid` is the caller's. */
  dma(pasid: number | null, address: bigint, perm: number): DeviceDma {
    if (this.group.devices.every(({ bound }) => bound === null))
      return { kind: 'fault', reason: 'host-owned' };
    const bus = this.busPasid(pasid);
    if (bus === undefined || this.#attachments.size === 0) return { kind: 'fault', reason: 'blocked' };
    return this.hw.dma({ pasid: bus, address, perm });
  }

  /** Asks for a page that is missing. @returns the number of the request; null where the request never left */
  requestPage(pasid: number | null, address: bigint, perm: number): number | null {
    const bus = this.busPasid(pasid);
    return bus === undefined ? null : this.hw.requestPage({ pasid: bus, address, perm });
  }

  /** mmap(2) of its registers: only what is bound can be reached. */
  mmap(): 0 | Refusal {
    return this.bound === null ? refuse('EACCES', 'device-bound') : 0;
  }
}
