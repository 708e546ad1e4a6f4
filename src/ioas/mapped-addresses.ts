import { larger, smaller } from '../codec/runtime/arithmetic.ts';
import { IntervalMap } from '../interval/interval-map.ts';
import type { AddressRange } from '../iommu/machine/command.ts';
import type { WalkResult } from '../iommu/machine/page-table.ts';
import type { AddressMap } from '../iommu/machine/translation-context.ts';

/** What is mapped at a range of IOVAs. */
export interface Mapping {
  /** User memory, or an address of the parent. */
  readonly address: bigint;
  /** IOAS_MAP_READ, IOAS_MAP_WRITE. */
  readonly prot: number;
  /** Its memory was registered, so that it does not count itself. */
  readonly registered: boolean;
}

/** Addresses of the kernel's own page table: what mappings say. */
export class MappedAddresses implements AddressMap {
  readonly areas = new IntervalMap<Mapping>();

  /** Where an address leads; null where nothing is mapped. */
  lookup(address: bigint): WalkResult | null {
    const area = this.areas.at(address);
    return area === undefined
      ? null
      : { address: area.value.address + (address - area.start), prot: area.value.prot };
  }

  /** The ranges that lead into a closed range of addresses. */
  *leadingTo({ start, last }: AddressRange): Iterable<AddressRange> {
    for (const area of this.areas.entries()) {
      const first = area.value.address;
      const from = larger(first, start);
      const to = smaller(first + (area.last - area.start), last);
      if (from <= to) yield { start: area.start + (from - first), last: area.start + (to - first) };
    }
  }
}

/**
 * Addresses of what is nested in software: where its mappings lead, as far as those below map that on. It follows both by
 * holding nothing itself: a page table that is made of both has a piece for each pair of mappings, which are too many.
 */
export class ShadowAddresses implements AddressMap {
  readonly #upper: AddressMap;
  readonly #lower: AddressMap;

  constructor({ upper, lower }: { readonly upper: AddressMap; readonly lower: AddressMap }) {
    this.#upper = upper;
    this.#lower = lower;
  }

  lookup(address: bigint): WalkResult | null {
    const above = this.#upper.lookup(address);
    const below = above === null ? null : this.#lower.lookup(above.address);
    return above === null || below === null
      ? null
      : { address: below.address, prot: above.prot & below.prot };
  }
}
