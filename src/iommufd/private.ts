import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { Device } from '../iommu/kernel-api/device.ts';
import type { NestedDomain, PagingDomain } from '../iommu/kernel-api/driver.ts';
import type { IommuGroup } from '../iommu/kernel-api/group.ts';
import { removeDomain } from './domains.ts';
import type { Fault, FaultHandle } from './fault.ts';
import type { Host } from './host.ts';
import { setAllowed, unmapAll } from './io-pagetable.ts';
import { IoPagetable } from './iopt.ts';
import { KernelMemory } from './kernel-memory.ts';
import { IommufdObject, ObjectTable } from './object.ts';
import type { AccountMode, PageSource } from './page-source.ts';

/** An open /dev/iommu. Follows struct iommufd_ctx (iommufd_private.h). */
export class IommufdContext {
  /** The process that calls; the one that opened the file unless another one shares it and calls now. */
  host: Host;
  readonly memory: KernelMemory;
  readonly objects: ObjectTable;
  readonly groups = new Map<IommuGroup, DeviceGroup>();
  accountMode: AccountMode = 'user';
  /** A device without an IOMMU is attached. */
  noIommuMode = false;
  /** The address space that the VFIO ioctls use. */
  vfioIoas: Ioas | null = null;

  /** Those that were in use; there are few, and pages are many. */
  readonly #pageSources: PageSource[] = [];
  /** Files that hold it open: its own, those of fault queues, accesses. */
  #files = 1;

  constructor(host: Host) {
    this.host = host;
    this.memory = new KernelMemory(host.kernelBytes);
    this.objects = new ObjectTable(this.memory);
    this.objects.onRemove = (object) => {
      if (this.vfioIoas === object) this.vfioIoas = null;
    };
  }

  /**
   * Makes room for an object and gives it an id.
   *
   * @kernel main.c _iommufd_object_alloc
   */
  reserve(object: IommufdObject): Refusal | null {
    return this.host.allocate() ? this.objects.reserve(object) : refuse('ENOMEM', 'memory');
  }

  /** Where pages come from that the caller maps now. */
  pageSource(writable: boolean): PageSource {
    const { host, memory } = this;
    const accountMode = host.credentials.ipcLock ? 'none' : this.accountMode;
    const known = this.#pageSources.find(
      (each) => each.host === host && each.accountMode === accountMode && each.writable === writable,
    );
    if (known !== undefined) return known;
    const source = { host, memory, accountMode, writable };
    this.#pageSources.push(source);
    return source;
  }

  /** One more file holds the context open. @kernel main.c iommufd_ctx_get */
  get(): void {
    this.#files++;
  }

  /** One less; the last one destroys everything. @kernel main.c iommufd_ctx_put iommufd_fops_release */
  put(): void {
    if (--this.#files === 0) this.objects.destroyAll();
  }
}

/** An I/O address space. Follows struct iommufd_ioas (iommufd_private.h). */
export class Ioas extends IommufdObject {
  readonly kind = 'ioas';
  /** @internal */
  readonly iopt: IoPagetable;
  /** Its page tables in the order in which they were made. @internal */
  readonly hwpts = new Set<HwptPaging>();

  constructor(ictx: IommufdContext) {
    super();
    this.iopt = new IoPagetable(ictx.host, ictx.memory);
  }

  /**
   * @kernel ioas.c iommufd_ioas_destroy
   * @kernel io_pagetable.c iopt_destroy_table
   */
  destroy(): void {
    unmapAll(this.iopt);
    this.iopt.reserved.removeOwner(null);
    setAllowed(this.iopt, []);
  }
}

/** A hardware page table that the kernel fills from an address space. Follows struct iommufd_hwpt_paging. */
export class HwptPaging extends IommufdObject {
  readonly kind = 'hwpt_paging';
  readonly ioas: Ioas;
  readonly nestParent: boolean;
  domain: PagingDomain | null = null;
  fault: Fault | null = null;
  /** The kernel made it for a device, and destroys it when no device is left. */
  auto = false;
  enforcesCoherency = false;

  constructor(ioas: Ioas, nestParent: boolean) {
    super();
    this.ioas = ioas;
    this.nestParent = nestParent;
    ioas.users++;
  }

  /** @kernel hw_pagetable.c iommufd_hwpt_paging_destroy iommufd_hwpt_paging_abort */
  destroy(): void {
    if (this.ioas.hwpts.delete(this) && this.domain !== null) removeDomain(this.ioas.iopt, this.domain);
    if (this.fault !== null) this.fault.users--;
    this.ioas.users--;
  }
}

/** A hardware page table that user space fills, on top of one of an address space. Follows struct iommufd_hwpt_nested. */
export class HwptNested extends IommufdObject {
  readonly kind = 'hwpt_nested';
  readonly parent: HwptPaging;
  domain: NestedDomain | null = null;
  fault: Fault | null = null;

  constructor(parent: HwptPaging) {
    super();
    this.parent = parent;
    parent.users++;
  }

  /** @kernel hw_pagetable.c iommufd_hwpt_nested_destroy */
  destroy(): void {
    if (this.fault !== null) this.fault.users--;
    this.parent.users--;
  }
}

/** What a device can be attached to. */
export type Hwpt = HwptPaging | HwptNested;

/** The one that an address space fills. @kernel iommufd_private.h find_hwpt_paging */
export function pagingOf(hwpt: Hwpt): HwptPaging {
  return hwpt instanceof HwptPaging ? hwpt : hwpt.parent;
}

/** The domain of a page table that was made completely. */
export function domainOf<T extends Hwpt>({ id, domain }: T): NonNullable<T['domain']> {
  if (domain === null) throw new TypeError(`page table ${id} has no domain`);
  return domain;
}

/** What iommufd keeps for a group of devices. Follows struct iommufd_group (iommufd_private.h). */
export class DeviceGroup {
  readonly group: IommuGroup;
  /** Bound devices. */
  bound = 0;
  /** What the group is attached to. @internal */
  hwpt: Hwpt | null = null;
  /** The devices that are attached to it. */
  readonly devices = new Set<BoundDevice>();

  constructor(group: IommuGroup) {
    this.group = group;
  }
}

/** A device that belongs to an open /dev/iommu. Follows struct iommufd_device (iommufd_private.h). */
export class BoundDevice extends IommufdObject {
  readonly kind = 'device';
  readonly ictx: IommufdContext;
  readonly device: Device;
  readonly igroup: DeviceGroup;
  readonly enforcesCoherency: boolean;
  /** Attachments that want page requests. */
  pageRequestUsers = 0;

  constructor(ictx: IommufdContext, device: Device, igroup: DeviceGroup) {
    super();
    this.ictx = ictx;
    this.device = device;
    this.igroup = igroup;
    this.enforcesCoherency = device.driver.enforcesCoherency(device);
  }

  /** @kernel device.c iommufd_device_destroy */
  destroy(): void {
    releaseGroup(this.ictx, this.igroup);
  }
}

/** An attachment of a device of a group. Follows struct iommufd_attach_handle (iommufd_private.h). */
export interface DeviceHandle extends FaultHandle {
  readonly device: BoundDevice;
}

/** @kernel device.c iommufd_group_release iommufd_put_group */
function releaseGroup(ictx: IommufdContext, igroup: DeviceGroup): void {
  if (--igroup.bound > 0) return;
  ictx.groups.delete(igroup.group);
  igroup.group.owner = null;
}
