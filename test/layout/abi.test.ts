import { describe, expect, test } from 'vitest';
import { abis, formatAbi, parseAbi } from '../../src/layout/abi.ts';

describe('parseAbi', () => {
  test('reads what formatAbi writes', () => {
    for (const abi of Object.values(abis)) expect(parseAbi(formatAbi(abi))).toEqual(abi);
  });

  test('takes little-endian for granted and accepts it spelled out', () => {
    expect(parseAbi('lp64-le')).toBe(abis.lp64);
    expect(parseAbi('i386-be')).toEqual({ name: 'i386', endian: 'big', pointerBytes: 4, u64Align: 4 });
  });

  test.each(['', 'LP64', 'lp64-', 'lp64-be-le', 'lp64-le-le', '-le', 'toString', 'x32'])(
    'knows no %j',
    (text) => {
      expect(parseAbi(text)).toBeUndefined();
    },
  );
});
