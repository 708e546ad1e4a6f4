import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSpace } from '../../src/chain/build.ts';
import { ChainError } from '../../src/chain/chain-error.ts';
import {
  compactChain,
  findElements,
  insertElement,
  removeElement,
  replaceElement,
} from '../../src/chain/edit.ts';
import type { NewElement } from '../../src/chain/element.ts';
import { decodeSpace, encodeSpace, type Space } from '../../src/chain/space.ts';
import { type Subject, subjects } from './contents.ts';
import { configSpace, rawElement } from './models.ts';
import { readRecording, recordings } from './samples.ts';

const [pci, express, vfio, lamp] = subjects as [Subject, Subject, Subject, Subject];

function ids(space: Space, chain: string): readonly (string | number)[] {
  const elements = space.chains.find(({ name }) => name === chain)?.elements ?? [];
  return elements.map(({ name, id }) => name ?? id);
}

function offsets(space: Space, chain: string): readonly number[] {
  return space.chains.find(({ name }) => name === chain)?.elements.map(({ offset }) => offset) ?? [];
}

/** True for an element of unknown length whose last byte is 0. */
function endsInZeros({ bytes }: NewElement): boolean {
  return bytes?.at(-1) === 0;
}

/** The result of an edit; null where there was no room or place for it. */
function attempt(edit: () => Space): Space | null {
  try {
    return edit();
  } catch (error) {
    if (error instanceof ChainError && ['no-room', 'bad-pointer'].includes(error.code)) return null;
    throw error;
  }
}

describe.each(subjects.map((subject) => [subject.title, subject] as const))('edits of %s', (_, subject) => {
  const { format, chain, base, element } = subject;

  it('restore the bytes by removing what was inserted', () => {
    let done = 0;
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 4 }),
        element,
        fc.nat(4),
        fc.constantFrom('keep', 'append'),
        fc.constantFrom(0, 64),
        (elements, added, place, placement, slack) => {
          const built = buildSpace(format, { ...base, chains: { ...base.chains, [chain]: elements } });
          const padded = new Uint8Array(built.size + (base.size === undefined ? slack : 0));
          padded.set(encodeSpace(format, built));
          const space = decodeSpace(format, padded);
          const index = Math.min(place, elements.length);
          const options = { placement, index, unknownOwns: 'content' } as const;
          const more = attempt(() => insertElement(format, space, chain, added, options));
          if (more === null) return;
          done++;
          const before = new Set(offsets(space, chain));
          const offset = offsets(more, chain).find((each) => !before.has(each)) ?? -1;
          expect(ids(more, chain)).toHaveLength(elements.length + 1);
          const less = removeElement(format, more, { chain, offset }, { size: space.size });
          expect(encodeSpace(format, less)).toEqual(encodeSpace(format, space));
        },
      ),
      { numRuns: 30 },
    );
    expect(done).toBeGreaterThan(10);
  });

  it('keep the list in order and the others byte for byte when they compact', () => {
    fc.assert(
      fc.property(
        fc.array(element, { minLength: 2, maxLength: 5 }),
        element,
        fc.nat(5),
        (elements, added, place) => {
          const space = buildSpace(format, { ...base, chains: { ...base.chains, [chain]: elements } });
          const index = Math.min(place, elements.length);
          const options = { placement: 'compact', index, unknownOwns: 'content' } as const;
          const more = attempt(() => insertElement(format, space, chain, added, options));
          if (more === null) return;
          const names = ids(space, chain);
          const wanted = [...names.slice(0, index), added.name ?? added.id ?? 0, ...names.slice(index)];
          expect(ids(more, chain)).toEqual(wanted);
          const compacted = compactChain(format, more, chain, { unknownOwns: 'content' });
          // Zeros at the end of a new element are kept once; in the bytes nothing tells them from free ones.
          if (!endsInZeros(added)) expect(encodeSpace(format, compacted)).toEqual(encodeSpace(format, more));
          expect(ids(compacted, chain)).toEqual(wanted);
          const again = compactChain(format, compacted, chain, { unknownOwns: 'content' });
          expect(encodeSpace(format, again)).toEqual(encodeSpace(format, compacted));
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('insertElement', () => {
  const pm = { name: 'pci_cap_pm', value: { pmc: { version: 3 } } };

  it('starts a list, and removeElement ends it', () => {
    const bytes = configSpace(256, { 6: [0, 0] }, 0);
    const space = decodeSpace(pci.format, bytes);
    const more = insertElement(pci.format, space, 'pci_std', pm);
    const after = encodeSpace(pci.format, more);
    expect([after[6], after[0x34], after[0x40], after[0x41]]).toEqual([0x10, 0x40, 1, 0]);
    expect(encodeSpace(pci.format, removeElement(pci.format, more, { id: 1 }))).toEqual(bytes);
  });

  it('uses the first gap, or the place behind all others', () => {
    const bytes = configSpace(256, { 96: [1, 0x80, 3, 0], 128: [3, 0, 0, 0] }, 0x60);
    const space = decodeSpace(pci.format, bytes);
    expect(offsets(insertElement(pci.format, space, 'pci_std', pm), 'pci_std')).toEqual([0x60, 0x80, 0x40]);
    const appended = insertElement(pci.format, space, 'pci_std', pm, { placement: 'append' });
    expect(offsets(appended, 'pci_std')).toEqual([0x60, 0x80, 0x88]);
    const exact = insertElement(pci.format, space, 'pci_std', pm, { at: 0xa0, index: 0 });
    expect(offsets(exact, 'pci_std')).toEqual([0xa0, 0x60, 0x80]);
  });

  it('takes places from the first to the last that the chain allows, in steps of its alignment', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 80: [5, 0] }, 0x50));
    const small = { id: 0x77, version: null, bytes: Uint8Array.of(0x77, 0) };
    const insertAt = (at: number) => insertElement(pci.format, space, 'pci_std', small, { at });
    for (const at of [0x40, 0x44, 0xfc]) expect(offsets(insertAt(at), 'pci_std')).toEqual([0x50, at]);
    for (const at of [0x3c, 0x41, 0x42, 0xfd, 0x100])
      expect(() => insertAt(at), `${at}`).toThrow(/bad-pointer/);
  });

  it('says how many bytes are free at a place where an element does not fit', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 80: [5, 0] }, 0x50));
    for (const [at, free] of [
      [0x4c, 4],
      [0x50, 0],
      [0xfc, 4],
    ] as const) {
      expect(() => insertElement(pci.format, space, 'pci_std', pm, { at })).toThrow(
        expect.objectContaining({ code: 'no-room', needed: 8, free }),
      );
    }
  });

  it('leaves bytes alone that nothing describes', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 68: [1], 96: [1, 0, 3, 0] }, 0x60));
    expect(offsets(insertElement(pci.format, space, 'pci_std', pm), 'pci_std')).toEqual([0x60, 0x48]);
  });

  it('takes nothing from an unknown capability unless told', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 64: [0x77, 0, 1, 2] }));
    expect(() => insertElement(pci.format, space, 'pci_std', pm)).toThrow(/no-room/);
    const more = insertElement(pci.format, space, 'pci_std', pm, { unknownOwns: 'content' });
    expect(offsets(more, 'pci_std')).toEqual([0x40, 0x44]);
  });

  it('keeps the zeros at the end of a new unknown capability, which a later compaction cannot know', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 64: [1, 0, 3, 0] }));
    const options = { placement: 'compact', index: 0, unknownOwns: 'content' } as const;
    const more = insertElement(
      pci.format,
      space,
      'pci_std',
      rawElement(0x77, null, 2, [1, 0, 0, 0]),
      options,
    );
    expect(offsets(more, 'pci_std')).toEqual([0x40, 0x48]);
    const later = compactChain(pci.format, more, 'pci_std', { unknownOwns: 'content' });
    expect(offsets(later, 'pci_std')).toEqual([0x40, 0x44]);
    expect(offsets(compactChain(pci.format, more, 'pci_std'), 'pci_std')).toEqual([0x40, 0x48]);
  });

  it('says what is needed and what is free', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 240: [1, 0, 3, 0] }, 0xf0));
    const wide = rawElement(0x77, null, 2, new Array<number>(200).fill(1));
    expect(() => insertElement(pci.format, space, 'pci_std', wide)).toThrow(
      expect.objectContaining({ code: 'no-room', needed: 202, free: 0xb0 }),
    );
    const taken = { at: 0xf0 };
    expect(() => insertElement(pci.format, space, 'pci_std', pm, taken)).toThrow(/no-room/);
    expect(() => insertElement(pci.format, space, 'pci_std', pm, { at: 0x41 })).toThrow(/bad-pointer/);
    expect(() => insertElement(pci.format, space, 'pci_std', pm, { index: 2 })).toThrow(/bad-element/);
    expect(() => insertElement(pci.format, space, 'pci_none', pm)).toThrow(/no-chain/);
  });

  it('refuses a list that is broken', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 64: [1, 0x40, 3, 0] }));
    expect(() => insertElement(pci.format, space, 'pci_std', pm)).toThrow(/broken-chain/);
  });

  it('keeps an ascending chain ascending', () => {
    const parts = [{ id: 9, version: 0, bytes: Uint8Array.of(0, 0, 0, 0, 7) }, { id: 10 }];
    const space = buildSpace(lamp.format, { ...lamp.base, chains: { lamp_chain: parts } });
    const gap = removeElement(lamp.format, space, { id: 9 });
    expect(offsets(gap, 'lamp_chain')).toEqual([0x30]);
    const more = insertElement(lamp.format, gap, 'lamp_chain', { id: 11 });
    expect(ids(more, 'lamp_chain')).toEqual([11, 10]);
  });

  it('grows a reply up to what is allowed', () => {
    const space = buildSpace(vfio.format, { ...vfio.base, chains: { [vfio.chain]: [{ id: 0x77 }] } });
    expect(space.size).toBe(32);
    expect(insertElement(vfio.format, space, vfio.chain, { id: 0x78 }).size).toBe(40);
    expect(() => insertElement(vfio.format, space, vfio.chain, { id: 0x78 }, { growTo: 39 })).toThrow(
      /no-room/,
    );
  });
});

describe('removeElement', () => {
  it('takes out of a loop what closes it', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 64: [1, 0x50, 3, 0], 80: [1, 0x50, 3, 0] }));
    const less = removeElement(pci.format, space, { offset: 0x50 });
    expect(less.chains[0]?.ended).toBe('end');
    expect(offsets(less, 'pci_std')).toEqual([0x40]);
  });

  it('leaves an empty header at a fixed place', () => {
    const chains = {
      ...express.base.chains,
      pci_ext: [
        { id: 0x77, version: 1 },
        { id: 0x78, version: 1 },
      ],
    };
    const space = buildSpace(express.format, { ...express.base, chains });
    const less = removeElement(express.format, space, { id: 0x77 });
    expect(findElements(less, { chain: 'pci_ext' }).map(({ element }) => element.id)).toEqual([0, 0x78]);
    // Without a pointer an empty header is an empty list.
    const none = removeElement(express.format, less, { id: 0x78 });
    expect(ids(none, 'pci_ext')).toEqual([]);
  });

  it('refuses an element that is not there', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 64: [1, 0, 3, 0] }));
    expect(() => removeElement(pci.format, space, { id: 0x99 })).toThrow(/bad-element.*0x99/);
  });

  it('leaves every recorded space without the element and with the others', () => {
    for (const { bytes } of recordings
      .flatMap((name) => readRecording(name).spaces)
      .filter((_, i) => i % 4 === 2)) {
      const space = decodeSpace(pci.format, bytes);
      const all = findElements(space, { chain: 'pci_std' });
      for (const { index, element } of all) {
        const less = removeElement(pci.format, space, { chain: 'pci_std', offset: element.offset });
        const wanted = offsets(space, 'pci_std').filter((_, i) => i !== index);
        expect(offsets(less, 'pci_std')).toEqual(wanted);
      }
    }
  });
});

describe('replaceElement', () => {
  const bytes = configSpace(256, { 64: [1, 0x52, 3, 0], 80: [9, 0, 4, 7] });
  const space = decodeSpace(pci.format, bytes);

  it('stays at its place where it fits', () => {
    const other = replaceElement(
      pci.format,
      space,
      { id: 1 },
      { name: 'pci_cap_pm', value: { pmc: { version: 2 } } },
    );
    const wanted = bytes.slice();
    wanted[0x42] = 2;
    expect(encodeSpace(pci.format, other)).toEqual(wanted);
  });

  it('moves where it does not fit, and keeps its place in the list', () => {
    const wide = rawElement(0x77, null, 2, new Array<number>(30).fill(1));
    const other = replaceElement(pci.format, space, { id: 1 }, wide);
    expect(ids(other, 'pci_std')).toEqual([0x77, 'pci_cap_vndr']);
    expect(offsets(other, 'pci_std')).toEqual([0x54, 0x50]);
  });
});

describe('findElements', () => {
  it('finds by chain, id, name and offset', () => {
    const space = decodeSpace(pci.format, configSpace(256, { 64: [1, 0x50, 3, 0], 80: [1, 0, 3, 0] }));
    expect(findElements(space, { id: 1 })).toHaveLength(2);
    expect(findElements(space, { name: 'pci_cap_pm', offset: 0x50 }).map(({ index }) => index)).toEqual([1]);
    expect(findElements(space, { chain: 'pci_ext' })).toEqual([]);
  });
});
