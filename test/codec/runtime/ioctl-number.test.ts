import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  architectures,
  ioctlEncoding,
  ioctlNumberOn,
  makeIoctlNumber,
  packIoctlNumber,
  sameIoctlNumbers,
  splitIoctlNumber,
} from '../../../src/codec/runtime/ioctl-number.ts';
import { factsByArchitecture } from '../../helpers/ioctl-facts.ts';

const byte = fc.integer({ min: 0, max: 255 });
const macro = fc.constantFrom('_IO', '_IOR', '_IOW', '_IOWR');
/** Parts that every architecture has room for. */
const parts = fc
  .record({ macro, type: byte, nr: byte, size: fc.integer({ min: 0, max: 8191 }) })
  .map((each) => (each.macro === '_IO' ? { ...each, size: 0 } : each));
const architecture = fc.constantFrom(...architectures);

describe('numbers of ioctls', () => {
  it.each(factsByArchitecture)('are those of the headers of %s', (name, { macros, splits }) => {
    expect(macros.length).toBeGreaterThan(20);
    for (const [by, type, nr, size, number] of macros) {
      expect([by, size, makeIoctlNumber({ macro: by, type, nr, size }, name)]).toEqual([by, size, number]);
    }
    expect(splits.length).toBeGreaterThan(60);
    for (const [number, direction, type, nr, size] of splits) {
      expect({ number, ...splitIoctlNumber(number, name) }).toMatchObject({
        number,
        direction,
        type,
        nr,
        size,
      });
    }
  });

  it('come apart into what they were made of', () => {
    fc.assert(
      fc.property(parts, architecture, (each, name) => {
        expect(splitIoctlNumber(makeIoctlNumber(each, name), name)).toMatchObject(each);
      }),
    );
  });

  it('are made again from their bits, except a size that sparc has no room for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), architecture, (number, name) => {
        const bits = splitIoctlNumber(number, name);
        const hidden = name === 'sparc' && bits.direction < 2 && (number >>> 16) % 0x2000 !== 0;
        fc.pre(!hidden);
        expect(packIoctlNumber(bits, name)).toBe(number);
      }),
    );
  });

  it('go from one architecture to another and back', () => {
    fc.assert(
      fc.property(parts, architecture, architecture, (each, from, to) => {
        const number = makeIoctlNumber(each, from);
        const there = ioctlNumberOn(to, number, from);
        expect(there).toBe(makeIoctlNumber(each, to));
        expect(ioctlNumberOn(from, there, to)).toBe(number);
        if (sameIoctlNumbers(from, to)) expect(there).toBe(number);
      }),
    );
  });

  it('refuse an architecture that is not known, and bits that no macro makes', () => {
    const unknown = 'toString' as 'x86';
    expect(() => ioctlEncoding(unknown)).toThrow(new RangeError('unknown architecture toString'));
    expect(() => ioctlNumberOn(unknown, 0x3b85)).toThrow(RangeError);
    expect(() => ioctlNumberOn('x86', 0x3b85, 'powerpc')).toThrow('0x3b85 is not an ioctl number on powerpc');
  });
});
