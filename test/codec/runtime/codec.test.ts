import { describe, expect, it } from 'vitest';
import { DecodeError, EncodeError } from '../../../src/codec/runtime/errors.ts';
import { IommuIoasMapCodec } from '../../../src/generated/ts/iommufd.ts';
import { VfioIommuType1InfoCapIovaRangeCodec } from '../../../src/generated/ts/vfio.ts';

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a codec', () => {
  const view = new DataView(new ArrayBuffer(64));

  it('refuses a property that is no member, and says which one was meant', () => {
    const value = { iaos_id: 2 } as object;
    const error = thrownBy(() => IommuIoasMapCodec.encode(value, view, 8));
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toMatchObject({ code: 'unknown-member', path: 'iaos_id', offset: 8 });
    expect((error as Error).message).toContain('a known member, perhaps ioas_id');
  });

  it('finds such a property in the elements of arrays and in structs inside', () => {
    const inArray = { iova_ranges: [{ start: 0n }, { start: 0n, last: 1n }] } as object;
    expect(thrownBy(() => VfioIommuType1InfoCapIovaRangeCodec.encode(inArray, view))).toMatchObject({
      path: 'iova_ranges[1].last',
    });
    const inStruct = { header: { nxt: 1 } } as object;
    expect(thrownBy(() => VfioIommuType1InfoCapIovaRangeCodec.encode(inStruct, view))).toMatchObject({
      path: 'header.nxt',
    });
  });

  it('takes members that are left out, undefined or null as their defaults', () => {
    const value = { flags: undefined, ioas_id: null } as object;
    expect(IommuIoasMapCodec.encode(value, view)).toBe(40);
    expect(IommuIoasMapCodec.decode(view)).toMatchObject({ size: 40, flags: 0, ioas_id: 0 });
  });

  it('says what is missing where the bytes are too few', () => {
    const error = thrownBy(() => IommuIoasMapCodec.decode(view, 32));
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ code: 'too-short', struct: 'iommu_ioas_map', expected: 40, found: 32 });
  });
});
