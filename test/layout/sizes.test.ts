import { describe, expect, test } from 'vitest';
import { abis } from '../../src/layout/abi.ts';
import { sizesOf } from '../../src/layout/sizes.ts';
import { field, model, named, release, since, struct, until } from './builders.ts';

describe('sizesOf', () => {
  test('lists each size with the releases that brought it', () => {
    const grown = struct('s', [
      field('a', 'u32'),
      field('b', 'u32', { availability: since('6.15', '6.12.117') }),
      field('c', 'u64', { availability: since('6.17') }),
    ]);
    expect(sizesOf(model([grown]), 's', abis.lp64)).toEqual([
      { size: 4, since: [] },
      { size: 8, since: [release('6.15'), release('6.12.117')] },
      { size: 16, since: [release('6.17')] },
    ]);
  });

  test('begins with the release of the struct itself, and looks into nested structs', () => {
    const inner = struct('s::i', [field('a', 'u32'), field('b', 'u32', { availability: since('6.9') })]);
    const outer = struct('s', [field('i', named('s::i'))], { availability: since('6.2') });
    expect(sizesOf(model([inner, outer]), 's', abis.lp64)).toEqual([
      { size: 4, since: [release('6.2')] },
      { size: 8, since: [release('6.9')] },
    ]);
  });

  test('counts no release after the struct was removed', () => {
    const gone = struct('s', [field('a', 'u32')], { availability: until('6.9') });
    expect(sizesOf(model([gone]), 's', abis.lp64)).toEqual([{ size: 4, since: [] }]);
  });
});
