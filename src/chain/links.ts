import { viewOf } from '../codec/runtime/bytes.ts';
import { readPlace, writePlace } from '../plan/access.ts';
import { placeEnd } from '../plan/place.ts';
import { ChainError } from './chain-error.ts';
import type { ChainFormat, Pointer } from './format.ts';

/** The pointers of a chain in a buffer, for those who change them. */
export class Links {
  readonly #format: ChainFormat;
  readonly #view: DataView;

  constructor(format: ChainFormat, bytes: Uint8Array) {
    this.#format = format;
    this.#view = viewOf(bytes);
  }

  /**
   * Makes the element at `from` (null: the head) point to an offset, or end the list. Bits that do not count stay.
   *
   * @param end the bits that end the list, where it should end in a certain way and the pointer can hold them
   * @throws ChainError where the pointer cannot hold the offset
   */
  point(from: number | null, to: number | null, end?: bigint): void {
    const pointer = this.#pointer(from);
    if (pointer === null) {
      const { head } = this.#format;
      if (to !== null && head.kind === 'fixed' && to === head.offset) return;
      throw this.#unreachable('the first element has a fixed place', to ?? 0);
    }
    const relative = from !== null && this.#format.chain.base === 'element';
    const bits = to === null ? this.#endBits(pointer, end) : BigInt(relative ? to - from : to);
    const fits = bits >= 0n && (bits & pointer.mask) === bits;
    if (!fits || (to !== null && this.#format.end.includes(Number(bits)))) {
      throw this.#unreachable('the pointer cannot hold the offset', to ?? Number(bits));
    }
    const start = from ?? 0;
    const old = readPlace(pointer.place, this.#view, start);
    writePlace(pointer.place, this.#view, start, (old & ~pointer.mask) | bits);
  }

  /** The bits of a pointer that count; undefined for a head at a fixed place. */
  bits(from: number | null): bigint | undefined {
    const pointer = this.#pointer(from);
    return pointer === null ? undefined : readPlace(pointer.place, this.#view, from ?? 0) & pointer.mask;
  }

  /** Whether the struct with the head says that there is a list. */
  get exists(): boolean {
    const { condition, head } = this.#format;
    if (head.kind === 'field' && placeEnd(head.place) > this.#view.byteLength) return false;
    return condition === null || condition.holds(this.#view, 0, this.#view.byteLength);
  }

  /** Sets or clears the bits that say that there is a list. */
  announce(there: boolean): void {
    for (const { place, mask } of this.#format.condition?.bits ?? []) {
      if (placeEnd(place) > this.#view.byteLength) continue;
      const old = readPlace(place, this.#view, 0);
      writePlace(place, this.#view, 0, there ? old | mask : old & ~mask);
    }
  }

  /**
   * How a list ends at a pointer: as asked, else with the first declared value that the pointer can hold. A head that
   * can hold none is told from others by the condition of the chain.
   */
  #endBits({ mask }: Pointer, wanted: bigint | undefined): bigint {
    const ends = [...(wanted === undefined ? [] : [wanted]), ...this.#format.chain.end];
    return ends.find((bits) => (bits & mask) === bits && this.#format.end.includes(Number(bits))) ?? 0n;
  }

  #pointer(from: number | null): Pointer | null {
    if (from !== null) return this.#format.next;
    return this.#format.head.kind === 'field' ? this.#format.head : null;
  }

  #unreachable(why: string, to: number): ChainError {
    const { name, chain } = this.#format;
    const free = `${chain.first} to ${chain.last ?? 'the end'}`;
    return new ChainError('bad-pointer', `${why} 0x${to.toString(16)}.`, { what: name, needed: to, free });
  }
}
