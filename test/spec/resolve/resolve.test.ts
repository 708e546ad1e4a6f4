import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolve', () => {
  test('reports headers outside of the folder', () => {
    reportsWhatIsMarked(`
header: { path: ../../etc/passwd, guard: 1st, includes: ["<x>", linux/types.h] }
#               ^^^^^^^^^^^^^^^^ bad-path: the header's path is ../../etc/passwd, expected one below the output folder.
#                                        ^^^ bad-name: the name 1st is not an identifier, expected letters, digits and underscores.
#                                                        ^^^^^ bad-path: found "<x>", expected the path of a header.
`);
  });
});
