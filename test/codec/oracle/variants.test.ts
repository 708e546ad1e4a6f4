import { describe, expect, test } from 'vitest';
import { decodeVariant, makeVariantOracle } from '../../../src/codec/oracle/variants.ts';
import { abis } from '../../../src/layout/abi.ts';
import type { Model } from '../../../src/model/model.ts';
import { outcomeOf } from '../../helpers/laws.ts';
import { pinnedModels } from '../real-schemas.ts';

function schema(root: string, set: string): { model: Model; set: string; abi: typeof abis.lp64 } {
  const model = pinnedModels().find((each) => each.root === root);
  if (model === undefined) throw new Error(`no schema ${root}`);
  return { model, set, abi: abis.lp64 };
}

const capabilities = schema('pci', 'pci_extended_capabilities');
const dvsec = 0x23;

/** A DVSEC of some vendor, id and length. */
function dvsecBytes(vendor: number, id: number, bytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(0, dvsec | (1 << 16), true);
  view.setUint32(4, vendor | (bytes << 20), true);
  view.setUint16(8, id, true);
  return new Uint8Array(view.buffer);
}

describe('decodeVariant', () => {
  test('reads the member that the tag chooses', () => {
    const variant = decodeVariant(schema('vfio', 'vfio_region_info_capabilities'), [1], new Uint8Array(16));
    expect(variant).toMatchObject({
      kind: 'vfio_region_info_cap_sparse_mmap',
      value: { nr_areas: 0, areas: [] },
    });
  });

  test('keeps the bytes of what no member matches', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(decodeVariant(capabilities, [0xfff], bytes)).toEqual({ kind: 'raw', bytes });
  });

  test('tries members with conditions first', () => {
    expect(decodeVariant(capabilities, [dvsec], dvsecBytes(0x1e98, 3, 0x28))).toMatchObject({
      kind: 'pci_ext_cap_dvsec_cxl_port',
    });
    expect(decodeVariant(capabilities, [dvsec], dvsecBytes(0x8086, 3, 0x14))).toMatchObject({
      kind: 'pci_ext_cap_dvsec',
      value: { data: new Uint8Array(10) },
    });
  });

  test('refuses bytes that are too short for the member they are meant for', () => {
    const short = dvsecBytes(0x1e98, 3, 0x28).slice(0, 8);
    expect(outcomeOf(() => decodeVariant(capabilities, [dvsec], short))).toMatchObject({
      error: { code: 'too-short' },
    });
  });
});

describe('makeVariantOracle', () => {
  const { model, set, abi } = capabilities;
  const oracle = makeVariantOracle(model, set, abi);

  test('encodes members and raw bytes as they were', () => {
    for (const bytes of [dvsecBytes(0x1e98, 3, 0x28), dvsecBytes(1, 1, 0x20)]) {
      const again = new Uint8Array(bytes.length);
      const variant = oracle.decode([dvsec], new DataView(bytes.buffer));
      expect(oracle.encode(variant, new DataView(again.buffer))).toBe(bytes.length);
      expect(again).toEqual(bytes);
    }
    const raw = new Uint8Array(5);
    oracle.encode({ kind: 'raw', bytes: Uint8Array.of(7, 8) }, new DataView(raw.buffer), 2);
    expect(raw).toEqual(Uint8Array.of(0, 0, 7, 8, 0));
  });

  test('refuses raw bytes without room and regions that are none', () => {
    const view = new DataView(new ArrayBuffer(2));
    const raw = { kind: 'raw', bytes: new Uint8Array(2) } as const;
    expect(outcomeOf(() => oracle.encode(raw, view, 1))).toEqual({
      error: { code: 'too-short', path: '', offset: 1 },
    });
    expect(outcomeOf(() => oracle.decode([0xfff], view, 3))).toEqual({
      error: { code: 'too-short', path: '', offset: 3 },
    });
  });
});
