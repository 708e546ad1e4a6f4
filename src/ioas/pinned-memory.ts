import { IntervalMap } from '../interval/interval-map.ts';
import { PAGE_SIZE } from './limits.ts';

/** User memory that a file keeps in place, and how much of it counts. */
export class PinnedMemory {
  /** Memory that was registered, with how many mappings use it. */
  readonly registered = new IntervalMap<{ users: number }>();
  /** Pages that mappings pinned which are in no registered memory. */
  #mapped = 0n;

  /** Pages that count: each mapping's own, and what is registered once. */
  get pages(): bigint {
    let sum = this.#mapped;
    for (const { start, last } of this.registered.entries()) sum += (last - start + 1n) / PAGE_SIZE;
    return sum;
  }

  /** Whether a mapping of a range is allowed: all of it registered, where anything is. */
  allows(start: bigint, last: bigint): boolean {
    if (this.registered.size === 0) return true;
    const area = this.registered.at(start);
    return area !== undefined && last <= area.last;
  }

  pin(start: bigint, last: bigint): void {
    const area = this.registered.at(start);
    if (area !== undefined && last <= area.last) area.value.users++;
    else this.#mapped += (last - start + 1n) / PAGE_SIZE;
  }

  unpin(start: bigint, last: bigint, wasRegistered: boolean): void {
    const area = this.registered.at(start);
    if (wasRegistered && area !== undefined) area.value.users--;
    else this.#mapped -= (last - start + 1n) / PAGE_SIZE;
  }

  isRegistered(start: bigint, last: bigint): boolean {
    const area = this.registered.at(start);
    return area !== undefined && last <= area.last;
  }
}
