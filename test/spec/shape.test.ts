import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from './marked.ts';

describe('checkShape', () => {
  test('reports unknown keys, with the one that is meant', () => {
    reportsWhatIsMarked(`
struct: {}
#< unknown-key: unknown key struct in the file; did you mean structs?
ioctls: { A: { type: 1, nr: 2, argument: u32, encodin: _IO } }
#                              ^^^^^^^^ unknown-key: unknown key argument in A, expected doc, fd, encoding, arch, type, nr, arg, value, errors, returns, since or until.
#                                             ^^^^^^^ unknown-key: unknown key encodin in A; did you mean encoding?
`);
  });

  test('reports unknown keys of objects', () => {
    reportsWhatIsMarked(`
__proto__: {}
#< unknown-key: unknown key __proto__ in the file, expected uapi, name, doc, kernel, header, include, import, fds, handles, constants, macros, aliases, flags, enums or others.
constructor: {}
#< unknown-key: unknown key constructor in the file, expected uapi, name, doc, kernel, header, include, import, fds, handles, constants, macros, aliases, flags, enums or others.
constants: { A: { toString: 1, value: 2 } }
#                 ^^^^^^^^ unknown-key: unknown key toString in A; did you mean string?
`);
  });

  test('reports values of the wrong kind', () => {
    reportsWhatIsMarked(`
constants: []
#          ^^ wrong-type: constants is a list, expected a map: write NAME: in place of - name: NAME.
enums: { e: { values: { name: A } } }
#                     ^^^^^^^^^^^ wrong-type: values is a map, expected a list: begin each item with a dash, - { name: A }.
structs: { s: 5, t: { fields: [7] } }
#             ^ wrong-type: s is the integer 5, expected a map.
#                ^ empty-struct: t has no members, expected at least one.
#                              ^ wrong-type: item 1 of fields is the integer 7, expected a map.
`);
  });

  test('reports words that are not among the known ones', () => {
    reportsWhatIsMarked(`
flags: { f: { c: defin, type: u33, values: [] } }
#                ^^^^^ unknown-value: c is defin, expected enum, anonymous-enum or define; did you mean define?
#                             ^^^ unknown-value: type is u33, expected u8, u16, u32, u64, s8, s16, s32, s64, le16, le32, le64, be16, be32, be64 or others; did you mean u32?
ioctls: { A: { encoding: _IORW, type: 1, nr: 1 } }
#                        ^^^^^ unknown-value: encoding is _IORW, expected _IO, _IOR, _IOW or _IOWR; did you mean _IOR?
`);
  });

  test('reports missing keys', () => {
    reportsWhatIsMarked(`
ioctls: { A: { type: 1 } }
#              ^^^^ missing-key: A has no nr, expected one.
structs: { s: {} }
#             ^^ missing-key: s has no fields, expected one.
chains: { c: { head: {}, header: a, next: {}, limit: 3, elements: e } }
#              ^^^^ missing-key: c has no id, expected one.
#                                         ^^ missing-key: next has no field, expected one.
`);
  });

  test('reports lists without items', () => {
    reportsWhatIsMarked(`
structs:
  s:
    fields:
      - { name: a, type: u32, handle: [] }
#                                     ^^ empty-list: handle is an empty list, expected at least 1 item.
      - { name: b, type: u32, since: [] }
#                                    ^^ empty-list: since is an empty list, expected at least 1 item.
`);
  });

  test('reports errnos and ranges that are none', () => {
    reportsWhatIsMarked(`
variants: { v: { tags: [], unknown: einval } }
#                                   ^^^^^^ unknown-value: unknown is einval, expected the name of an error number of Linux, like EINVAL; did you mean EINVAL?
ioctls: { A: { type: 1, nr: 1, errors: { ENOENT: Gone., Nope: Bad. } } }
#                                                       ^^^^ bad-name: found the name Nope in errors, expected the name of an error number of Linux, like EINVAL.
registers:
  r: { fields: [{ name: a, type: u8, bits: [{ name: x, bits: "7-0" }] }] }
#                                                            ^^^^^ bad-value: bits is "7-0", expected a position, or HIGH:LOW, 0 the lowest bit.
`);
  });
});
