import type { DecodedElement } from './decode.ts';
import type { Space } from './space.ts';

/**
 * What an element without a known length owns: everything up to the next element (`extent`, safe: nobody knows what
 * stands there), or only up to its last byte that is not zero (`content`). Zeros at the end of an element that is being
 * added are kept, but a later edit with `content` cannot know that they were its own.
 */
export type UnknownOwns = 'extent' | 'content';

/** Bytes that an element owns. */
export function ownedBytes(element: DecodedElement, unknownOwns: UnknownOwns): number {
  const { bytes, size } = element;
  if (bytes === null || unknownOwns === 'extent') return size;
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return length;
}

/** Which bytes of a buffer are taken. */
export class Occupancy {
  #taken: Uint8Array;

  constructor(size: number) {
    this.#taken = new Uint8Array(size);
  }

  get size(): number {
    return this.#taken.length;
  }

  /** Free room at the end, up to so many bytes altogether. */
  extend(size: number): void {
    const taken = new Uint8Array(Math.max(size, this.size));
    taken.set(this.#taken);
    this.#taken = taken;
  }

  take(start: number, size: number): void {
    this.#taken.fill(1, start, Math.max(start + size, start));
  }

  /** Everything that is not zero is somebody's, be it described or not. */
  takeContents(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) this.#taken[i] = 1;
  }

  isFree(start: number, size: number): boolean {
    return start >= 0 && start + size <= this.#taken.length && this.#nextTaken(start) >= start + size;
  }

  /** The first free place of so many bytes at or after `from`; null where there is none before `end`. */
  firstFit(
    room: { readonly from: number; readonly end: number; readonly alignment: number },
    size: number,
  ): number | null {
    const end = Math.min(room.end, this.#taken.length);
    for (let at = alignUp(room.from, room.alignment); at + size <= end; ) {
      const taken = this.#nextTaken(at);
      if (taken >= at + size) return at;
      at = alignUp(taken + 1, room.alignment);
    }
    return null;
  }

  /** Bytes of the largest free place. */
  largestFree(room: { readonly from: number; readonly end: number; readonly alignment: number }): number {
    const end = Math.min(room.end, this.#taken.length);
    let largest = 0;
    for (let at = alignUp(room.from, room.alignment); at < end; ) {
      const taken = Math.min(this.#nextTaken(at), end);
      largest = Math.max(largest, taken - at);
      at = alignUp(taken + 1, room.alignment);
    }
    return largest;
  }

  /** One past the last byte that is taken before `end`. */
  lastTaken(end: number): number {
    return this.#taken.subarray(0, Math.min(end, this.#taken.length)).lastIndexOf(1) + 1;
  }

  #nextTaken(from: number): number {
    const found = this.#taken.indexOf(1, from);
    return found < 0 ? this.#taken.length : found;
  }
}

/** What the head and the elements of a space own, but for some elements. */
export function occupancyOf(
  space: Space,
  unknownOwns: UnknownOwns,
  without: ReadonlySet<DecodedElement> = new Set(),
): Occupancy {
  const occupancy = new Occupancy(space.size);
  occupancy.take(0, space.head?.size ?? 0);
  for (const { elements } of space.chains) {
    for (const element of elements) {
      if (!without.has(element)) occupancy.take(element.offset, ownedBytes(element, unknownOwns));
    }
  }
  return occupancy;
}

/** The smallest multiple of the alignment that is not below an offset. */
export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
