import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import { EncodeError } from '../../../src/codec/runtime/errors.ts';
import { textBytes } from '../../../src/codec/runtime/text.ts';
import { IoasWhyCodec } from '../../../src/generated/ts/ioas.ts';
import { abis } from '../../../src/layout/abi.ts';
import { packageModels } from '../../helpers/schemas.ts';

describe('textBytes', () => {
  it('is UTF-8, filled up with zeros as far as there is room', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 40 }), (text, room) => {
        const bytes = textBytes(text, room) ?? new Uint8Array(0);
        const plain = new TextEncoder().encode(text);
        expect(bytes.length).toBe(Math.max(plain.length, room));
        expect(bytes.subarray(0, plain.length)).toEqual(plain);
        expect(bytes.subarray(plain.length).every((byte) => byte === 0)).toBe(true);
        expect(textBytes(text)).toEqual(plain);
      }),
    );
  });
});

describe('codecs', () => {
  const ioas = packageModels().get('ioas');
  if (ioas === undefined) throw new Error('there is no schema of ioas');
  const oracle = makeOracle(ioas, 'ioas_why', abis.lp64);

  it('take a string for an array of char, the generated ones and the oracle', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (name) => {
        const bytes = new TextEncoder().encode(name);
        if (bytes.length > 32) {
          for (const codec of [IoasWhyCodec, oracle]) {
            const thrown = { code: 'count-mismatch', path: 'name' };
            expect(() => codec.toBytes({ name })).toThrow(expect.objectContaining(thrown));
          }
          return;
        }
        const filled = new Uint8Array(32);
        filled.set(bytes);
        const expected = IoasWhyCodec.toBytes({ name: filled });
        expect(IoasWhyCodec.toBytes({ name })).toEqual(expected);
        expect(oracle.toBytes({ name })).toEqual(expected);
        expect(IoasWhyCodec.fromBytes(expected).name).toEqual(filled);
      }),
    );
  });

  it('refuse what is neither', () => {
    for (const name of [7, {}, [1, 2]] as unknown as string[]) {
      for (const codec of [IoasWhyCodec, oracle]) expect(() => codec.toBytes({ name })).toThrow(EncodeError);
    }
  });
});
