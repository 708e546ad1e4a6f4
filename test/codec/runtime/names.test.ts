import { describe, expect, test } from 'vitest';
import { EncodeError } from '../../../src/codec/runtime/errors.ts';
import { checkMembers, enumName, enumValue, flagNames, flagsOf } from '../../../src/codec/runtime/names.ts';

const flags = { READ: 1, WRITE: 2, READ_WRITE: 3 } as const;
const wide = { LOW: 1n, HIGH: 1n << 63n } as const;

describe('flag names', () => {
  test('tell single flags and what is left over', () => {
    expect(flagNames(flags, 7)).toEqual({ names: ['READ', 'WRITE'], rest: 4n });
    expect(flagNames(flags, 0)).toEqual({ names: [], rest: 0n });
    expect(flagNames(wide, (1n << 63n) | 2n)).toEqual({ names: ['HIGH'], rest: 2n });
  });

  test('make the value again', () => {
    expect(flagsOf(flags, ['READ', 'WRITE'])).toBe(3);
    expect(flagsOf(flags, ['READ_WRITE'])).toBe(3);
    expect(flagsOf(flags, [])).toBe(0);
    expect(flagsOf(wide, ['LOW', 'HIGH'])).toBe((1n << 63n) | 1n);
    expect(flagsOf(flags, ['READ', 'toString'])).toBeUndefined();
  });
});

describe('enum names', () => {
  test('go both ways', () => {
    expect(enumName(flags, 2)).toBe('WRITE');
    expect(enumName(flags, 9)).toBeUndefined();
    expect(enumValue(flags, 'WRITE')).toBe(2);
    expect(enumValue(flags, 'constructor')).toBeUndefined();
  });
});

describe('checkMembers', () => {
  const members = { size: null, ioas_id: null, header: { id: null }, areas: { offset: null } };

  test('accepts what the struct has', () => {
    checkMembers('s', { size: 1, header: { id: 1 }, areas: [{ offset: 1n }] }, members);
    checkMembers('s', 5, members);
  });

  test('names the member that is near', () => {
    const check = (value: unknown): unknown => {
      try {
        checkMembers('s', value, members);
        return null;
      } catch (error) {
        return error instanceof EncodeError ? [error.code, error.path, error.expected] : error;
      }
    };
    expect(check({ iosa_id: 1 })).toEqual(['unknown-member', 'iosa_id', 'a known member, perhaps ioas_id']);
    expect(check({ header: { ids: 1 } })).toEqual([
      'unknown-member',
      'header.ids',
      'a known member, perhaps id',
    ]);
    expect(check({ areas: [{ offset: 1n }, { ofset: 1n }] })).toEqual([
      'unknown-member',
      'areas[1].ofset',
      'a known member, perhaps offset',
    ]);
    expect(check({ toString: 1 })).toEqual([
      'unknown-member',
      'toString',
      'one of size, ioas_id, header, areas',
    ]);
  });
});
