import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { IommuGroup } from '../iommu/kernel-api/group.ts';
import type { DeviceGroup } from './device-group.ts';
import type { Host } from './host.ts';
import type { Ioas } from './ioas.ts';
import { KernelMemory } from './kernel-memory.ts';
import { type IommufdObject, ObjectTable } from './object.ts';
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
