import { describe, expect, test } from 'vitest';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import { type Abi, abis } from '../../../src/layout/abi.ts';
import type { Struct } from '../../../src/model/declaration.ts';
import type { Model } from '../../../src/model/model.ts';
import { outcomeOf } from '../../helpers/laws.ts';
import {
  array,
  binary,
  bitRange,
  call,
  field,
  flexible,
  integer,
  model,
  name,
  named,
  scalar,
  struct,
} from '../../layout/builders.ts';
import { pinnedModels } from '../real-schemas.ts';

const real = new Map(pinnedModels().map((each) => [each.root, each]));

function realModel(root: string): Model {
  const found = real.get(root);
  if (found === undefined) throw new Error(`no schema ${root}`);
  return found;
}

/** The bytes of a value in hexadecimal. */
function hexOf(structs: readonly Struct[], value: object, abi: Abi = abis.lp64): string {
  const codec = makeOracle(model(structs), structs[0]?.name ?? '', abi);
  const bytes = new Uint8Array(codec.measure(value)).fill(0xee);
  codec.encode(value, new DataView(bytes.buffer));
  return Buffer.from(bytes).toString('hex');
}

function decodeHex(structs: readonly Struct[], hex: string, abi: Abi = abis.lp64): unknown {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  return makeOracle(model(structs), structs[0]?.name ?? '', abi).decode(new DataView(bytes.buffer));
}

/** The error of encoding a value at offset 4 of a buffer with so many bytes behind it. */
function refusal(structs: readonly Struct[], value: unknown, room = 256): unknown {
  const codec = makeOracle(model(structs), structs[0]?.name ?? '', abis.lp64);
  const memory = new Uint8Array(4 + room).fill(0xee);
  const outcome = outcomeOf(() => codec.encode(value as object, new DataView(memory.buffer), 4));
  expect(memory.every((byte) => byte === 0xee)).toBe('error' in outcome);
  return 'error' in outcome ? outcome.error : outcome;
}

function failure(structs: readonly Struct[], hex: string): unknown {
  return outcomeOf(() => decodeHex(structs, hex));
}

describe('values', () => {
  const all = struct('all', [
    field('a', 's8'),
    field('b', 'be16'),
    field('c', 'u32'),
    field('d', 'aligned_u64'),
    field('p', { kind: 'pointer', target: null }),
  ]);

  test('are numbers up to 32 bits, else bigints, in the order of the type or the machine', () => {
    const value = { a: -2, b: 0x1234, c: 0xfffffffe, d: 1n, p: 2n };
    expect(hexOf([all], value)).toBe('fe001234feffffff01000000000000000200000000000000');
    expect(hexOf([all], value, abis['ilp32-be'])).toBe('fe001234fffffffe00000000000000010000000200000000');
    expect(decodeHex([all], 'fe001234fffffffe00000000000000010000000200000000', abis['i386-be'])).toEqual(
      value,
    );
  });

  test('may leave members out, which get zero or their default', () => {
    const some = struct('some', [
      field('a', 'u8'),
      field('b', 'u8', { default: 7n }),
      field('c', array(scalar('u16'), 2)),
    ]);
    expect(hexOf([some], {})).toBe('000700000000');
    expect(hexOf([some], { b: undefined, c: [1, 2] })).toBe('000701000200');
  });

  test('hold bytes as a copy, and arrays of arrays', () => {
    const some = struct('some', [
      field('a', array(scalar('u8'), 2)),
      field('b', array(array(scalar('char'), 2), 2)),
    ]);
    expect(decodeHex([some], '010203040506')).toEqual({
      a: Uint8Array.of(1, 2),
      b: [Uint8Array.of(3, 4), Uint8Array.of(5, 6)],
    });
  });

  test('hold C bit-fields, signed ones too, from the low end or from the high end', () => {
    const some = struct('some', [
      field('a', 'u8', { bitWidth: 3 }),
      field('b', 's8', { bitWidth: 4 }),
      field('c', 'u64', { bitWidth: 40 }),
    ]);
    const value = { a: 5, b: -1, c: 0xff00000001n };
    expect(decodeHex([some], hexOf([some], value))).toEqual(value);
    expect(hexOf([some], { a: 5, b: -1 }).slice(0, 2)).toBe('7d');
    expect(hexOf([some], { a: 5, b: -1 }, abis['lp64-be']).slice(0, 2)).toBe('be');
  });
});

describe('ranges of bits', () => {
  const register = struct(
    'block',
    [
      field('r', 'le16', {
        bits: [
          bitRange('kind', 1, 0),
          bitRange('low', 7, 4, { condition: binary(name('r.kind'), '==', integer(1)) }),
          bitRange('high', 9, 6, { condition: binary(name('r.kind'), '==', integer(2)) }),
        ],
      }),
    ],
    { kind: 'registers' },
  );

  test('are properties where their conditions hold, and the rest is kept', () => {
    expect(decodeHex([register], 'f1f0')).toEqual({ r: { kind: 1, low: 15, rest: 0xf000 } });
    expect(decodeHex([register], 'c203')).toEqual({ r: { kind: 2, high: 15 } });
    expect(decodeHex([register], '0080')).toEqual({ r: { kind: 0, rest: 0x8000 } });
    expect(hexOf([register], { r: { kind: 1, low: 15, rest: 0xf000 } })).toBe('f1f0');
  });

  test('are refused where they do not fit or do not exist', () => {
    expect(refusal([register], { r: { kind: 4 } })).toEqual({
      code: 'out-of-range',
      path: 'r.kind',
      offset: 4,
    });
    expect(refusal([register], { r: { kind: 1, high: 1 } })).toEqual({
      code: 'unexpected-field',
      path: 'r.high',
      offset: 4,
    });
    expect(refusal([register], { r: 1 })).toEqual({ code: 'wrong-type', path: 'r', offset: 4 });
  });
});

describe('unions', () => {
  const arms = struct('some::0', [field('a', 'u32'), field('b', array(scalar('u8'), 2))], { kind: 'union' });
  const some = struct('some', [field('x', 'u32'), field(null, named('some::0'))]);

  test('give all their members and take one, or several that agree', () => {
    expect(decodeHex([some, arms], '0000000001020304')).toEqual({
      x: 0,
      a: 0x04030201,
      b: Uint8Array.of(1, 2),
    });
    expect(hexOf([some, arms], {})).toBe('0000000000000000');
    expect(hexOf([some, arms], { b: Uint8Array.of(1, 2) })).toBe('0000000001020000');
    expect(hexOf([some, arms], { a: 0x04030201, b: Uint8Array.of(1, 2) })).toBe('0000000001020304');
  });

  test('refuse members that do not agree, at the first byte that differs', () => {
    expect(refusal([some, arms], { a: 1, b: Uint8Array.of(1, 2) })).toEqual({
      code: 'union-conflict',
      path: 'b',
      offset: 9,
    });
  });
});

describe('arrays with a count', () => {
  const element = struct('element', [field('v', 'u16'), field('w', 'u8')]);
  const list = struct('list', [
    field('argsz', 'u32', { auto: binary(call('sizeof', name('self')), '+', call('length', name('items'))) }),
    field('n', 'u16'),
    field('items', flexible(named('element')), { count: name('n') }),
  ]);

  test('fill in their count and what is computed from it', () => {
    expect(hexOf([list, element], { items: [{ v: 1 }, { w: 2 }] })).toBe('1000000002000100000000000200');
  });

  test('are refused where the count says otherwise, and are zeros where they are left out', () => {
    expect(refusal([list, element], { n: 1, items: [] })).toEqual({
      code: 'count-mismatch',
      path: 'items',
      offset: 10,
    });
    expect(hexOf([list, element], { argsz: 0, n: 1 })).toBe('00000000010000000000');
    expect(refusal([list, element], { argsz: 0, items: [undefined] })).toEqual({
      code: 'wrong-type',
      path: 'items[0]',
      offset: 10,
    });
    expect(refusal([list, element], { items: [{}, { v: 1n }] })).toEqual({
      code: 'wrong-type',
      path: 'items[1].v',
      offset: 14,
    });
  });

  test('are read only where the bytes are there', () => {
    expect(failure([list, element], '0000000002000000000000')).toEqual({
      error: { code: 'bad-count', path: 'items', offset: 6 },
    });
    expect(failure([list, element], '000000')).toEqual({ error: { code: 'too-short', path: '', offset: 0 } });
  });

  test('go on to the end where they have none', () => {
    const open = struct('open', [field('a', 'u8'), field('rest', flexible(scalar('le16')))]);
    expect(decodeHex([open], '01000200030004')).toEqual({ a: 1, rest: [0x0002, 0x0003] });
  });
});

describe('registers at places that depend on the contents', () => {
  const block = struct(
    'block',
    [
      field('at', 'u8'),
      field('there', 'u8'),
      field('extra', 'u8', { condition: name('there') }),
      field('list', 'le16', { at: name('at') }),
    ],
    { kind: 'registers', size: binary(name('at'), '+', integer(4)) },
  );

  test('stand there, and the block ends where its size says', () => {
    expect(hexOf([block], { at: 4, list: 0x1234 })).toBe('0400000034120000');
    expect(hexOf([block], { at: 3, there: 1, extra: 9, list: 1 })).toBe('03010901000000');
    expect(decodeHex([block], '03010901000000')).toEqual({ at: 3, there: 1, extra: 9, list: 1 });
  });

  test('are refused where they lie outside or do not exist', () => {
    expect(failure([block], 'ff0000')).toEqual({ error: { code: 'bad-offset', path: 'list', offset: 255 } });
    expect(failure([block], '02000000')).toEqual({ error: { code: 'too-short', path: '', offset: 0 } });
    expect(refusal([block], { extra: 1 })).toEqual({ code: 'unexpected-field', path: 'extra', offset: 6 });
    expect(refusal([block], { at: 200 }, 32)).toEqual({ code: 'too-short', path: 'list', offset: 204 });
  });
});

describe('what is wrong with a value', () => {
  const some = struct('some', [
    field('a', 'u32'),
    field('b', 'u64'),
    field('c', array(scalar('u8'), 2)),
    field('d', array(scalar('s16'), 2)),
  ]);

  test.each([
    [{ a: -1 }, 'out-of-range', 'a', 4],
    [{ a: 2 ** 32 }, 'out-of-range', 'a', 4],
    [{ a: 1.5 }, 'out-of-range', 'a', 4],
    [{ a: 1n }, 'wrong-type', 'a', 4],
    [{ b: 1 }, 'wrong-type', 'b', 12],
    [{ b: 2n ** 64n }, 'out-of-range', 'b', 12],
    [{ c: [1, 2] }, 'wrong-type', 'c', 20],
    [{ c: Uint8Array.of(1) }, 'count-mismatch', 'c', 20],
    [{ d: [1] }, 'count-mismatch', 'd', 22],
    [{ d: [1, 40000] }, 'out-of-range', 'd[1]', 24],
    [7, 'wrong-type', '', 4],
    [null, 'wrong-type', '', 4],
  ])('%o is told by code, path and offset', (value, code, path, offset) => {
    expect(refusal([some], value)).toEqual({ code, path, offset });
  });

  test('a buffer without room is told before anything else', () => {
    expect(refusal([some], { a: -1 }, 23)).toEqual({ code: 'too-short', path: '', offset: 4 });
  });
});

describe('real structs', () => {
  test('iommu_ioas_map fills in its size', () => {
    const codec = makeOracle(realModel('iommufd'), 'iommu_ioas_map', abis.lp64);
    const bytes = new Uint8Array(40);
    expect(
      codec.encode({ flags: 6, ioas_id: 1, user_va: 0x7f00n, length: 0x1000n }, new DataView(bytes.buffer)),
    ).toBe(40);
    expect(codec.decode(new DataView(bytes.buffer))).toEqual({
      size: 40,
      flags: 6,
      ioas_id: 1,
      __reserved: 0,
      user_va: 0x7f00n,
      length: 0x1000n,
      iova: 0n,
    });
  });

  test('vfio_bitmap has pointers of the abi', () => {
    const model = realModel('vfio');
    expect(makeOracle(model, 'vfio_bitmap', abis.lp64)).toMatchObject({ size: 24 });
    expect(makeOracle(model, 'vfio_bitmap', abis.i386)).toMatchObject({ size: 20 });
  });

  test('vfio_region_info_cap_sparse_mmap counts its areas', () => {
    const codec = makeOracle(realModel('vfio'), 'vfio_region_info_cap_sparse_mmap', abis.lp64);
    const filled = codec.fill({ header: { id: 1, version: 1 }, areas: [{ offset: 0n, size: 0x1000n }] });
    expect(filled).toMatchObject({ nr_areas: 1, header: { id: 1, version: 1, next: 0 } });
  });

  test('pci_cap_msi has the registers that its flags say', () => {
    const codec = makeOracle(realModel('pci'), 'pci_cap_msi', abis.lp64);
    expect(codec.measure({})).toBe(10);
    expect(codec.measure({ flags: { address_64: 1, per_vector_masking: 1 } })).toBe(24);
    expect(Object.keys(codec.fill({ flags: { address_64: 1 } }))).toContain('data_64');
  });
});
