import type { DecodedElement } from '../chain/decode.ts';
import { decodeSpace, type Space } from '../chain/space.ts';
import type { SpaceFormat } from '../chain/space-format.ts';
import { elementTitle, idName } from '../print/title.ts';
import type { DumpedDevice } from '../read/open-device.ts';

/** A device with its decoded config space. */
export interface PciDevice extends DumpedDevice {
  readonly space: Space;
}

/** A capability of a device. */
export interface PciCapability {
  /** In the first 256 bytes, or from 0x100 on. */
  readonly kind: 'std' | 'ext';
  readonly chain: string;
  readonly element: DecodedElement;
}

/** Decodes config spaces. */
export function decodeDevices(format: SpaceFormat, devices: readonly DumpedDevice[]): readonly PciDevice[] {
  return devices.map((device) => ({ ...device, space: decodeSpace(format, device.bytes) }));
}

/** The capabilities of a device: the standard ones, then the extended ones. */
export function capabilitiesOf({ space }: PciDevice): readonly PciCapability[] {
  return space.chains.flatMap(({ name, elements }) => {
    const kind = name === 'pci_ext' ? 'ext' : 'std';
    return elements.map((element) => ({ kind, chain: name, element }) as const);
  });
}

/** What a person calls a capability. */
export function capabilityTitle(format: SpaceFormat, { chain, element }: PciCapability): string {
  return elementTitle(format.model, elementsOf(format, chain), element);
}

/** Struct of the headers of a capability's chain. */
export function headerOf(format: SpaceFormat, chain: string): string {
  return format.model.chains.get(chain)?.header ?? '';
}

/** The words by which a capability can be asked for: names of its block and its id, long and short. */
export function namesOf(format: SpaceFormat, capability: PciCapability): readonly string[] {
  const { element, chain, kind } = capability;
  const id = idName(format.model, elementsOf(format, chain), element.id);
  const title = capabilityTitle(format, capability);
  return [
    ...(element.name === null ? [] : wordsOf(element.name)),
    ...(id === undefined ? [] : [id.name.toLowerCase(), id.name.slice(id.prefix.length).toLowerCase()]),
    initials(title),
    title.toLowerCase(),
    `0x${element.id.toString(16)}`,
    kind,
  ];
}

/** The words of all capabilities that the schema describes. */
export function knownNames(format: SpaceFormat): readonly string[] {
  return format.chains.flatMap(({ format: { chain }, members }) => {
    const tag = format.model.variants.get(chain.elements)?.tags[0]?.enumeration?.name ?? '';
    const ids = format.model.enums.get(tag);
    return [
      ...members.all.flatMap(({ name }) => [
        ...wordsOf(name),
        initials(elementTitle(format.model, chain.elements, { name, id: 0 })),
      ]),
      ...(ids?.values ?? []).flatMap(({ name }) => [
        name.toLowerCase(),
        name.slice(ids?.prefix.length).toLowerCase(),
      ]),
    ];
  });
}

function elementsOf(format: SpaceFormat, chain: string): string {
  return format.model.chains.get(chain)?.elements ?? '';
}

function wordsOf(block: string): string[] {
  return [block.toLowerCase(), block.toLowerCase().replace(/^pci_(?:ext_)?cap_/, '')];
}

/** The first letters of a title of several words: AER, ACS, DPC. */
function initials(title: string): string {
  const words = title.split(/[\s-]+/).filter((word) => /^[A-Za-z]/.test(word));
  return words.length < 2
    ? title.toLowerCase()
    : words
        .map((word) => word.charAt(0))
        .join('')
        .toLowerCase();
}
