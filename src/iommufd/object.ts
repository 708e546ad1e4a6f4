import { IdTable } from '../base/id-table.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { limits } from './limits.ts';

/** What an id of iommufd can stand for. */
export type ObjectKind = 'device' | 'hwpt_paging' | 'hwpt_nested' | 'ioas' | 'access' | 'fault' | 'selftest';

/** Base of everything that has an id. Follows struct iommufd_object (iommufd_private.h). */
export abstract class IommufdObject {
  abstract readonly kind: ObjectKind;
  /** Its id, from 1 on; 0 before it has one. */
  id = 0;
  /** How many use it: the table of ids is one. */
  users = 1;
  /** Lookups find it. */
  published = false;

  /** Lets go of what it holds; nobody uses it any more. */
  abstract destroy(): void;

  /** The same for an object that was never published. */
  abort(): void {
    this.destroy();
  }
}

/** The class of a kind of objects. */
export type Kind<T> = abstract new (...args: never[]) => T;

/** The objects of an open /dev/iommu by their ids. */
export class ObjectTable {
  readonly #objects = new IdTable<IommufdObject>({ first: 1, last: limits.idMax });
  /** Hears of each object that goes away. */
  onRemove: (object: IommufdObject) => void = () => {};
  readonly #memory: KernelMemory;

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  get size(): number {
    return this.#objects.size;
  }

  /**
   * Gives an object the lowest free id. Lookups do not find it before it is published.
   *
   * @kernel main.c _iommufd_object_alloc
   */
  reserve(object: IommufdObject): Refusal | null {
    if (!this.#memory.take(limits.objectBytes)) return refuse('ENOMEM', 'memory');
    const id = this.#objects.add(object);
    if (id === null) {
      this.#memory.give(limits.objectBytes);
      return refuse('EBUSY', 'ids');
    }
    object.id = id;
    return null;
  }

  /** @kernel main.c iommufd_object_finalize */
  publish(object: IommufdObject): void {
    object.published = true;
  }

  /**
   * Takes back an object that was not published, and its id.
   *
   * @kernel main.c iommufd_object_abort_and_destroy
   */
  abort(object: IommufdObject): void {
    object.abort();
    this.release(object);
  }

  /**
   * Takes back the id only.
   *
   * @kernel main.c iommufd_object_abort
   */
  release(object: IommufdObject): void {
    this.#objects.delete(object.id);
    this.#memory.give(limits.objectBytes);
  }

  /**
   * The object of an id, of a kind.
   *
   * @kernel main.c iommufd_get_object
   */
  get<T extends IommufdObject>(id: number, kind: Kind<T>, check: string): T | Refusal {
    const object = this.#objects.get(id);
    return object instanceof kind && object.published ? object : refuse('ENOENT', check);
  }

  /**
   * Destroys the object of an id that nobody else uses.
   *
   * @kernel main.c iommufd_object_remove
   */
  remove(id: number): Refusal | null {
    const object = this.#objects.get(id);
    if (object === undefined || !object.published) return refuse('ENOENT', 'object-exists');
    if (object.users !== 1) return refuse('EBUSY', 'unused');
    this.#erase(object);
    return null;
  }

  /**
   * Gives back one use of an object and destroys it if that was the last but the table's.
   *
   * @kernel iommufd_private.h iommufd_object_put_and_try_destroy
   */
  put(object: IommufdObject): void {
    object.users--;
    if (object.users === 1) this.#erase(object);
  }

  /**
   * Destroys everything, those first that nothing uses.
   *
   * @returns false where objects that somebody else uses are left
   * @kernel main.c iommufd_fops_release
   */
  destroyAll(): boolean {
    while (this.#objects.size > 0) {
      let destroyed = 0;
      for (const [, object] of this.#objects.entries()) {
        if (object.users !== 1 || this.#objects.get(object.id) !== object) continue;
        destroyed++;
        this.#erase(object);
      }
      if (destroyed === 0) return false;
    }
    return true;
  }

  /** All of them, ids ascending. */
  all(): readonly IommufdObject[] {
    return this.#objects.entries().map(([, object]) => object);
  }

  #erase(object: IommufdObject): void {
    object.users = 0;
    this.release(object);
    this.onRemove(object);
    object.destroy();
  }
}
