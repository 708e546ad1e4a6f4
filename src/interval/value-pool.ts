const none = -1;

/** Values by number. The places of values that are gone hold a list of themselves, so that each is used again. */
export class ValuePool<V> {
  #places: (V | number)[] = [];
  #firstFree = none;

  /** Keeps a value and gives its number. */
  add(value: V): number {
    const place = this.#firstFree;
    if (place === none) return this.#places.push(value) - 1;
    this.#firstFree = this.#places[place] as number;
    this.#places[place] = value;
    return place;
  }

  /** The value with a number that is in use. */
  get(place: number): V {
    return this.#places[place] as V;
  }

  /** Gives back the number of a value, and the value. */
  remove(place: number): V {
    const value = this.#places[place] as V;
    this.#places[place] = this.#firstFree;
    this.#firstFree = place;
    return value;
  }
}
