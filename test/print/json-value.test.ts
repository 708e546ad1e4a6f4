import { describe, expect, it } from 'vitest';
import { jsonValue } from '../../src/print/json-value.ts';

describe('jsonValue', () => {
  it('writes what JSON has not, and leaves the rest as it is', () => {
    const value = {
      a: 1,
      b: 2n ** 64n - 1n,
      c: -2n,
      d: new Uint8Array([0, 255]),
      e: [{ f: 1n }],
      g: { h: 3 },
    };
    expect(jsonValue(value)).toEqual({
      a: 1,
      b: '0xffffffffffffffff',
      c: '-0x2',
      d: '00ff',
      e: [{ f: '0x1' }],
      g: { h: 3 },
    });
    expect(value.b).toBe(2n ** 64n - 1n);
    expect(Object.keys(jsonValue(value) as object)).toEqual(['a', 'b', 'c', 'd', 'e', 'g']);
  });

  it('keeps members with odd names', () => {
    const value = JSON.parse('{"__proto__": 1, "constructor": 2}') as object;
    expect(JSON.stringify(jsonValue(value))).toBe('{"__proto__":1,"constructor":2}');
  });
});
