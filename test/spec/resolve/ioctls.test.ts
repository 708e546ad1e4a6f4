import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveIoctl', () => {
  test('reports numbers that do not fit', () => {
    reportsWhatIsMarked(`
ioctls: { A: { type: 256, nr: 1 }, B: { type: 1, nr: -1 }, C: { type: "'E'", nr: 0x100 } }
#                    ^^^ does-not-fit: type is 256, expected 0 to 255.
#                                                    ^^ does-not-fit: nr is -1, expected 0 to 255.
#                                                                                ^^^^^ does-not-fit: nr is 256, expected 0 to 255.
`);
  });

  test('reports names in the check of a number that nothing has', () => {
    reportsWhatIsMarked(`
enums: { model: { values: [{ name: MODEL_ONE, value: 1 }] } }
ioctls:
  A: { type: 1, nr: 1, arg: value, value: { check: "!env.here || value == MODEL_ONE", errno: EINVAL } }
  B: { type: 1, nr: 2, arg: value, value: { check: value == MODEL_TWO } }
#                                                           ^^^^^^^^^ unknown-name: unknown name MODEL_TWO; did you mean MODEL_ONE?
`);
  });

  test('reports one number twice on one kind of file', () => {
    reportsWhatIsMarked(`
fds: { f: One., g: Two. }
ioctls:
  A: { fd: f, type: 1, nr: 1 }
  B: { fd: g, type: 1, nr: 1 }
  C: { fd: [f, g], type: 1, nr: 1 }
# ^ duplicate-value: C has the number of A on f, expected a unique one.
# ^ duplicate-value: C has the number of B on g, expected a unique one.
  D: { type: 1, nr: 1 }
  E: { type: 1, nr: 1 }
# ^ duplicate-value: E has the number of D and neither names its fd, expected a unique one.
  F: { encoding: _IOW, type: 1, nr: 1, arg: u32 }
  G: { encoding: _IOW, type: 1, nr: 1, arg: u64 }
  H: { encoding: _IOW, type: 1, nr: 1, arg: s32 }
# ^ duplicate-value: H has the number of F and neither names its fd, expected a unique one.
`);
  });

  test('reports unknown arguments, files and errnos', () => {
    reportsWhatIsMarked(`
structs: { pair: { fields: [{ name: a, type: u32 }] } }
fds: { first: A file. }
ioctls:
  A: { fd: frist, type: 1, nr: 1, arg: piar }
#          ^^^^^ unknown-fd: unknown fd frist; did you mean first?
#                                      ^^^^ unknown-struct: unknown struct piar; did you mean pair?
  B: { type: 1, nr: 2, errors: { ENOSUCH: Not there. } }
#                                ^^^^^^^ bad-name: found the name ENOSUCH in errors, expected the name of an error number of Linux, like EINVAL; did you mean ENOSPC?
  C: { type: 1, nr: 3, arg: value, value: { fd: nobody, enum: none } }
#                                               ^^^^^^ unknown-fd: unknown fd nobody, expected first.
#                                                             ^^^^ unknown-enum: unknown enum none, expected a declaration of it.
  D: { type: 1, nr: 4, arg: u32, value: { doc: What. } }
#                                       ^^^^^^^^^^^^^^ unknown-key: value is given for the argument u32, expected arg: value with it.
`);
  });

  test('reports sizes without an argument, or too large a one', () => {
    reportsWhatIsMarked(`
structs: { big: { fields: [{ name: a, type: "u8[0x4000]" }] } }
ioctls:
  A: { encoding: _IOR, type: 1, nr: 1 }
# ^ missing-key: A is made by _IOR, expected arg to name the struct or scalar whose size is part of the number.
  B: { encoding: _IOW, type: 1, nr: 2, arg: value }
# ^ missing-key: B is made by _IOW, expected arg to name the struct or scalar whose size is part of the number.
  C: { encoding: _IOWR, type: 1, nr: 3, arg: big }
# ^ does-not-fit: C has an argument of 16384 bytes, expected at most 16383 in a number made by _IOWR.
  D: { type: 1, nr: 4, arg: big }
`);
  });

  test('reports kinds declared twice or with records that are not there', () => {
    reportsWhatIsMarked(`
fds: { f: { read: nobody } }
#                 ^^^^^^ unknown-struct: unknown struct nobody, expected a declaration of it.
handles: { h: One., a-b: Two. }
#                   ^^^ bad-name: the name a-b is not an identifier, expected letters, digits and underscores.
`);
  });
});
