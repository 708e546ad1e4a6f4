/**
 * A place to take u64s apart and to put them together: a bigint goes in through `whole`, its two u32 halves come out
 * of `half`, or the other way round. A store into a BigUint64Array is the one conversion that V8 does without making
 * another bigint.
 */
export class Halves {
  readonly whole: BigUint64Array;
  /** The halves of element i: at 2 * i + {@link low} and 2 * i + {@link high}. */
  readonly half: Uint32Array;

  constructor(length: number) {
    this.whole = new BigUint64Array(length);
    this.half = new Uint32Array(this.whole.buffer);
  }

  /** Takes a u64 into element i; throws a RangeError that names the argument where it is none. */
  take(i: number, value: bigint, name: string): void {
    this.whole[i] = value;
    if (this.whole[i] !== value) throw new RangeError(`${name}: expected a u64, found ${value}`);
  }
}

/** Where the lower half of an element lies on this machine: 0, or 1 on one that keeps the higher half first. */
export const low = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;

/** Where the higher half lies. */
export const high = 1 - low;
