import { limits } from './limits.ts';

/** Objects of one open file by their ids, which start at 1; the lowest free one is next. */
export class Ids<T> {
  readonly #objects = new Map<number, T>();
  #next = 1;

  get size(): number {
    return this.#objects.size;
  }

  /** The id that the next object gets; null where there are too many. */
  get free(): number | null {
    return this.#objects.size >= limits.ids ? null : this.#next;
  }

  /** @returns the id, which {@link free} has told before */
  add(object: T): number {
    const id = this.#next;
    this.#objects.set(id, object);
    while (this.#objects.has(this.#next)) this.#next++;
    return id;
  }

  /** The object of an id. */
  get(id: number): T | undefined {
    return this.#objects.get(id);
  }

  /** The object goes; its id is free again. */
  delete(id: number): void {
    if (this.#objects.delete(id) && id < this.#next) this.#next = id;
  }

  /** All of them, ids ascending. */
  values(): readonly T[] {
    return [...this.#objects].sort(([a], [b]) => a - b).map(([, object]) => object);
  }
}
