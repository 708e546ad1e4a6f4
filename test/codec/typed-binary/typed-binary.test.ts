import fc from 'fast-check';
import * as bin from 'typed-binary';
import { describe, expect, test } from 'vitest';
import { anyValue } from '../../../src/arbitrary/index.ts';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import { DecodeError, EncodeError } from '../../../src/codec/runtime/errors.ts';
import { toTypedBinary } from '../../../src/codec/typed-binary/index.ts';
import { abis } from '../../../src/layout/abi.ts';
import { pinnedModels } from '../real-schemas.ts';

const vfio = pinnedModels().find(({ root }) => root === 'vfio');
if (vfio === undefined) throw new Error('no schema vfio');
const bus = makeOracle(vfio, 'vfio_bitmap', abis['lp64-be']);
const sparse = makeOracle(vfio, 'vfio_region_info_cap_sparse_mmap', abis.lp64);

const record = bin.object({
  before: bin.u16,
  bitmap: toTypedBinary(bus),
  areas: toTypedBinary(sparse),
  after: bin.u32,
});

describe('toTypedBinary', () => {
  test('nests structs of fixed and of varying size in an object', () => {
    const examples = fc.tuple(
      anyValue(vfio, 'vfio_bitmap'),
      anyValue(vfio, 'vfio_region_info_cap_sparse_mmap'),
    );
    fc.assert(
      fc.property(examples, fc.nat(0xffff), ([bitmap, areas], before) => {
        const value = { before, bitmap, areas, after: 0x12345678 };
        const memory = new ArrayBuffer(record.measure(value).size);
        record.write(new bin.BufferWriter(memory, { endianness: 'little' }), value);
        expect(record.read(new bin.BufferReader(memory, { endianness: 'little' }))).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });

  test('keeps the byte order of the codec', () => {
    const memory = new ArrayBuffer(24);
    toTypedBinary(bus).write(new bin.BufferWriter(memory, { endianness: 'little' }), {
      pgsize: 1n,
      size: 2n,
      data: 3n,
    });
    expect([...new Uint8Array(memory)].filter((byte) => byte !== 0)).toEqual([1, 2, 3]);
    expect(new Uint8Array(memory)[7]).toBe(1);
  });

  test('measures', () => {
    expect(toTypedBinary(bus).measure(bin.MaxValue).size).toBe(24);
    expect(toTypedBinary(sparse).measure(bin.MaxValue).isUnbounded).toBe(true);
    expect(toTypedBinary(sparse).measure({ areas: [{}, {}] } as never).size).toBe(48);
    expect(toTypedBinary(sparse, { byteLength: 64 }).measure(bin.MaxValue).size).toBe(64);
  });

  test('throws typed errors for bytes that are missing and values that do not fit', () => {
    const short = new bin.BufferReader(new ArrayBuffer(20));
    expect(() => toTypedBinary(bus).read(short)).toThrow(DecodeError);
    const counted = new Uint8Array(16);
    counted[8] = 2;
    expect(() => toTypedBinary(sparse).read(new bin.BufferReader(counted.buffer))).toThrow(DecodeError);
    const memory = new ArrayBuffer(24);
    expect(() => toTypedBinary(bus).write(new bin.BufferWriter(memory), { pgsize: -1n })).toThrow(
      EncodeError,
    );
    expect(new Uint8Array(memory)).toEqual(new Uint8Array(24));
  });

  test('reads as many bytes as it is told', () => {
    const bytes = new Uint8Array(40);
    const reader = new bin.BufferReader(bytes.buffer);
    toTypedBinary(sparse, { byteLength: 32 }).read(reader);
    expect(reader.currentByteOffset).toBe(32);
  });
});
