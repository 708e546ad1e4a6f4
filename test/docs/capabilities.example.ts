import { readFileSync } from 'node:fs';
import { pciCodecs } from '../../src/generated/ts/pci.ts';
import { vfioCodecs } from '../../src/generated/ts/vfio.ts';
import {
  abis,
  atRelease,
  buildSpace,
  compileNegotiated,
  compileSpace,
  decodeSpace,
  encodeSpace,
  fillNegotiated,
  findElements,
  insertElement,
  negotiate,
  parseRelease,
  readSchema,
  removeElement,
  replaceElement,
} from '../../src/index.ts';

/** Reads one of the package's schemas as of Linux 6.12.117. */
function schema(folder: string, name: string) {
  const shape = JSON.parse(readFileSync(`${folder}/uapi.schema.json`, 'utf8'));
  const host = { trees: new Map(), shape, read: (path: string) => ({ text: readFileSync(path, 'utf8') }) };
  const { model } = readSchema(`${folder}/${name}.yaml`, host);
  const release = parseRelease('6.12.117');
  if (model === null || release === undefined) throw new Error(`${name} cannot be read`);
  return atRelease(model, release);
}

/** A PCI function: built, decoded, searched and edited. */
export function editFunction(folder: string) {
  const codecs = (name: string) => pciCodecs[name]?.lp64 as never;
  const format = compileSpace(schema(folder, 'pci'), { head: 'pci_header', abi: abis.lp64, codecs });

  // Building: every pointer and flag that the list needs is set.
  const built = buildSpace(format, {
    head: { vendor_id: 0x8086, device_id: 0x1234 },
    chains: {
      pci_std: [{ name: 'pci_cap_pm' }, { name: 'pci_cap_msix', value: { flags: { table_size: 15 } } }],
    },
    size: 256,
  });

  // Decoding: never throws for what is in the bytes; what is wrong is in `issues`.
  const space = decodeSpace(format, encodeSpace(format, built));

  // Finding, inserting, replacing, removing: each gives a new space, others stay where they are.
  const [msix] = findElements(space, { name: 'pci_cap_msix' });
  const three = insertElement(format, space, 'pci_std', {
    name: 'pci_cap_msi',
    value: { flags: { address_64: 1 } },
  });
  const other = replaceElement(
    format,
    three,
    { id: 1 },
    { name: 'pci_cap_pm', value: { pmc: { version: 3 } } },
  );
  const two = removeElement(format, other, { name: 'pci_cap_msix' });
  return {
    at: msix?.element.offset,
    names: two.chains.flatMap(({ elements }) => elements.map(({ name, offset }) => `${name} at ${offset}`)),
    issues: two.issues,
    bytes: encodeSpace(format, two),
  };
}

/** VFIO_IOMMU_GET_INFO from both sides: an implementer that fills what fits, and a caller that asks again. */
export function askTwice(folder: string) {
  const codecs = (name: string) => vfioCodecs[name]?.lp64 as never;
  const format = compileNegotiated(schema(folder, 'vfio'), 'vfio_iommu_type1_info', {
    abi: abis.lp64,
    codecs,
  });
  const reply = negotiate(format, (buffer) => {
    const { bytes } = fillNegotiated(
      format,
      {
        value: { iova_pgsizes: 0x1000n },
        elements: [{ name: 'vfio_iommu_type1_info_dma_avail', version: 1, value: { avail: 65535 } }],
      },
      new DataView(buffer.buffer).getUint32(0, true),
    );
    buffer.set(bytes);
    return 0;
  });
  return { asked: reply.asked, elements: reply.space?.chains[0]?.elements };
}
