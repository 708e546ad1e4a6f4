import { IdTable } from '../base/id-table.ts';
import type { IoasFault } from '../generated/ts/ioas.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { UserMemory } from '../ioctl/user-memory.ts';
import type { RawPageRequest } from '../iommu/machine/bus-device.ts';
import type { DmaResult, HwDevice } from '../iommu/machine/device.ts';
import type { HardwareDriver } from '../iommu/machine/driver.ts';
import type { PageTableFormat } from '../iommu/machine/page-table.ts';
import type { AddressMap } from '../iommu/machine/translation-context.ts';
import type { IommuUnit } from '../iommu/machine/unit.ts';
import { limits } from './limits.ts';
import { MappedAddresses, ShadowAddresses } from './mapped-addresses.ts';
import { PasidPools } from './pasid.ts';
import { PinnedMemory } from './pinned-memory.ts';
import { type Profile, type ProfileName, profiles } from './profile.ts';

/** A process and the machine that it runs on, as open files and devices know them. */
export class Host {
  readonly memory: UserMemory;
  readonly devices: IoasDevice[] = [];
  /** Open files of /dev/iommu by their descriptors. */
  readonly files = new Map<number, IoasContext>();
  readonly pasids = new PasidPools();
  #nextFd = 3;

  constructor(memory: UserMemory) {
    this.memory = memory;
  }

  /** The number of the next file. */
  newFd(): number {
    return this.#nextFd++;
  }
}

/** An open /dev/iommu: its address spaces, the devices bound to it, what waits. */
export class IoasContext {
  readonly machine: Host;
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

  constructor(machine: Host, profile: ProfileName) {
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
  readonly machine: Host;
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
    machine: Host,
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

/** A device that uses an address space, for all or for one of its PASIDs. */
export interface Attachment {
  readonly device: IoasDevice;
  readonly ioas: Ioas;
  /** The PASID as the caller counts it; null for requests without one. */
  readonly userPasid: number | null;
  /** The PASID on the bus; null for requests without one. */
  readonly pasid: number | null;
}

/** A page fault that waits for its answer. */
export interface PendingFault {
  readonly event: IoasFault;
  /** Whose it was. */
  readonly attachment: Attachment;
  /** What the IOMMU wants to have back. */
  readonly raw: RawPageRequest;
  /** read() gave it. */
  wasRead: boolean;
}

/** A table that the caller fills. */
export type UserTable =
  | {
      readonly kind: 'pgtable';
      readonly format: PageTableFormat;
      readonly root: bigint;
      readonly levels: number;
      readonly asid: number;
    }
  | { readonly kind: 'pasid-table'; readonly base: bigint; readonly pasidBits: number };

/** What an address space is made of. */
export interface IoasOptions {
  readonly parent: Ioas | null;
  readonly nesting: Ioas['nesting'];
  readonly addrWidth: number;
  readonly enforceSnoop: boolean;
}

/** An I/O address space. */
export class Ioas {
  readonly ictx: IoasContext;
  /** Set when it is published. */
  id = 0;
  readonly parent: Ioas | null;
  readonly children = new Set<Ioas>();
  /** How it lies on its parent; null for one that lies on nothing. */
  readonly nesting: 'hardware' | 'software' | null;
  readonly #attachments: Attachment[] = [];
  /** The devices of these, with how many of them each has. */
  readonly #devices = new Map<IoasDevice, number>();
  /** Width of its addresses; 0 for that of the devices. */
  readonly addrWidth: number;
  /** Only devices whose DMA can be made to snoop caches may be attached. */
  readonly enforceSnoop: boolean;
  /** What was mapped, with addresses of the parent where there is one. */
  readonly mapped = new MappedAddresses();
  /** What the hardware sees of that: the same, or where all of it leads in the end. */
  readonly shadow: AddressMap;
  #table: UserTable | null = null;
  /** How many address spaces on top of this one use an ASID. */
  readonly asids = new Map<number, number>();
  /** Its domains on IOMMUs. */
  readonly domains = new Map<IommuUnit, number>();

  constructor(ictx: IoasContext, { parent, nesting, addrWidth, enforceSnoop }: IoasOptions) {
    this.ictx = ictx;
    this.parent = parent;
    this.nesting = nesting;
    this.addrWidth = addrWidth;
    this.enforceSnoop = enforceSnoop;
    const { mapped } = this;
    this.shadow =
      nesting === 'software' && parent !== null
        ? new ShadowAddresses({ upper: mapped, lower: parent.mapped })
        : mapped;
  }

  /** Who uses it and how, in the order of attaching. */
  get attachments(): readonly Attachment[] {
    return this.#attachments;
  }

  /** A device is attached; the hardware does not hear of it here. */
  addAttachment(attachment: Attachment): void {
    const { device } = attachment;
    this.#attachments.push(attachment);
    this.#devices.set(device, (this.#devices.get(device) ?? 0) + 1);
  }

  /** The opposite of {@link addAttachment}. */
  removeAttachment(attachment: Attachment): void {
    const { device } = attachment;
    const left = (this.#devices.get(device) ?? 0) - 1;
    this.#attachments.splice(this.#attachments.indexOf(attachment), 1);
    if (left > 0) this.#devices.set(device, left);
    else this.#devices.delete(device);
  }

  /** The devices that are attached, each once. */
  get devices(): readonly IoasDevice[] {
    return [...this.#devices.keys()];
  }

  /** The table that the caller fills; null before it is bound. */
  get table(): UserTable | null {
    return this.#table;
  }

  /** Changes what table says, and what the parent knows of it. */
  setTable(table: UserTable | null): void {
    const asids = this.parent?.asids;
    const count = (of: UserTable | null, change: number): void => {
      if (of?.kind === 'pgtable') asids?.set(of.asid, (asids.get(of.asid) ?? 0) + change);
    };
    count(this.#table, -1);
    count(table, 1);
    this.#table = table;
  }

  /** It is filled by the caller and not with IOAS_MAP_DMA. */
  get isUserManaged(): boolean {
    return this.nesting === 'hardware';
  }

  /** The drivers of the devices that are attached. */
  get drivers(): readonly HardwareDriver[] {
    return [...new Set(this.devices.map(({ hw }) => hw.unit.driver))];
  }

  /** The IOMMUs that it is used with. */
  get units(): readonly IommuUnit[] {
    return [...new Set(this.devices.map(({ hw }) => hw.unit))];
  }
}
