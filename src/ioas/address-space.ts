import type { Asid, Tag } from '../iommu/machine/command.ts';
import type { HardwareDriver } from '../iommu/machine/driver.ts';
import type { PageTableFormat } from '../iommu/machine/page-table.ts';
import type { AddressMap } from '../iommu/machine/translation-context.ts';
import type { IommuUnit } from '../iommu/machine/unit.ts';
import type { Attachment } from './attachment.ts';
import type { IoasContext } from './context.ts';
import type { IoasDevice } from './device.ts';
import { MappedAddresses, ShadowAddresses } from './mapped-addresses.ts';

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
  readonly #domains = new Map<IommuUnit, number>();

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

  /** What an IOMMU puts on its translations. */
  tag(unit: IommuUnit): Tag {
    const table = this.table;
    if (this.parent !== null && this.sharesDomain(unit))
      return { domain: this.parent.domain(unit), asid: table?.kind === 'pgtable' ? table.asid : 'none' };
    return { domain: this.domain(unit), asid: 'none' };
  }

  /** The ASID for commands about it; all of its PASID table's, where it has one. */
  asid(unit: IommuUnit): Asid {
    return this.table?.kind === 'pasid-table' ? 'any' : this.tag(unit).asid;
  }

  /** It has the domain of its parent, and only an ASID of its own. */
  sharesDomain(unit: IommuUnit): boolean {
    return this.nesting === 'hardware' && (unit.driver.usesGuestAsids || this.table?.kind === 'pasid-table');
  }

  /** Its domain on an IOMMU. */
  domain(unit: IommuUnit): number {
    const known = this.#domains.get(unit);
    if (known !== undefined) return known;
    const domain = unit.newDomain();
    this.#domains.set(unit, domain);
    return domain;
  }
}
