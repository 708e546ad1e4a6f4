import fc from 'fast-check';
import type { SpaceContents } from '../../src/chain/build.ts';
import type { NewElement } from '../../src/chain/element.ts';
import type { SpaceFormat } from '../../src/chain/space-format.ts';
import { lampModel, rawElement, schemaModel } from './models.ts';
import { spaceOf } from './spaces.ts';

/** A format with what tests put into its chain. */
export interface Subject {
  readonly title: string;
  readonly format: SpaceFormat;
  readonly chain: string;
  /** The struct at the start, and elements that must be there. */
  readonly base: SpaceContents;
  readonly element: fc.Arbitrary<NewElement>;
}

const pci = spaceOf(schemaModel('pci'), 'pci_header');
const vfioModel = schemaModel('vfio');
const header = { vendor_id: 0x1234, device_id: 0x5678 };
const express = { name: 'pci_cap_exp', value: { flags: { version: 2 } } };

/** Elements with ids that no schema knows. */
function unknown(
  firstId: number,
  lastId: number,
  { headerBytes, lastVersion }: { readonly headerBytes: number; readonly lastVersion: number | null },
): fc.Arbitrary<NewElement> {
  return fc
    .tuple(
      fc.integer({ min: firstId, max: lastId }),
      lastVersion === null ? fc.constant(null) : fc.nat(lastVersion),
      fc.uint8Array({ maxLength: 20 }),
    )
    .map(([id, version, body]) => rawElement(id, version, headerBytes, [...body]));
}

/** The three formats of kernels, and the made-up one. */
export const subjects: readonly Subject[] = [
  {
    title: 'PCI',
    format: pci,
    chain: 'pci_std',
    base: { head: header, size: 256 },
    element: fc.oneof(
      unknown(0x16, 0xfe, { headerBytes: 2, lastVersion: null }),
      fc.constant({ name: 'pci_cap_pm', value: { pmc: { version: 3 } } }),
      fc.nat(255).map((length) => ({ name: 'pci_cap_msi', value: { data_32: length } })),
    ),
  },
  {
    title: 'PCI Express',
    format: pci,
    chain: 'pci_ext',
    base: { head: header, size: 4096, chains: { pci_std: [express] } },
    element: fc.oneof(
      unknown(0x40, 0xfffe, { headerBytes: 4, lastVersion: 15 }),
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((n) => ({
        name: 'pci_ext_cap_dsn',
        version: 1,
        value: { serial_low: Number(n & 0xffff_ffffn) },
      })),
    ),
  },
  {
    title: 'VFIO',
    format: spaceOf(vfioModel, 'vfio_iommu_type1_info'),
    chain: 'vfio_iommu_type1_info_caps',
    base: { head: { iova_pgsizes: 0x1000n } },
    element: fc.oneof(
      unknown(0x40, 0xfffe, { headerBytes: 8, lastVersion: 0xffff }),
      fc
        .nat(0xffff)
        .map((avail) => ({ name: 'vfio_iommu_type1_info_dma_avail', version: 1, value: { avail } })),
      fc.nat(3).map((count) => ({
        name: 'vfio_iommu_type1_info_cap_iova_range',
        version: 1,
        value: {
          iova_ranges: Array.from({ length: count }, (_, i) => ({ start: BigInt(i), end: 0xfee00000n })),
        },
      })),
    ),
  },
  {
    title: 'a made-up fourth',
    format: spaceOf(lampModel(), 'lamp_info'),
    chain: 'lamp_chain',
    base: { head: { watts: 40, state: { level: 2 } } },
    element: fc.oneof(
      unknown(4, 0x3e, { headerBytes: 4, lastVersion: 3 }),
      fc
        .array(fc.nat(0xffff), { maxLength: 4 })
        .map((colours) => ({ name: 'lamp_bulb', version: 3, value: { colours } })),
      fc.constant({ name: 'lamp_switch', version: 2 }),
      fc.nat(2).map((position) => ({
        name: 'lamp_switch_old',
        version: position === 2 ? 3 : position,
        value: { position },
      })),
      fc
        .bigInt({ min: 1n, max: 99n })
        .map((speed) => ({ name: 'lamp_dimmer', version: 0, value: { speed } })),
    ),
  },
];
