import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonExcerpt } from '../../src/base/json-excerpt.ts';

describe('jsonExcerpt', () => {
  it('is the beginning of what JSON.stringify prints', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 4, max: 60 }), (value, max) => {
        const whole = JSON.stringify(value);
        expect(jsonExcerpt(value, max)).toBe(whole.length > max ? `${whole.slice(0, max - 3)}...` : whole);
      }),
    );
  });

  it('takes values of any depth and size', () => {
    const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
    expect(jsonExcerpt(deep)).toBe(`${'['.repeat(37)}...`);
    expect(jsonExcerpt('a'.repeat(1 << 24), 10)).toBe('"aaaaaa...');
    expect(jsonExcerpt(undefined)).toBe('undefined');
  });
});
