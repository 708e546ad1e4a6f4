import { InternalError } from '../base/internal-error.ts';
import type { NewElement } from '../chain/element.ts';
import type { AbiCodecs } from '../codec/runtime/codec.ts';
import { IOAS_CAP_IOVA_RANGE, ioasCodecs } from '../generated/ts/ioas.ts';
import type { Capability } from './capabilities.ts';

/** The forms that capabilities can be written in: VFIO's, PCI's, and PCI Express's extended one. */
export type CapabilityForm = 'cap' | 'pci' | 'ext';

/** Codecs of all structs by name. */
const codecs: { readonly [name: string]: AbiCodecs<object> } = ioasCodecs as {
  readonly [name: string]: AbiCodecs<object>;
};

/** Version of all capabilities so far. */
const version = 1;

/** Capabilities as elements for the chain builder. */
export function elementsOf(capabilities: readonly Capability[], form: CapabilityForm): readonly NewElement[] {
  return capabilities.map((capability) => {
    const name = `ioas_${form}_${capability.kind === 'ranges' ? rangesName(capability.id) : capability.name}`;
    const value =
      capability.kind === 'ranges'
        ? { nr_ranges: capability.ranges.length, ranges: capability.ranges }
        : { body: capability.body };
    return { id: capability.id, ...(form === 'pci' ? {} : { version }), name, value };
  });
}

/** Where the next capability's offset stands in a header of VFIO's form. */
const nextOffset = 4;

/**
 * Capabilities in the form of VFIO, as they follow a struct: one after the other, each at a multiple of 8. Written here
 * and not by the chain builder, so that one can check the other.
 *
 * @param offset where the first one is, from the start of the struct; a multiple of 8
 */
export function vfioChain(capabilities: readonly Capability[], offset: number): Uint8Array {
  const parts = elementsOf(capabilities, 'cap').map(({ id, name, value }) => {
    const codec = codecs[name ?? '']?.lp64;
    if (codec === undefined) throw new InternalError(`there is no capability ${name}`);
    const whole = { header: { id, version, next: 0 }, ...value };
    const bytes = new Uint8Array(Math.ceil(codec.measure(whole) / 8) * 8);
    codec.encode(whole, new DataView(bytes.buffer));
    return bytes;
  });
  let end = offset;
  for (const [index, part] of parts.entries()) {
    end += part.length;
    if (index + 1 < parts.length) new DataView(part.buffer).setUint32(nextOffset, end, true);
  }
  const all = new Uint8Array(end - offset);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function rangesName(id: number): string {
  return id === IOAS_CAP_IOVA_RANGE ? 'iova_range' : 'reserved';
}
