/** Values by number; a new one gets the lowest free number. Follows an xarray with XA_FLAGS_ALLOC (lib/xarray.c). */
export class IdTable<T> {
  readonly #values = new Map<number, T>();
  #first: number;
  readonly #last: number;
  /** Numbers below `#next` that are free, as a heap with the lowest at the top. */
  readonly #free: number[] = [];
  #next: number;

  constructor({ first, last }: { readonly first: number; readonly last: number }) {
    this.#first = first;
    this.#last = last;
    this.#next = first;
  }

  /** How many values there are. */
  get size(): number {
    return this.#values.size;
  }

  /** The value of a number; undefined if it has none. */
  get(id: number): T | undefined {
    return this.#values.get(id);
  }

  /** The number that the next value gets; null if none is free. */
  get free(): number | null {
    const id = this.#free[0] ?? this.#next;
    return id > this.#last ? null : id;
  }

  /** @returns the number; null if none is free */
  add(value: T): number | null {
    const id = this.free;
    if (id === null) return null;
    if (id === this.#next) this.#next++;
    else this.#popFree();
    this.#values.set(id, value);
    return id;
  }

  /**
   * Gives a number back. 0 in a table that starts at 1 is in use, but nothing is there; giving it back while the table
   * is not empty makes it a number like all others, as in the kernel (xas_store() takes away the entry that keeps it).
   *
   * @returns the value that was there
   */
  delete(id: number): T | undefined {
    const value = this.#values.get(id);
    if (!this.#values.delete(id)) {
      if (id === 0 && this.#first === 1 && this.#values.size > 0) {
        this.#first = 0;
        this.#pushFree(0);
      }
      return undefined;
    }
    if (this.#values.size === 0) {
      this.#free.length = 0;
      this.#next = this.#first;
    } else this.#pushFree(id);
    return value;
  }

  /** Numbers and values, ascending. */
  entries(): readonly (readonly [number, T])[] {
    return [...this.#values].sort(([a], [b]) => a - b);
  }

  #pushFree(id: number): void {
    const heap = this.#free;
    let at = heap.push(id) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if ((heap[up] as number) <= id) break;
      heap[at] = heap[up] as number;
      at = up;
    }
    heap[at] = id;
  }

  #popFree(): void {
    const heap = this.#free;
    const id = heap.pop() as number;
    if (heap.length === 0) return;
    let at = 0;
    for (let down = 1; down < heap.length; down = at * 2 + 1) {
      if (down + 1 < heap.length && (heap[down + 1] as number) < (heap[down] as number)) down++;
      if (id <= (heap[down] as number)) break;
      heap[at] = heap[down] as number;
      at = down;
    }
    heap[at] = id;
  }
}
