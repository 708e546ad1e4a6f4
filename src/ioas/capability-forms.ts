import { InternalError } from '../base/internal-error.ts';
import type { NewElement } from '../chain/element.ts';
import { IOAS_CAP_IOVA_RANGE, type IoasCapabilitiesElementInput, ioasCodecs } from '../generated/ts/ioas.ts';
import type { Capability } from './capabilities.ts';

/** The forms that capabilities can be written in: VFIO's, PCI's, and PCI Express's extended one. */
export type CapabilityForm = 'cap' | 'pci' | 'ext';

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

/** Capabilities as the generated encoder of VFIO's form takes them. */
export function vfioElements(capabilities: readonly Capability[]): readonly IoasCapabilitiesElementInput[] {
  return elementsOf(capabilities, 'cap').map(
    ({ name, value }) =>
      ({ kind: name, value: { header: { version }, ...value } }) as IoasCapabilitiesElementInput,
  );
}

/** Bytes of capabilities in VFIO's form, each at a multiple of 8. */
export function vfioSize(elements: readonly IoasCapabilitiesElementInput[]): number {
  return elements.reduce((sum, element) => {
    const codec = ioasCodecs[element.kind]?.lp64;
    if (codec === undefined || element.kind === 'raw')
      throw new InternalError(`there is no capability ${element.kind}`);
    return sum + Math.ceil(codec.measure(element.value) / 8) * 8;
  }, 0);
}

function rangesName(id: number): string {
  return id === IOAS_CAP_IOVA_RANGE ? 'iova_range' : 'reserved';
}
