import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBytes, buildSpace } from '../../src/chain/build.ts';
import { ChainError } from '../../src/chain/chain-error.ts';
import { elementBytes, type NewElement } from '../../src/chain/element.ts';
import { contextOf, decodeSpace, encodeSpace } from '../../src/chain/space.ts';
import { chainNamed } from '../../src/chain/space-format.ts';
import { walkChain } from '../../src/chain/walk.ts';
import { viewOf } from '../../src/codec/runtime/bytes.ts';
import { writePlace } from '../../src/plan/access.ts';
import { type Subject, subjects } from './contents.ts';

function build({ format, base, chain }: Subject, elements: readonly NewElement[]): Uint8Array {
  return buildBytes(format, { ...base, chains: { ...base.chains, [chain]: elements } });
}

describe.each(subjects.map((subject) => [subject.title, subject] as const))(
  'buildSpace of %s',
  (_, subject) => {
    const { format: spaceFormat, chain, element, base } = subject;
    const { format } = chainNamed(spaceFormat, chain);

    it('is what walkChain and decodeSpace undo', () => {
      fc.assert(
        fc.property(fc.array(element, { minLength: 1, maxLength: 6 }), (elements) => {
          const bytes = build(subject, elements);
          const walk = walkChain(format, viewOf(bytes));
          expect(walk.issues).toEqual([]);
          expect(walk.ended).toBe('end');
          const space = decodeSpace(spaceFormat, bytes);
          const found = space.chains.find(({ name }) => name === chain)?.elements ?? [];
          expect(found.map(({ offset }) => offset)).toEqual(walk.elements.map(({ offset }) => offset));
          expect(found.map(({ name, id }) => name ?? id)).toEqual(elements.map(({ name, id }) => name ?? id));
          const context = contextOf(space);
          for (const [i, wanted] of elements.entries()) {
            const expected = elementBytes(chainNamed(spaceFormat, chain), wanted, context);
            const given = bytes.slice(found[i]?.offset, (found[i]?.offset ?? 0) + expected.length);
            for (const each of [expected, given]) writePlace(format.next.place, viewOf(each), 0, 0n);
            expect(given).toEqual(expected);
            if (typeof wanted.version === 'number') expect(found[i]?.version).toBe(wanted.version);
          }
          expect(encodeSpace(spaceFormat, space)).toEqual(bytes);
        }),
        { numRuns: 25 },
      );
    });

    it('respects the places, the alignment and the order that the chain asks for', () => {
      fc.assert(
        fc.property(fc.array(element, { minLength: 1, maxLength: 6 }), (elements) => {
          const { elements: walked } = walkChain(format, viewOf(build(subject, elements)));
          for (const { offset } of walked) {
            expect(offset % format.chain.alignment).toBe(0);
            expect(offset).toBeGreaterThanOrEqual(format.chain.first);
          }
          const offsets = walked.map(({ offset }) => offset);
          expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        }),
        { numRuns: 10 },
      );
    });

    it('says what does not fit', () => {
      const elements = [{ id: 0x3d, version: null, bytes: new Uint8Array(5000) }];
      const contents = { ...base, size: base.size ?? 512, chains: { ...base.chains, [chain]: elements } };
      expect(() => buildSpace(spaceFormat, contents)).toThrow(ChainError);
      try {
        buildSpace(spaceFormat, contents);
      } catch (error) {
        expect(error).toMatchObject({ code: 'no-room', needed: 5000 });
        expect((error as ChainError).free).toBeGreaterThan(100);
      }
    });

    it('refuses ids that do not fit, structs that are none, and missing ids', () => {
      for (const wrong of [{ id: 1 << 20 }, { id: -1 }, { id: 1.5 }, {}, { name: 'no_struct', value: {} }]) {
        expect(() => build(subject, [wrong])).toThrow(ChainError);
      }
    });
  },
);

describe('buildSpace', () => {
  it('makes as many elements as the limit allows, and refuses more', () => {
    const subject = subjects[3];
    if (subject === undefined) throw new Error('no subject');
    const many = Array.from({ length: 20 }, () => ({ id: 9, version: 0 }));
    expect(decodeSpace(subject.format, build(subject, many)).chains[0]?.elements.length).toBe(20);
    expect(() => build(subject, [...many, { id: 9 }])).toThrow(/no-room.*more elements/);
  });

  it('refuses a buffer that is smaller than the struct at its start, and takes one as large', () => {
    const [subject] = subjects;
    if (subject === undefined) throw new Error('no subject');
    expect(() => buildSpace(subject.format, { size: 63 })).toThrow(/no-room.*smaller than the struct/);
    expect(buildSpace(subject.format, { size: 64 }).size).toBe(64);
  });

  it('refuses an extended list that nothing allows', () => {
    const subject = subjects[1];
    if (subject === undefined) throw new Error('no subject');
    const contents = { head: {}, size: 4096, chains: { pci_ext: [{ id: 0x77 }] } };
    expect(() => buildSpace(subject.format, contents)).toThrow(/no-chain/);
  });

  it('refuses a chain where the struct at the start says otherwise', () => {
    const subject = subjects[3];
    if (subject === undefined) throw new Error('no subject');
    const contents = { head: { kind: 8 }, chains: { lamp_chain: [{ id: 9 }] } };
    expect(() => buildSpace(subject.format, contents)).toThrow(/no-chain/);
  });
});
