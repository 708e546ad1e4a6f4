import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue } from '../../src/arbitrary/index.ts';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import { worldOf } from '../../src/codec/oracle/world.ts';
import { abis } from '../../src/layout/abi.ts';
import { structJson } from '../../src/print/struct-json.ts';
import { bytesOfText, textOfBytes } from '../../src/print/text-json.ts';
import { JsonReader } from '../../src/read/json-values.ts';
import { readModel } from '../helpers/schemas.ts';

/** Bytes with text, parts of characters, backslashes and zeros. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc
        .constantFrom('a', '\\', '\\x41', 'é', '\u{1f600}', '\0', '\u{feff}')
        .map((text) => new TextEncoder().encode(text)),
    ),
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

describe('textOfBytes', () => {
  it('is a text that the same bytes are made of, through JSON', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = JSON.parse(JSON.stringify(textOfBytes(bytes, null))) as string;
        expect(bytesOfText(text)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('is the text itself, as far as there is no backslash in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const plain = text.replaceAll('\\', '/');
        expect(textOfBytes(new TextEncoder().encode(plain), null)).toBe(plain);
      }),
    );
  });

  it('shows bytes that are none, and leaves out zeros that only fill up', () => {
    expect(textOfBytes(Uint8Array.of(0x61, 0xff, 0x5c, 0xc3, 0, 0), 6)).toBe('a\\xff\\\\\\xc3');
    expect(textOfBytes(Uint8Array.of(0x61, 0, 0x62, 0), 4)).toBe('a\0b');
    expect(textOfBytes(Uint8Array.of(0x61, 0), null)).toBe('a\0');
    expect(bytesOfText('\\n')).toBeNull();
    expect(bytesOfText('\\x4')).toBeNull();
  });
});

describe('structJson', () => {
  it('has arrays of char as text and arrays of u8 as hex, and JsonReader takes both back', () => {
    const model = readModel(join(import.meta.dirname, '../specs/arrays-and-text.yaml'));
    const abi = abis.lp64;
    const codec = makeOracle(model, 'named_thing', abi);
    const json = structJson(
      worldOf(model, abi),
      'named_thing',
      codec.fromBytes(codec.toBytes({ name: 'vdpa0' })),
    );
    expect(json).toMatchObject({ name: 'vdpa0', label: '0000000000000000' });
    const reader = new JsonReader(model, abi);
    fc.assert(
      fc.property(
        anyValue(model, 'named_thing', { abi }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (value, name) => {
          const bytes = codec.toBytes({ ...value, name });
          const text = JSON.stringify(structJson(worldOf(model, abi), 'named_thing', codec.fromBytes(bytes)));
          expect(codec.toBytes(reader.struct('named_thing', JSON.parse(text), ''))).toEqual(bytes);
        },
      ),
      { numRuns: 100 },
    );
    expect(() => reader.struct('named_thing', { name: 'x'.repeat(17) }, 'here')).toThrow(
      'here.name: "xxxxxxxxxxxxxxxxx" takes 17 bytes, there is room for 16',
    );
    expect(() => reader.struct('named_thing', { name: 'a\\b' }, 'here')).toThrow(
      'here.name: "a\\\\b" has a backslash',
    );
    expect(() => reader.struct('named_thing', { name: 5 }, 'here')).toThrow(
      'here.name: expected a string, found 5',
    );
    expect(reader.struct('named_thing', { serial: '00112233-4455-6677-8899-aabbccddeeff' }, '')).toEqual({
      serial: Uint8Array.from({ length: 16 }, (_, i) => 17 * i),
    });
  });
});
