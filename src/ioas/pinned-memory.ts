import { IntervalMap } from '../interval/interval-map.ts';
import { PAGE_SIZE } from '../ioctl/page-frames.ts';

const pageSize = BigInt(PAGE_SIZE);

/** User memory that a file keeps in place, and how much of it counts. */
export class PinnedMemory {
  /** Memory that was registered, with how many mappings use it. */
  readonly registered = new IntervalMap<{ users: number }>();
  /** Pages that mappings pinned which are in no registered memory. */
  #mapped = 0n;

  /** Pages that count: each mapping's own, and what is registered once. */
  get pages(): bigint {
    let sum = this.#mapped;
    for (const { start, last } of this.registered.entries()) sum += (last - start + 1n) / pageSize;
    return sum;
  }

  /** Whether a mapping of a range is allowed: all of it registered, where anything is. */
  allows(start: bigint, last: bigint): boolean {
    return this.registered.size === 0 || this.isRegistered(start, last);
  }

  /** Counts the pages of a mapping. @param isRegistered its memory is registered, and does not count again */
  pin(start: bigint, last: bigint, isRegistered: boolean): void {
    this.#count(start, last, { isRegistered, change: 1 });
  }

  /** The opposite of {@link pin}; what was registered then still is, as it was in use. */
  unpin(start: bigint, last: bigint, wasRegistered: boolean): void {
    this.#count(start, last, { isRegistered: wasRegistered, change: -1 });
  }

  #count(
    start: bigint,
    last: bigint,
    { isRegistered, change }: { readonly isRegistered: boolean; readonly change: 1 | -1 },
  ): void {
    const area = isRegistered ? this.registered.at(start) : undefined;
    if (area !== undefined) area.value.users += change;
    else this.#mapped += ((last - start + 1n) / pageSize) * BigInt(change);
  }

  /** Whether all of a range lies in one piece of registered memory. */
  isRegistered(start: bigint, last: bigint): boolean {
    const area = this.registered.at(start);
    return area !== undefined && last <= area.last;
  }
}
