import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveStruct', () => {
  test('reports structs that contain themselves', () => {
    reportsWhatIsMarked(`
structs:
  a: { fields: [{ name: x, type: b }] }
# ^ cycle: a contains itself: a -> b -> c -> a.
  b: { fields: [{ name: y, type: "c[2]" }] }
  c: { fields: [{ union: [{ name: z, type: a }, { name: w, type: u8 }] }] }
  d: { fields: [{ name: next, type: d* }, { name: self_, type: d }] }
# ^ cycle: d contains itself: d -> d.
`);
  });

  test('reports conditions that need themselves', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, if: b == 1 }
#               ^ cycle: whether a exists depends on itself: a -> b -> c -> a.
      - { name: b, type: u32, if: c == 1 }
      - { name: c, type: u32, if: a == 1 }
      - { name: d, type: u32, if: d }
#               ^ cycle: whether d exists depends on itself: d -> d.
`);
  });

  test('reports structs without members', () => {
    reportsWhatIsMarked(`
structs: { s: { fields: [] }, t: { fields: [{ name: a, union: [] }] } }
#          ^ empty-struct: s has no members, expected at least one.
#                                                   ^ empty-struct: a has no members, expected at least one.
registers: { r: { fields: [] } }
#            ^ empty-struct: r has no members, expected at least one.
`);
  });

  test('reports members of one name', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32 }
      - { name: a, type: u8 }
#               ^ duplicate-name: two members are named a, expected unique names.
      - { union: [{ name: a, type: u32 }, { name: b, type: u32 }] }
#                         ^ duplicate-name: two members are named a, expected unique names.
      - { name: in_, struct: [{ name: b, type: u8 }, { name: b, type: u8 }] }
#                                                            ^ duplicate-name: two members are named b, expected unique names.
      - { name: c, type: u8, until: "6.1" }
      - { name: c, type: u16, since: "6.1" }
`);
  });

  test('reports names that C cannot use', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: class, type: u32 }
#               ^^^^^ bad-name: the name class is a keyword of C or C++, expected one that C and C++ accept.
      - { name: a b, type: u32 }
#               ^^^ bad-name: the name a b is not a C identifier, expected one that C and C++ accept.
      - { name: __proto__, type: u32 }
#               ^^^^^^^^^ bad-name: the name __proto__ names the prototype of objects in JavaScript, expected one that C and C++ accept.
      - { name: constructor, type: u32 }
  new: { fields: [{ name: a, type: unknown_thing }] }
# ^^^ bad-name: the name new is a keyword of C or C++, expected one that C and C++ accept.
#                                  ^^^^^^^^^^^^^ unknown-type: unknown type unknown_thing, expected u8, u16, u32, u64, s8, s16.
`);
  });

  test('reports types of one name', () => {
    reportsWhatIsMarked(`
structs: { s: { fields: [{ name: a, type: u8 }] } }
unions: { s: { fields: [{ name: a, type: u8 }] } }
#         ^ duplicate-name: the type s is declared twice, expected once.
registers: { s: { fields: [{ name: a, type: u8 }] } }
#            ^ duplicate-name: the type s is declared twice, expected once.
`);
  });

  test('reports tags that are taken', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, tag: s, struct: [{ name: x, type: u8 }] }
#                       ^ duplicate-name: the type s is declared twice, expected once.
      - { name: b, tag: t, struct: [{ name: x, type: u8 }] }
      - { name: c, tag: t, struct: [{ name: x, type: u8 }] }
#                       ^ duplicate-name: the type t is declared twice, expected once.
      - { name: d, tag: int, struct: [{ name: x, type: u8 }] }
#                       ^^^ bad-name: the name int is a keyword of C or C++, expected one that C and C++ accept.
`);
  });

  test('reports names of macros and tags that C would mix up', () => {
    reportsWhatIsMarked(`
constants: { length: 4, point: 5 }
enums: { point: { values: [{ name: P }] } }
#        ^^^^^ duplicate-name: the enum point has the name of a struct, expected a unique one (C has one name space for both).
#        ^^^^^ duplicate-name: the enum point has the name of a constant, which the preprocessor would put in its place, expected another name.
structs:
  point: { fields: [{ name: length, type: u8 }] }
# ^^^^^ duplicate-name: the struct point has the name of a constant, which the preprocessor would put in its place, expected another name.
#                           ^^^^^^ duplicate-name: the member length has the name of a constant, which the preprocessor would put in its place, expected another name.
`);
  });

  test('reports arrays without a length in the middle', () => {
    reportsWhatIsMarked(`
structs:
  tail: { fields: [{ name: n, type: u8 }, { name: rest, type: "u8[]", count: n }] }
  s: { fields: [{ name: a, type: "u8[]" }, { name: b, type: tail }, { name: c, type: "tail[2]" }] }
#                       ^ misplaced-array: a has no length but members after it, expected it to be the last.
#                                                  ^ misplaced-array: b has no length but members after it, expected it to be the last.
#                                                                           ^ misplaced-array: the elements of c end in an array without a length, expected elements of one size.
`);
  });

  test('reports structs beyond the limit', () => {
    reportsWhatIsMarked(`
structs:
  a: { fields: [{ name: x, type: "u64[1 << 20]" }] }
  b: { fields: [{ name: x, type: "a[9]" }] }
# ^ too-big: b has 75497472 bytes, expected 0 to 67108864 bytes.
`);
  });

  test('reports sizes that do not come first, or have no fitting type', () => {
    reportsWhatIsMarked(`
structs:
  a:
    extensible: { size-field: size, min-through: flags }
#                             ^^^^ wrong-order: the size field size is not the first field, expected flags there to be the size.
    fields: [{ name: flags, type: u32 }, { name: size, type: u32 }]
  b:
    extensible: { size-field: size, min-through: nothing }
#                             ^^^^ wrong-type: the size field size has no fitting type, expected u32 or u64.
#                                                ^^^^^^^ unknown-field: unknown field nothing, expected size.
    fields: [{ name: size, type: s32 }]
  c:
    negotiated: { size-field: argsz, min-through: argsz }
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ conflict: c is both extensible and negotiated, expected one of them.
    extensible: { size-field: argsz, min-through: argsz }
    fields: [{ name: argsz, type: u32 }]
unions:
  u:
    extensible: { size-field: a, min-through: a }
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown-key: extensible is in a union, expected it in a struct.
    fields: [{ name: a, type: u32 }]
`);
  });

  test('reports first releases with fields of later ones', () => {
    reportsWhatIsMarked(`
structs:
  a:
    since: "6.2"
    extensible: { size-field: size, min-through: later }
#                                                ^^^^^ wrong-order: later is newer than a, expected min-through to be a field before it.
    fields: [{ name: size, type: u32 }, { name: later, type: u32, since: "6.7" }]
`);
  });

  test('reports keys of another kind of struct', () => {
    reportsWhatIsMarked(`
structs:
  s: { size: 4, size-macro: S_SIZE, fields: [{ name: a, type: u8, at: 0, macro: A_AT, access: RO }] }
#            ^ unknown-key: size is in a C struct, expected it in a block of registers.
#                           ^^^^^^ unknown-key: size-macro is in a C struct, expected it in a block of registers.
#                                                                     ^ unknown-key: at is in a C struct, expected it in a block of registers.
#                                                                               ^^^^ unknown-key: macro is in a C struct, expected it in a block of registers.
#                                                                                             ^^ unknown-key: access is in a C struct, expected it in a block of registers.
registers:
  r: { packed: true, aligned: 8, fields: [{ name: a, type: u8, aligned: 2, bit-width: 3 }, { name: p, type: u32* }] }
#              ^^^^ unknown-key: packed is in a block of registers, expected it in a C struct or union.
#                             ^ unknown-key: aligned is in a block of registers, expected it in a C struct or union.
#                                                                       ^ unknown-key: aligned is in a block of registers, expected it in a C struct or union.
#                                                                                     ^ unknown-key: bit-width is in a block of registers, expected it in a C struct or union.
#                                                                                                           ^^^^ wrong-type: a block of registers has a pointer, expected a type whose size is the same everywhere.
`);
  });

  test('reports alignments that are none', () => {
    reportsWhatIsMarked(`
structs: { s: { aligned: 3, fields: [{ name: a, type: u8, aligned: 8192 }, { aligned: 8, union: [{ name: b, type: u8 }] }] } }
#                        ^ bad-alignment: the alignment is 3, expected a power of two up to 4096.
#                                                                  ^^^^ bad-alignment: the alignment is 8192, expected a power of two up to 4096.
#                                                                                     ^ unknown-key: aligned is given for an anonymous member, expected it on a member with a name.
`);
  });

  test('reports derived values that are taken', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields: [{ name: a, type: u8 }]
    derived: [{ name: a, value: 1 }, { name: b, value: a }, { name: b, value: c }]
#                     ^ duplicate-name: a is a field or derived value already, expected a unique name.
#                                                                   ^ duplicate-name: b is a field or derived value already, expected a unique name.
#                                                                             ^ unknown-name: unknown name c, expected a field of r or a constant.
`);
  });
});
