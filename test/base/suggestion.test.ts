import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closest, didYouMean } from '../../src/base/suggestion.ts';

const known = ['iommufd', 'vfio_device', 'flags', 'size', 'first', 'c'];

describe('closest', () => {
  test.each([
    ['iomufd', 'iommufd'],
    ['VFIO_DEVICE', 'vfio_device'],
    ['frist', 'first'],
    ['flag', 'flags'],
    ['nothing_like_it', undefined],
    ['x', undefined],
    ['sz', undefined],
    ['cc', 'c'],
  ])('of %s is %s', (name, expected) => {
    expect(closest(name, known)).toBe(expected);
  });

  test('is the name itself where it is known, and one of the known names or none', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 3, maxLength: 20 })), fc.string(), (names, name) => {
        for (const one of names) expect(closest(one, names)?.toLowerCase()).toBe(one.toLowerCase());
        const found = closest(name, names);
        if (found !== undefined) expect(names).toContain(found);
      }),
    );
  });
});

describe('didYouMean', () => {
  test('asks, or says nothing', () => {
    expect(didYouMean('szie', known)).toBe('; did you mean size?');
    expect(didYouMean('q', known)).toBe('');
  });
});
