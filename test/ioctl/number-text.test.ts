import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { architectures, makeIoctlNumber } from '../../src/codec/runtime/ioctl-number.ts';
import { isNumberText, parseIoctlNumber } from '../../src/ioctl/number-text.ts';

const byte = fc.integer({ min: 0, max: 255 });
const size = fc.integer({ min: 0, max: 8191 });
const architecture = fc.constantFrom(...architectures);

/** A number as C writes it. */
const written = (value: number): fc.Arbitrary<string> =>
  fc.constantFrom(
    `${value}`,
    `0x${value.toString(16)}`,
    `0X${value.toString(16).toUpperCase()}`,
    `0${value.toString(8)}`,
    `${value}U`,
    ` ${value} `,
  );

/** A type byte, as a number or a character. */
function typeText(value: number): fc.Arbitrary<string> {
  const character = String.fromCharCode(value);
  const hex = `'\\x${value.toString(16)}'`;
  const isPlain = value >= 0x20 && value < 0x7f && !['\\', "'"].includes(character);
  return fc.oneof(
    written(value),
    fc.constantFrom(hex, `'\\${value.toString(8)}'`, isPlain ? `'${character}'` : hex),
  );
}

describe('parseIoctlNumber', () => {
  it('reads hexadecimal and decimal numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), architecture, (number, name) => {
        for (const text of [
          `${number}`,
          `0x${number.toString(16)}`,
          `0X${number.toString(16).toUpperCase()}`,
        ]) {
          expect(isNumberText(text)).toBe(true);
          expect(parseIoctlNumber(text, name)).toEqual({ number });
        }
      }),
    );
    expect(parseIoctlNumber('0xffffffffc0283b85', 'x86')).toEqual({ number: 0xc028_3b85 });
  });

  it('reads the macros of C, and _IOC as strace prints it', () => {
    const macro = fc.constantFrom('_IO', '_IOR', '_IOW', '_IOWR');
    const ways = {
      _IO: ['_IOC_NONE'],
      _IOR: ['_IOC_READ'],
      _IOW: ['_IOC_WRITE'],
      _IOWR: ['_IOC_READ|_IOC_WRITE', '_IOC_WRITE | _IOC_READ'],
    };
    const texts = fc.tuple(macro, byte, byte, size).chain(([by, type, nr, bytes]) =>
      fc
        .tuple(typeText(type), written(nr), written(by === '_IO' ? 0 : bytes), fc.constantFrom(...ways[by]))
        .map(([t, n, s, way]) => ({
          parts: { macro: by, type, nr, size: by === '_IO' ? 0 : bytes },
          texts: [
            by === '_IO' ? `_IO(${t}, ${n})` : `${by}(${t},${n},${s})`,
            `_IOC(${way}, ${t}, ${n}, ${s})`,
          ],
        })),
    );
    fc.assert(
      fc.property(texts, architecture, (each, name) => {
        for (const text of each.texts) {
          expect(isNumberText(text)).toBe(true);
          expect([text, parseIoctlNumber(text, name)]).toEqual([
            text,
            { number: makeIoctlNumber(each.parts, name) },
          ]);
        }
      }),
    );
    expect(parseIoctlNumber("_IO(',', 1)", 'x86')).toEqual({ number: 0x2c01 });
    expect(parseIoctlNumber('_IOC(0, 0x3b, 0x85, 0)', 'x86')).toEqual({ number: 0x3b85 });
    expect(parseIoctlNumber('_IOC(_IOC_NONE, 0x3b, 0x85, 0)', 'powerpc')).toEqual({ number: 0x2000_3b85 });
  });

  it.each([
    ['0x100000000', 'does not fit in the 32 bits of an ioctl number'],
    ['0xffffffff00003b85', 'does not fit in the 32 bits of an ioctl number'],
    ['_IO(0x3b, 0x85', 'does not end with )'],
    ['_IOX(0x3b, 0x85)', 'has no macro that makes numbers, expected _IO, _IOR, _IOW, _IOWR, _IOC'],
    ['_IO(0x3b)', 'has 1 arguments, expected _IO(type, nr)'],
    ['_IO()', 'has 0 arguments, expected _IO(type, nr)'],
    ['_IO(, 1)', "has the type (nothing), expected a character like ';' or a number up to 255"],
    ['_IO(0x13b, 0x85)', "has the type 0x13b, expected a character like ';' or a number up to 255"],
    [
      '_IO(IOMMUFD_TYPE, 0x85)',
      "has the type IOMMUFD_TYPE, expected a character like ';' or a number up to 255",
    ],
    ['_IO(0x3b, 089)', 'has the nr 089, expected a number up to 255'],
    ['_IOW(0x3b, 1, struct x)', 'has the size struct x, expected a number of bytes up to 16383'],
    [
      '_IOC(_IOC_UP, 0x3b, 1, 0)',
      'has the direction _IOC_UP, expected _IOC_NONE, _IOC_READ, _IOC_WRITE or _IOC_READ|_IOC_WRITE',
    ],
    [
      '_IOC(toString, 0x3b, 1, 0)',
      'has the direction toString, expected _IOC_NONE, _IOC_READ, _IOC_WRITE or _IOC_READ|_IOC_WRITE',
    ],
    [`_IO(${'1'.repeat(300)}, 1)`, 'is too long for the number of an ioctl'],
  ])('says what is wrong with %s', (text, problem) => {
    expect(isNumberText(text)).toBe(true);
    expect(parseIoctlNumber(text, 'x86')).toEqual({ problem });
  });

  it('takes any text without a hitch', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '_IO',
        '_IOC',
        '_IOWR',
        '(',
        ')',
        ',',
        '|',
        "'",
        '\\',
        '0x3b',
        '1',
        ' ',
        '_IOC_READ',
        '\n',
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(pieces, (words) => {
        const text = words.join('');
        if (!isNumberText(text)) return;
        const read = parseIoctlNumber(text, 'sparc');
        if ('number' in read) expect(read.number).toBe(read.number >>> 0);
        else expect(read.problem).not.toBe('');
      }),
    );
  });

  it.each(['', 'iommu_ioas_map', 'IOMMU_IOAS_MAP', '0x', '3b85', '-1', '0x3b85 ', '_IOAS(1, 2', 'IO(1, 2)'])(
    'leaves %j to those who know names',
    (text) => {
      const isCall = text.startsWith('_');
      expect(isNumberText(text)).toBe(isCall);
    },
  );
});
