import { describe, expect, test } from 'vitest';
import { InternalError } from '../../src/base/internal-error.ts';
import { abis } from '../../src/layout/abi.ts';
import { flatten } from '../../src/layout/flatten.ts';
import { layOut } from '../../src/layout/layout.ts';
import { array, field, flexible, model, name, named, scalar, struct } from './builders.ts';

const u64Struct = model([struct('s', [field('a', 'u8'), field('b', 'u64'), field('c', 'aligned_u64')])]);

function offsets(structs: Parameters<typeof model>[0], abi = abis.lp64): unknown[] {
  return flatten(layOut(model(structs), 's', abi)).map(({ path, offset, size }) => [path, offset, size]);
}

describe('layOut', () => {
  test('aligns a plain u64 to 4 and an aligned_u64 to 8 on i386', () => {
    expect(layOut(u64Struct, 's', abis.i386)).toMatchObject({
      size: 24,
      align: 8,
      members: [
        { kind: 'field', name: 'a', offset: 0, size: 1 },
        { kind: 'hole', offset: 1, size: 3 },
        { kind: 'field', name: 'b', offset: 4, size: 8 },
        { kind: 'hole', offset: 12, size: 4 },
        { kind: 'field', name: 'c', offset: 16, size: 8 },
      ],
    });
    expect(layOut(u64Struct, 's', abis.lp64).members[1]).toMatchObject({ kind: 'hole', offset: 1, size: 7 });
    expect(layOut(u64Struct, 's', abis.ilp32).size).toBe(24);
  });

  test('gives pointers the width of the abi', () => {
    const pointer = model([struct('s', [field('p', { kind: 'pointer', target: null }), field('n', 'u8')])]);
    expect(layOut(pointer, 's', abis.lp64)).toMatchObject({ size: 16, align: 8 });
    expect(layOut(pointer, 's', abis.ilp32)).toMatchObject({ size: 8, align: 4 });
  });

  test('leaves a flexible array out of the size, over the padding', () => {
    const tail = struct('s', [field('n', 'u64'), field('k', 'u32'), field('data', flexible(scalar('u8')))]);
    expect(layOut(model([tail]), 's', abis.lp64)).toMatchObject({
      size: 16,
      members: [
        {},
        {},
        { kind: 'field', name: 'data', offset: 12, size: 0 },
        { kind: 'padding', offset: 12, size: 4 },
      ],
    });
  });

  test('keeps the place of a field with a condition', () => {
    const condition = name('a');
    const layout = layOut(
      model([struct('s', [field('a', 'u32'), field('b', 'u32', { condition }), field('c', 'u32')])]),
      's',
      abis.lp64,
    );
    expect(layout.members[1]).toMatchObject({ offset: 4, condition });
    expect(layout.size).toBe(12);
  });

  test('fills what bit-fields leave of a byte, and whole bytes, apart', () => {
    const bits = model([struct('s', [field('a', 'u32', { bitWidth: 3 }), field('b', 'u32')])]);
    expect(layOut(bits, 's', abis.lp64).members).toMatchObject([
      { kind: 'bits', offset: 0, size: 4, bitOffset: 0, bitWidth: 3 },
      { kind: 'hole', offset: 0, size: 1, bitOffset: 3, bitWidth: 5 },
      { kind: 'hole', offset: 1, size: 3, bitOffset: 0, bitWidth: 24 },
      { kind: 'field', offset: 4 },
    ]);
  });

  test('refuses a struct that contains itself as a mistake of the caller', () => {
    expect(() => layOut(model([struct('s', [field('a', named('s'))])]), 's', abis.lp64)).toThrow(
      InternalError,
    );
    expect(() => layOut(model([]), 's', abis.lp64)).toThrow(InternalError);
  });
});

describe('flatten', () => {
  test('gives members of anonymous structs without a prefix and those of named inline ones with it', () => {
    const inner = [field('iova', 'u64'), field('length', 'u64')];
    const structs = [
      struct('s::check', inner),
      struct('s::1', [field('check_map', named('s::check')), field('raw', 'u32')], { kind: 'union' }),
      struct('tagged', inner),
      struct('s', [field('op', 'u32'), field(null, named('s::1')), field('t', named('tagged'))]),
    ];
    expect(offsets(structs)).toEqual([
      ['op', 0, 4],
      ['check_map', 8, 16],
      ['check_map.iova', 8, 8],
      ['check_map.length', 16, 8],
      ['raw', 8, 4],
      ['t', 24, 16],
    ]);
  });

  test('does not look into arrays of structs', () => {
    const structs = [struct('s::r', [field('a', 'u8')]), struct('s', [field('r', array(named('s::r'), 3))])];
    expect(offsets(structs)).toEqual([['r', 0, 3]]);
  });

  test('says the byte of the first bit and the size of the declared type for bit-fields', () => {
    const bits = [field('a', 'u32', { bitWidth: 9 }), field('b', 'u32', { bitWidth: 3 })];
    expect(offsets([struct('s', bits)])).toEqual([
      ['a', 0, 4],
      ['b', 1, 4],
    ]);
  });
});
