import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainError } from '../../src/chain/chain-error.ts';
import { type ChainFormat, compileChain } from '../../src/chain/format.ts';
import { walkChain } from '../../src/chain/walk.ts';
import { abis } from '../../src/layout/abi.ts';
import { configSpace, lampModel, schemaModel } from './models.ts';

const formats: readonly ChainFormat[] = [schemaModel('pci'), schemaModel('vfio'), lampModel()].flatMap(
  (model) =>
    [...model.chains.keys()].flatMap((name) =>
      [abis.lp64, abis['lp64-be'], abis.i386].map((abi) => compileChain(model, name, abi)),
    ),
);

describe('walkChain', () => {
  it('is total and bounded on random bytes, for every chain and abi', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        fc.uint8Array({ maxLength: 4100, size: 'max' }),
        fc.nat(64),
        fc.nat(4200),
        (format, bytes, start, end) => {
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
          const { elements, issues } = walkChain(format, view, { start, end });
          const size = Math.max(Math.min(end, bytes.length) - start, 0);
          expect(elements.length).toBeLessThanOrEqual(format.chain.limit);
          expect(issues.length).toBeLessThanOrEqual(4 * elements.length + 4);
          expect(new Set(elements.map(({ offset }) => offset)).size).toBe(elements.length);
          for (const { offset, extent } of elements) {
            expect(offset).toBeGreaterThanOrEqual(format.chain.first);
            expect(offset + format.room).toBeLessThanOrEqual(size);
            expect(extent).toBeGreaterThan(0);
            expect(offset + extent).toBeLessThanOrEqual(size);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is total on lists that lead anywhere', () => {
    const [format] = formats;
    if (format === undefined) throw new Error('no format');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 256, maxLength: 256 }), (body) => {
        const bytes = configSpace(256, { 64: [...body.subarray(0x40)] }, body[0] ?? 0);
        const { elements, ended } = walkChain(format, new DataView(bytes.buffer));
        expect(elements.length).toBeLessThanOrEqual(48);
        expect(ended).not.toBe('none');
      }),
      { numRuns: 300 },
    );
  });

  it('needs all bytes of the head, and the first byte of a first element at a fixed place', () => {
    /** Bytes up to the end of the pointer to the first element, or to the fixed place. */
    const needed: Readonly<Record<string, number>> = {
      pci_std: 0x35,
      pci_ext: 0x101,
      vfio_device_info_caps: 20,
      vfio_region_info_caps: 16,
      vfio_iommu_type1_info_caps: 20,
      lamp_chain: 6,
    };
    for (const format of formats.filter(({ name }) => needed[name] !== undefined)) {
      const enough = needed[format.name] as number;
      const missing = format.head.kind === 'fixed' ? 'none' : 'no-head';
      // All bits set: whatever says that there is a list says so.
      const ended = (size: number) =>
        walkChain(format, new DataView(new Uint8Array(size).fill(0xff).buffer)).ended;
      for (let size = 0; size < enough; size++)
        expect([format.name, size, ended(size)]).toEqual([format.name, size, missing]);
      expect([format.name, ended(enough)]).not.toEqual([format.name, missing]);
    }
  });

  it('counts from the start of its region', () => {
    const [format] = formats;
    if (format === undefined) throw new Error('no format');
    const bytes = new Uint8Array(512);
    bytes.set(configSpace(256, { 64: [1, 0x50], 80: [5, 0] }), 100);
    const { elements } = walkChain(format, new DataView(bytes.buffer), { start: 100, end: 356 });
    expect(elements).toEqual([
      { id: 1, version: null, offset: 0x40, next: 0x50, nextOffset: 0x50, extent: 0x10 },
      { id: 5, version: null, offset: 0x50, next: 0, nextOffset: null, extent: 0xb0 },
    ]);
  });
});

describe('compileChain', () => {
  it('refuses a name that is no chain', () => {
    expect(() => compileChain(lampModel(), 'no_chain', abis.lp64)).toThrow(ChainError);
  });

  it('refuses an alignment below 1', () => {
    const model = lampModel();
    const chain = model.chains.get('lamp_chain');
    if (chain === undefined) throw new Error('no chain');
    const aligned = (alignment: number) =>
      compileChain(
        { ...model, chains: new Map([['lamp_chain', { ...chain, alignment }]]) },
        'lamp_chain',
        abis.lp64,
      );
    expect(aligned(1).chain.alignment).toBe(1);
    for (const wrong of [0, -4, Number.NaN]) expect(() => aligned(wrong)).toThrow(/bad-format.*alignment/);
  });
});
