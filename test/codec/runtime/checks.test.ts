import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkBits, checkSignedBits, checkWideBits } from '../../../src/codec/runtime/bits.ts';
import * as checks from '../../../src/codec/runtime/checks.ts';
import { EncodeError } from '../../../src/codec/runtime/errors.ts';

type Check = (where: string, value: never, offset: number) => unknown;

const numbers: readonly (readonly [string, Check, number, number])[] = [
  ['checkU8', checks.checkU8, 0, 0xff],
  ['checkU16', checks.checkU16, 0, 0xffff],
  ['checkU32', checks.checkU32, 0, 0xffff_ffff],
  ['checkS8', checks.checkS8, -0x80, 0x7f],
  ['checkS16', checks.checkS16, -0x8000, 0x7fff],
  ['checkS32', checks.checkS32, -0x8000_0000, 0x7fff_ffff],
];
const bigints: readonly (readonly [string, Check, bigint, bigint])[] = [
  ['checkU64', checks.checkU64, 0n, 0xffff_ffff_ffff_ffffn],
  ['checkS64', checks.checkS64, -0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
  ['checkPointer32', checks.checkPointer32, 0n, 0xffff_ffffn],
];
const strange = [undefined, null, 'x', '5', true, {}, [], Symbol('s')];

/** The error that an action throws, as far as tests look at it. */
function refusal(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    const { code, struct, path, offset, expected } = error;
    return { code, struct, path, offset, expected };
  }
}

describe.each(numbers)('%s', (_, check, first, last) => {
  test('lets exactly the integers of the range through', () => {
    const near = [
      first - 1,
      first,
      first + 1,
      0,
      last - 1,
      last,
      last + 1,
      0.5,
      Number.NaN,
      Infinity,
      2 ** 53,
    ];
    const law = fc.property(fc.oneof(fc.constantFrom(...near), fc.double(), fc.maxSafeInteger()), (value) => {
      const fits = Number.isInteger(value) && value >= first && value <= last;
      const expected = `a number from ${first} to ${last}`;
      const error = { code: 'out-of-range', struct: 's', path: 'a.b', offset: 7, expected };
      expect(refusal(() => check('s.a.b', value as never, 7))).toEqual(fits ? value : error);
    });
    fc.assert(law);
  });

  test('refuses what is no number', () => {
    for (const value of [...strange, 1n]) {
      expect(refusal(() => check('s.a', value as never, 0))).toMatchObject({ code: 'wrong-type', path: 'a' });
    }
  });
});

describe.each(bigints)('%s', (_, check, first, last) => {
  test('lets exactly the integers of the range through', () => {
    const near = [first - 1n, first, first + 1n, 0n, last - 1n, last, last + 1n];
    const law = fc.property(
      fc.oneof(fc.constantFrom(...near), fc.bigInt(-(1n << 66n), 1n << 66n)),
      (value) => {
        const fits = value >= first && value <= last;
        const expected = `a bigint from ${first} to ${last}`;
        const error = { code: 'out-of-range', struct: 's', path: 'a', offset: 3, expected };
        expect(refusal(() => check('s.a', value as never, 3))).toEqual(fits ? value : error);
      },
    );
    fc.assert(law);
  });

  test('refuses what is no bigint', () => {
    for (const value of [...strange, 1]) {
      expect(refusal(() => check('s.a', value as never, 0))).toMatchObject({ code: 'wrong-type', path: 'a' });
    }
  });
});

describe('bits', () => {
  const width = fc.integer({ min: 1, max: 64 });

  test('are checked against their width', () => {
    fc.assert(
      fc.property(width, fc.bigInt(-2n, (1n << 65n) - 1n), (bits, given) => {
        const value = bits <= 32 ? Number(given) : given;
        const fits = given >= 0n && BigInt(value) < 1n << BigInt(bits);
        const found = refusal(() => checkWideBits('s.a', value, bits, 0));
        if (fits) expect(found).toBe(BigInt(value));
        else expect(found).toMatchObject({ code: 'out-of-range' });
        if (bits <= 32 && fits) expect(checkBits('s.a', Number(value), bits, 0)).toBe(value);
      }),
    );
  });

  test('of signed bit-fields are cut to their width', () => {
    fc.assert(
      fc.property(width, fc.bigInt(-(1n << 64n), 1n << 64n), (bits, given) => {
        const value = bits <= 32 ? Number(BigInt.asIntN(40, given)) : given;
        const fits = BigInt.asIntN(bits, BigInt(value)) === BigInt(value);
        const found = refusal(() => checkSignedBits('s.a', value, bits, 0));
        if (fits) expect(found).toBe(BigInt.asUintN(bits, BigInt(value)));
        else expect(found).toMatchObject({ code: 'out-of-range' });
      }),
    );
  });

  test('that are not given are 0', () => {
    expect(checkBits('s.a', undefined, 3, 0)).toBe(0);
    expect(checkWideBits('s.a', undefined, 40, 0)).toBe(0n);
    expect(checkSignedBits('s.a', undefined, 40, 0)).toBe(0n);
  });
});
