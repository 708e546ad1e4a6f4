import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unicodeText } from '../../src/read/unicode-text.ts';

const utf16 = (text: string, order: 'little' | 'big'): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'little' ? bytes : bytes.swap16();
};

describe('unicodeText', () => {
  it('reads what UTF-8 and UTF-16 say, with a byte order mark or without', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\ufeff'), (rest, mark) => {
        const text = `{${rest}`;
        expect(unicodeText(Buffer.from(mark + text))).toBe(text);
        expect(unicodeText(utf16(mark + text, 'little'))).toBe(text);
        expect(unicodeText(utf16(mark + text, 'big'))).toBe(text);
      }),
    );
  });

  it('refuses other bytes', () => {
    expect(unicodeText(Buffer.from([0x7b, 0xff, 0x7d]))).toBeNull();
    expect(unicodeText(Buffer.from([0xff, 0xfe, 0x7b]))).toBeNull();
    expect(unicodeText(Buffer.from([0x7b, 0, 0, 0xd8]))).toBeNull();
    expect(unicodeText(new Uint8Array())).toBe('');
  });
});
