import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveType', () => {
  test('reports unknown types', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u33 }
#                        ^^^ unknown-type: unknown type u33; did you mean u32?
      - { name: b, type: "point[2]" }
      - { name: c, type: pont }
#                        ^^^^ unknown-type: unknown type pont; did you mean point?
      - { name: d, type: u64, user-ptr: { target: poin, count: 1 } }
#                                                 ^^^^ unknown-type: unknown type poin; did you mean point?
  point: { fields: [{ name: x, type: u32 }] }
`);
  });

  test('reports text that is no type', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: "u32[" }
#                        ^^^^^^ bad-type: found "u32[", expected a type like u32, u8[16], foo[], u64*.
      - { name: b, type: "u32[][2][]" }
#                        ^^^^^^^^^^^^ bad-type: found "u32[][2][]", expected only the first of several lengths to be open.
      - { name: c, type: void }
#                        ^^^^ bad-type: found void, expected a type that has a size.
      - { name: d, type: "u8 u8" }
#                        ^^^^^^^ bad-type: found "u8 u8", expected name: u8, type: u8.
      - { name: e, type: "" }
#                        ^^ bad-type: found "", expected a type like u32, u8[16], foo[], u64*.
`);
  });

  test('reports lengths that no array has', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: "u8[0]" }
#                        ^^^^^^^ bad-length: the array has 0 elements, expected 1 to 1048576.
      - { name: b, type: "u8[-1]" }
#                        ^^^^^^^^ bad-length: the array has -1 elements, expected 1 to 1048576.
      - { name: c, type: "u8[1 << 21]" }
#                        ^^^^^^^^^^^^^ bad-length: the array has 2097152 elements, expected 1 to 1048576.
      - { name: d, type: "u8[1024][1025]" }
#                        ^^^^^^^^^^^^^^^^ bad-length: the array has 1049600 elements in all, expected at most 1048576.
      - { name: e, type: "u8[N]" }
#                        ^^^^^^^ unknown-name: unknown name N, expected a constant, a flag or a value.
      - { name: f, type: "u8[1][1][1][1][1][1][1][1][1]" }
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ bad-type: the array has 9 lengths, at most 8 are read.
`);
  });
});
