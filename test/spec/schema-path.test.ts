import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { beside, isAbsolute, normalize } from '../../src/spec/schema-path.ts';

/** Paths full of what has to be removed; without a slash at the end, which names no file. */
const path = fc
  .array(fc.constantFrom('..', '.', '', 'a', 'b.yaml', '..c', ' '), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join('/'))
  .filter((text) => !text.endsWith('/') && text !== '');

describe('paths of schemas', () => {
  it('are those of node:path', () => {
    fc.assert(
      fc.property(path, path, (a, b) => {
        const plain = (text: string): string => text.replace(/(?<=.)\/$/, '');
        const same =
          isAbsolute(a) === posix.isAbsolute(a) &&
          normalize(a) === plain(posix.normalize(a)) &&
          normalize(beside(a, b)) ===
            plain(posix.isAbsolute(b) ? posix.normalize(b) : posix.join(posix.dirname(a), b));
        return same;
      }),
      { numRuns: 2000 },
    );
  });
});
