import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveField', () => {
  test('reports fields without a type or with several', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a }
#               ^ missing-type: a has no type, expected one type, struct or union.
      - { name: b, type: u8, union: [{ name: c, type: u8 }] }
#               ^ missing-type: b has several of type, struct and union, expected one type, struct or union.
      - { type: u32 }
#       ^^^^^^^^^^^^^ missing-key: the field has no name, expected one (only a struct or union declared in place needs none).
      - { struct: [] }
#       ^^^^^^^^^^^^^^ empty-struct: the anonymous member has no members, expected at least one.
`);
  });

  test('reports keys that exclude each other', () => {
    reportsWhatIsMarked(`
flags: { f: { values: [{ name: F, bit: 0 }] } }
enums: { e: { values: [{ name: E }] } }
handles: { h: An object. }
structs:
  s:
    fields:
      - { name: a, type: u32, flags: f, enum: e }
#                                             ^ conflict: a has both flags and enum, expected one of them.
      - { name: b, type: u32, reserved: EINVAL, flags: f }
#                                                      ^ conflict: b has both reserved and flags, expected one of them.
      - { name: c, type: u32, pad: true, handle: h }
#                                                ^ conflict: c has both pad and handle, expected one of them.
      - { name: d, type: u32, auto: 1, default: 2 }
#                                               ^ conflict: d has both auto and default, expected one of them.
`);
  });

  test('reports keys that say more about one that is not there', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, unknown: EINVAL }
#                                      ^^^^^^ conflict: a has unknown alone, expected it together with flags or enum.
      - { name: b, type: u32, missing: ENOENT }
#                                      ^^^^^^ conflict: b has missing alone, expected it together with handle.
`);
  });

  test('reports keys that the type does not fit', () => {
    reportsWhatIsMarked(`
flags: { f: { values: [{ name: F, bit: 0 }] } }
handles: { h: An object. }
structs:
  s:
    fields:
      - { name: a, type: "char[4]", flags: f }
#                                          ^ wrong-type: a has flags but is an array of char, expected an integer type.
      - { name: b, type: inner, handle: h }
#                                       ^ wrong-type: b has handle but is inner, expected an integer type.
      - { name: c, type: u32, count: 3 }
#                                    ^ wrong-type: c has count but is a u32, expected an array.
      - { name: d, type: u32, text: ascii }
#                                   ^^^^^ wrong-type: d has text but is a u32, expected an array of char or u8.
      - { name: e, type: "u32[4]", text: utf8 }
#                                        ^^^^ wrong-type: e has text but is an array of u32, expected an array of char or u8.
      - { name: g, type: u32, user-ptr: { target: bytes, count: 1 } }
#                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ wrong-type: g has user-ptr but is a u32, expected a 64-bit integer or a pointer.
      - { name: i, type: "u32[2]", auto: 1 }
#                                        ^ wrong-type: i has auto but is an array of u32, expected an integer type.
      - { name: j, type: inner, range: { first: 0, last: 1 } }
#                                      ^^^^^^^^^^^^^^^^^^^^^ wrong-type: j has range but is inner, expected an integer type.
      - { name: k, type: "u8[8]", text: uuid }
#                                       ^^^^ wrong-type: k holds a uuid in 8 bytes, expected 16.
      - { name: l, type: u32, variant: { set: v, tag: 1 } }
#                                      ^^^^^^^^^^^^^^^^^^ wrong-type: l has variant but is a u32, expected an array of u8, a union or a struct.
  inner: { fields: [{ name: x, type: u8 }] }
variants: { v: { tags: [{ name: t }] } }
`);
  });

  test('reports sets that the type cannot hold', () => {
    reportsWhatIsMarked(`
flags: { f: { values: [{ name: F, bit: 8 }] } }
enums: { e: { values: [{ name: E, value: 300 }, { name: E_MAX, value: 70000, bound: true }] } }
structs:
  s:
    fields:
      - { name: a, type: u8, flags: f }
#                                   ^ does-not-fit: F is 256, which 8 bits of a u8 cannot hold, expected a wider type.
      - { name: b, type: u8, enum: e }
#                                  ^ does-not-fit: E is 300, which 8 bits of a u8 cannot hold, expected a wider type.
      - { name: c, type: u16, enum: e }
      - { name: d, type: u32, bit-width: 4, flags: f }
#                                                  ^ does-not-fit: F is 256, which 4 bits of a u32 cannot hold, expected a wider type.
`);
  });

  test('reports unknown sets, kinds, chains and variants', () => {
    reportsWhatIsMarked(`
flags: { map_flags: { values: [] } }
handles: { space: An object. }
structs:
  s:
    fields:
      - { name: a, type: u32, flags: map_flag }
#                                    ^^^^^^^^ unknown-flag-set: unknown flag set map_flag; did you mean map_flags?
      - { name: b, type: u32, enum: nothing }
#                                   ^^^^^^^ unknown-enum: unknown enum nothing, expected a declaration of it.
      - { name: c, type: u32, handle: spaces }
#                                     ^^^^^^ unknown-handle: unknown handle spaces; did you mean space?
      - { name: d, type: s32, fd: file }
#                                 ^^^^ unknown-fd: unknown fd file, expected a declaration of it.
      - { name: e, type: u32, chain: caps }
#                                    ^^^^ unknown-chain: unknown chain caps, expected a declaration of it.
      - { name: g, type: "u8[4]", variant: { set: v, tag: 1 } }
#                                                 ^ unknown-variant-set: unknown variant set v, expected a declaration of it.
`);
  });

  test('reports unknown errnos', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, reserved: EINVALID }
#                                       ^^^^^^^^ unknown-value: reserved is EINVALID, expected the name of an error number of Linux, like EINVAL; did you mean EINVAL?
      - { name: b, type: u32, range: { first: 0, last: 1, errno: ENOSUCH } }
#                                                                ^^^^^^^ unknown-value: errno is ENOSUCH, expected the name of an error number of Linux, like EINVAL; did you mean ENOSPC?
`);
  });

  test('reports unknown names in expressions, with the one that is meant', () => {
    reportsWhatIsMarked(`
flags: { map_flags: { prefix: MAP_, values: [{ name: MAP_FIXED, bit: 0 }] } }
structs:
  s:
    fields:
      - { name: flags, type: u32, flags: map_flags }
      - { name: length, type: u32, if: flags.fixd }
#                                      ^^^^^^^^^^ unknown-name: unknown name flags.fixd; did you mean flags.fixed?
      - { name: b, type: u32, if: lenght > 0 }
#                                 ^^^^^^ unknown-name: unknown name lenght; did you mean length?
      - { name: c, type: "u8[4]", count: nothing_like_it }
#                                        ^^^^^^^^^^^^^^^ unknown-name: unknown name nothing_like_it, expected a field of s or a constant.
      - { name: d, type: u64, user-ptr: { target: bytes, count: flags.readable } }
#                                                               ^^^^^^^^^^^^^^ unknown-name: unknown name flags.readable, expected a field of s or a constant.
      - { name: e, type: u64, dir: { in: peer.nobody, out: outer.anything } }
#                                        ^^^^^^^^^^^ unknown-name: unknown name peer.nobody, expected a field of s or a constant.
      - { name: g, type: u64, auto: "offsetof(s, lengt) + sizeof(unknown_struct)" }
#                                                ^^^^^ unknown-name: unknown field lengt of s, expected one of its fields.
#                                                                ^^^^^^^^^^^^^^ unknown-type: unknown type unknown_struct, expected self, s.
`);
  });

  test('reports counts of what is no array', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32 }
      - { name: b, type: u32, auto: count(a) }
#                                         ^ wrong-type: count is given a, expected an array or a field with user-ptr.
      - { name: c, type: u32, auto: length(a) }
#                                          ^ wrong-type: length is given a, expected an array or a field with user-ptr.
      - { name: d, type: u64, user-ptr: { target: bytes, count: a } }
      - { name: e, type: u64, auto: count(d) }
`);
  });

  test('reports ranges upside down', () => {
    reportsWhatIsMarked(`
constants: { LOW: 5 }
structs:
  s:
    fields:
      - { name: a, type: u32, range: { first: LOW, last: 4 } }
#                                                        ^ wrong-order: the range goes from 5 to 4, expected first below last.
      - { name: b, type: u32, range: { first: a, last: 4 } }
`);
  });

  test('reports defaults that do not fit', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u8, default: 256 }
#                                     ^^^ does-not-fit: the default is 256, expected 0 to 255.
      - { name: b, type: s8, default: -129 }
#                                     ^^^^ does-not-fit: the default is -129, expected -128 to 127.
      - { name: c, type: "u8[2]", default: 0 }
#                                          ^ does-not-fit: the default is 0, expected none for this type.
      - { name: d, type: u8, default: a }
#                                     ^ unknown-name: unknown name a, expected a constant, a flag or a value.
`);
  });

  test('reports bit-fields of impossible widths', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u8, bit-width: 9 }
#                                       ^ bad-bit: the bit-field has 9 bits, expected 1 to 8.
      - { name: b, type: u8, bit-width: 0 }
#                                       ^ bad-bit: the bit-field has 0 bits, expected 1 to 8.
      - { name: c, type: "u8[2]", bit-width: 1 }
#                                            ^ bad-bit: the bit-field has 1 bit, expected an integer type.
`);
  });

  test('reports pointers without a target, or with two', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u64, user-ptr: { count: 1 } }
#                                       ^^^^^^^^^^^^ missing-key: user-ptr has no target, expected one of target and variant.
      - { name: b, type: u64, user-ptr: { count: 1, target: bytes, variant: { set: v, tag: 1 } } }
#                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ conflict: user-ptr has both target and variant, expected one of target and variant.
variants: { v: { tags: [{ name: t }] } }
`);
  });
});
