import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBytes, buildSpace } from '../../src/chain/build.ts';
import { ChainError } from '../../src/chain/chain-error.ts';
import { findElements } from '../../src/chain/edit.ts';
import { decodeSpace, encodeSpace, type Space, walkSpace } from '../../src/chain/space.ts';
import { abis } from '../../src/layout/abi.ts';
import { configSpace, lampModel, schemaModel } from './models.ts';
import { readDumps, readRecording, recordings, samplesFolder } from './samples.ts';
import { spaceOf } from './spaces.ts';

const pci = spaceOf(schemaModel('pci'), 'pci_header');
const vfioModel = schemaModel('vfio');
const infos = {
  VFIO_IOMMU_GET_INFO: spaceOf(vfioModel, 'vfio_iommu_type1_info'),
  VFIO_DEVICE_GET_INFO: spaceOf(vfioModel, 'vfio_device_info'),
  VFIO_DEVICE_GET_REGION_INFO: spaceOf(vfioModel, 'vfio_region_info'),
};
const lamp = spaceOf(lampModel(), 'lamp_info');
const samples = samplesFolder();

describe('decodeSpace and encodeSpace', () => {
  it.each(recordings)('give the bytes of every recorded config space back: %s', (name) => {
    for (const { bytes } of readRecording(name).spaces) {
      const space = decodeSpace(pci, bytes);
      expect(encodeSpace(pci, space)).toEqual(bytes);
      expect(space.issues).toEqual([]);
    }
  });

  it('give the bytes of every recorded VFIO reply back', () => {
    let chains = 0;
    for (const { name, out } of readRecording('qemu-q35.jsonl.gz').calls) {
      const format = infos[name as keyof typeof infos];
      if (format === undefined) continue;
      const space = decodeSpace(format, out);
      expect(encodeSpace(format, space)).toEqual(out);
      expect(space.issues).toEqual([]);
      chains += space.chains.filter(({ elements }) => elements.length > 0).length;
    }
    expect(chains).toBeGreaterThan(10);
  });

  it.skipIf(samples === null)('give the bytes of every dump of a real device back', () => {
    const dumps = readDumps(join(samples ?? '', 'pci'));
    expect(dumps.length).toBeGreaterThan(250);
    for (const { file, slot, bytes } of dumps) {
      expect([file, slot, Buffer.compare(encodeSpace(pci, decodeSpace(pci, bytes)), bytes)]).toEqual([
        file,
        slot,
        0,
      ]);
    }
  });

  it('give random bytes back, for every format', () => {
    const formats = [pci, lamp, ...Object.values(infos)];
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        fc.uint8Array({ maxLength: 600, size: 'max' }),
        (format, bytes) => {
          expect(encodeSpace(format, decodeSpace(format, bytes))).toEqual(bytes);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('give recorded spaces with random bytes in them back', () => {
    const spaces = recordings.flatMap((name) => readRecording(name).spaces);
    fc.assert(
      fc.property(
        fc.constantFrom(...spaces),
        fc.array(fc.tuple(fc.nat(0x2ff), fc.nat(255)), { maxLength: 20 }),
        fc.option(fc.nat(4096)),
        ({ bytes }, changes, cut) => {
          const broken = bytes.slice(0, cut ?? bytes.length);
          for (const [at, byte] of changes) if (at < broken.length) broken[at] = byte;
          expect(encodeSpace(pci, decodeSpace(pci, broken))).toEqual(broken);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('encode changed values', () => {
    const bytes = configSpace(256, { 64: [1, 0, 3, 0, 8, 0, 0, 0] });
    const space = structuredClone(decodeSpace(pci, bytes)) as Space;
    const [found] = findElements(space, { name: 'pci_cap_pm' });
    const value = found?.element.value as { pmc: { version: number } };
    expect(value.pmc.version).toBe(3);
    value.pmc.version = 2;
    const changed = encodeSpace(pci, space);
    expect([...changed.subarray(0x40, 0x44)]).toEqual([1, 0, 2, 0]);
    changed[0x42] = 3;
    expect(changed).toEqual(bytes);
  });

  it('refuse values of overlapping elements that contradict each other', () => {
    const bytes = configSpace(256, { 64: [1, 0x44, 3, 0], 68: [3, 0, 0, 0] });
    const space = structuredClone(decodeSpace(pci, bytes)) as Space;
    const value = findElements(space, { id: 3 })[0]?.element.value as { header: { next: number } };
    value.header.next = 0x80;
    expect(() => encodeSpace(pci, space)).toThrow(ChainError);
  });

  it('keep what stands in holes of structs', () => {
    const format = infos.VFIO_IOMMU_GET_INFO;
    const bytes = buildBytes(format, {
      head: { iova_pgsizes: 4096n },
      chains: { vfio_iommu_type1_info_caps: [{ name: 'vfio_iommu_type1_info_cap_migration', version: 1 }] },
    });
    // Between flags and pgsize_bitmap the migration capability has four bytes of padding.
    bytes.set([1, 2, 3, 4], 24 + 12);
    const space = decodeSpace(format, bytes);
    expect(space.chains[0]?.elements[0]?.holes).toEqual([{ offset: 12, bytes: Uint8Array.of(1, 2, 3, 4) }]);
    expect(encodeSpace(format, space)).toEqual(bytes);
  });

  it('read chains on other machines', () => {
    for (const abi of [abis['lp64-be'], abis.i386, abis['ilp32-be']]) {
      const format = spaceOf(vfioModel, 'vfio_device_info', abi);
      const contents = {
        head: { num_regions: 9 },
        chains: {
          vfio_device_info_caps: [
            { name: 'vfio_device_info_cap_pci_atomic_comp', version: 1, value: { flags: 5 } },
          ],
        },
      };
      const space = buildSpace(format, contents);
      const [element] = space.chains[0]?.elements ?? [];
      expect(element?.offset).toBe(24);
      expect(element?.value).toMatchObject({ flags: 5, header: { id: element?.id, version: 1, next: 0 } });
      expect(encodeSpace(format, space)[abi.endian === 'big' ? 11 : 8]).toBe(9);
    }
  });
});

describe('walkSpace', () => {
  it('lists what decodeSpace decodes', () => {
    for (const { bytes } of readRecording('qemu-q35.jsonl.gz').spaces) {
      const decoded = decodeSpace(pci, bytes).chains.map(({ elements }) =>
        elements.map(({ offset, id }) => [offset, id]),
      );
      expect(
        walkSpace(pci, bytes).map(({ elements }) => elements.map(({ offset, id }) => [offset, id])),
      ).toEqual(decoded);
    }
  });

  it('shows of an element with a wrong count what can be read, and keeps its bytes', () => {
    const format = spaceOf(schemaModel('vfio'), 'vfio_iommu_type1_info');
    const bytes = new Uint8Array(48);
    const view = new DataView(bytes.buffer);
    for (const [offset, word] of [
      [0, 48],
      [4, 3],
      [16, 24],
      [24, 0x1_0001],
      [32, 0xffff_ffff],
    ] as const) {
      view.setUint32(offset, word, true);
    }
    const space = decodeSpace(format, bytes);
    const [element] = space.chains[0]?.elements ?? [];
    expect(element).toMatchObject({
      value: null,
      bytes: bytes.slice(24),
      partial: {
        name: 'vfio_iommu_type1_info_cap_iova_range',
        value: { header: { id: 1, version: 1, next: 0 }, nr_iovas: 0xffff_ffff },
      },
    });
    expect(space.issues).toMatchObject([{ code: 'bad-body', element: 24, offset: 40 }]);
    expect(encodeSpace(format, space)).toEqual(bytes);
  });
});
