import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHex, readInput } from '../../src/cli/input.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('parseHex', () => {
  it('reads bytes however people separate them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.constantFrom('', ' ', ':', ', ', '\n', ' 0x'),
        (bytes, gap) => {
          const text = hex(bytes).replace(/..(?=.)/g, `$&${gap}`);
          expect(parseHex(text, 'x')).toEqual(bytes);
          expect(parseHex(` 0x${text.toUpperCase().replaceAll('0X', '0x')}\n`, 'x')).toEqual(bytes);
        },
      ),
    );
  });

  it('refuses half bytes', () => {
    for (const text of ['1', '123', '12 3', '0x1', '0x12 0x3']) {
      expect(() => parseHex(text, 'x')).toThrow(/odd number of hex digits/);
    }
  });
});

describe('readInput', () => {
  it('takes a name that is too long for a file for hex', () => {
    expect(readInput('ab'.repeat(5000)).bytes.length).toBe(5000);
  });
});
