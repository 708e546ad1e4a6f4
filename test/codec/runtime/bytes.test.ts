import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  claim,
  measureByEncoding,
  readBytes,
  readUnit,
  UnionBytes,
  writeBytes,
  writeUnit,
  zeroFill,
} from '../../../src/codec/runtime/bytes.ts';
import { EncodeError } from '../../../src/codec/runtime/errors.ts';
import { noRoom } from '../../../src/codec/runtime/failures.ts';

/** A view into the middle of some memory. */
function inside(length: number): { readonly view: DataView; readonly memory: Uint8Array } {
  const memory = new Uint8Array(length + 8).fill(0xa5);
  return { view: new DataView(memory.buffer, 4, length), memory };
}

describe('readUnit and writeUnit', () => {
  test('give back what was written, within its bytes', () => {
    const law = fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.bigInt(0n, (1n << 64n) - 1n),
      fc.boolean(),
      (bytes, given, little) => {
        const value = BigInt.asUintN(8 * bytes, given);
        const { view, memory } = inside(bytes);
        writeUnit(view, 0, bytes, value, little);
        expect(readUnit(view, 0, bytes, little)).toBe(value);
        expect([...memory.slice(0, 4), ...memory.slice(4 + bytes)].every((byte) => byte === 0xa5)).toBe(true);
        if (bytes === 4) expect(BigInt(view.getUint32(0, little))).toBe(value);
        if (bytes === 8) expect(view.getBigUint64(0, little)).toBe(value);
      },
    );
    fc.assert(law);
  });
});

describe('bytes', () => {
  test('are copies', () => {
    const { view } = inside(4);
    const copy = readBytes(view, 1, 2);
    view.setUint8(1, 7);
    expect([...copy]).toEqual([0xa5, 0xa5]);
  });

  test('are written at their length only, zeros where none are given', () => {
    const { view, memory } = inside(4);
    writeBytes('s.a', Uint8Array.of(1, 2), view, 1, 2);
    expect([...memory.slice(4, 8)]).toEqual([0xa5, 1, 2, 0xa5]);
    writeBytes('s.a', undefined, view, 1, 2);
    expect([...memory.slice(4, 8)]).toEqual([0xa5, 0, 0, 0xa5]);
    zeroFill(view, 0, 1);
    expect(memory[4]).toBe(0);
    expect(() => writeBytes('s.a', Uint8Array.of(1), view, 0, 2)).toThrow(EncodeError);
  });
});

describe('claim', () => {
  test('fills the gap before a field and refuses what does not fit', () => {
    const { view, memory } = inside(8);
    expect(claim('s.a', view, 2, 5, 2)).toBe(7);
    expect([...memory.slice(4, 12)]).toEqual([0xa5, 0xa5, 0, 0, 0, 0xa5, 0xa5, 0xa5]);
    expect(claim('s.a', view, 7, 1, 2)).toBe(7);
    expect(() => claim('s.a', view, 7, 7, 2)).toThrow(/too-short: s\.a at byte 7: expected 2, found 1/);
    expect(() => claim('s.a', view, 7, -1, 2)).toThrow(EncodeError);
  });
});

describe('UnionBytes', () => {
  test('keeps the bytes of members that agree and restores those that were only padding', () => {
    const { view, memory } = inside(4);
    const union = new UnionBytes(view, 0, 4);
    view.setUint16(0, 0x0102);
    union.add('s.a', 0x0102, [[0, 2]]);
    view.setUint32(0, 0x01000003);
    union.add('s.b', {}, [
      [0, 1],
      [3, 4],
    ]);
    expect([...memory.slice(4, 8)]).toEqual([1, 2, 0, 3]);
  });

  test('refuses a member that wants another byte, and says which', () => {
    const { view } = inside(4);
    const union = new UnionBytes(view, 0, 4);
    view.setUint16(0, 0x0102);
    union.add('s.a', 0x0102, [[0, 2]]);
    view.setUint32(0, 0x01030000);
    expect(() => union.add('s.b', 0, [[0, 4]])).toThrow(/union-conflict: s\.b at byte 1/);
  });
});

describe('measureByEncoding', () => {
  test('gives what an encoder writes, however much that is', () => {
    const encode = (value: number, view: DataView, offset: number): number => {
      if (offset + value > view.byteLength) throw noRoom('s', offset, value, view.byteLength);
      return value;
    };
    for (const size of [0, 255, 256, 257, 100_000]) expect(measureByEncoding(encode, size)).toBe(size);
    expect(() => measureByEncoding(encode, 1e9)).toThrow(/too-short/);
  });

  test('passes other errors on', () => {
    const encode = (): number => {
      throw new TypeError('mine');
    };
    expect(() => measureByEncoding(encode, 0)).toThrow('mine');
  });
});
