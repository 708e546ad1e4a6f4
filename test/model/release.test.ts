import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { always, exists, formatRelease, newestPatch, parseRelease } from '../../src/model/release.ts';
import { release, since, until } from '../layout/builders.ts';

describe('parseRelease', () => {
  test('reads mainline, stable and newest stable releases', () => {
    expect(parseRelease('6.15')).toEqual({ major: 6, minor: 15, patch: 0 });
    expect(parseRelease('6.12.117')).toEqual({ major: 6, minor: 12, patch: 117 });
    expect(parseRelease('6.12.y')).toEqual({ major: 6, minor: 12, patch: newestPatch });
  });

  test('reads what formatRelease writes', () => {
    const part = fc.nat(9999);
    fc.assert(
      fc.property(part, part, fc.oneof(part, fc.constant(newestPatch)), (major, minor, patch) => {
        expect(parseRelease(formatRelease({ major, minor, patch }))).toEqual({ major, minor, patch });
      }),
    );
  });

  test.each([
    '',
    '6',
    '6.',
    '6.15.',
    'v6.15',
    '6.15-rc1',
    '6.015',
    '6.15.1.2',
    ' 6.15',
    '6.y',
    '6.15\n',
    '6.15.99999',
  ])('refuses %j', (text) => {
    expect(parseRelease(text)).toBeUndefined();
  });
});

describe('exists', () => {
  const both = since('6.15', '6.12.117');
  test.each([
    ['6.15', true],
    ['6.15.3', true],
    ['6.16', true],
    ['7.0', true],
    ['6.14', false],
    ['6.14.5', false],
    ['6.13.y', false],
    ['6.12', false],
    ['6.12.116', false],
    ['6.12.117', true],
    ['6.12.y', true],
    ['5.15.y', false],
  ])('follows mainline and stable branches: %s', (text, expected) => {
    expect(exists(both, release(text))).toBe(expected);
    expect(exists(until('6.15', '6.12.117'), release(text))).toBe(!expected);
  });

  test('keeps what only stable branches have out of the mainline', () => {
    expect(exists(since('6.12.117'), release('6.12.118'))).toBe(true);
    expect(exists(since('6.12.117'), release('6.13'))).toBe(false);
  });

  test('needs since and excludes until', () => {
    const span = { since: [release('6.2')], until: [release('6.9')] };
    expect(['6.1', '6.2', '6.8.y', '6.9'].map((text) => exists(span, release(text)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(exists(always, release('0.1'))).toBe(true);
  });
});
