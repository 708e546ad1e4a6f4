import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveConstant', () => {
  test('reports names that are unknown', () => {
    reportsWhatIsMarked(`
constants: { VFIO_BASE: 100, A: VFIO_BSAE + 1, B: NOTHING_LIKE_IT }
#                               ^^^^^^^^^^^^^ unknown-name: unknown name VFIO_BSAE; did you mean VFIO_BASE?
#                                                 ^^^^^^^^^^^^^^^ unknown-name: unknown name NOTHING_LIKE_IT, expected a constant, a flag or a value.
`);
  });

  test('reports values that need themselves', () => {
    reportsWhatIsMarked(`
constants: { A: B + 1, B: C, C: A, D: D }
#            ^ cycle: the value of A depends on itself: A -> B -> C -> A.
#                                  ^ cycle: the value of D depends on itself: D -> D.
`);
  });

  test('reports names declared twice', () => {
    reportsWhatIsMarked(`
constants: { A: 1, B: 2 }
enums: { e: { values: [{ name: A }] } }
#                              ^ duplicate-name: A is declared twice (as a constant before), expected once.
flags: { f: { values: [{ name: B, bit: 0 }] } }
#                              ^ duplicate-name: B is declared twice (as a constant before), expected once.
macros: { A: { params: [], body: 1 } }
#         ^ duplicate-name: A is declared twice (as a constant before), expected once.
aliases: { B: A }
#          ^ duplicate-name: B is declared twice (as a constant before), expected once.
ioctls: { A: { type: 1, nr: 1 } }
#         ^ duplicate-name: A is declared twice (as a constant before), expected once.
`);
  });

  test('reports names that are built in', () => {
    reportsWhatIsMarked(`
constants: { U64_MAX: 1, PAGE_SIZE: 0x1000 }
#            ^^^^^^^ duplicate-name: U64_MAX is built in, expected a unique name.
#                        ^^^^^^^^^ duplicate-name: PAGE_SIZE is built in, expected a unique name.
`);
  });

  test('reports names that are no C identifiers, or kept by C or C++', () => {
    reportsWhatIsMarked(`
constants: { a-b: 1, class: 2, 1st: 3, int: 4, _Bool: 5, é: 6, "": 7, co_await: 8, __proto__: 9, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: 10 }
#            ^^^ bad-name: the name a-b is not a C identifier, expected one that C and C++ accept.
#                    ^^^^^ bad-name: the name class is a keyword of C or C++, expected one that C and C++ accept.
#                              ^^^ bad-name: the name 1st is not a C identifier, expected one that C and C++ accept.
#                                      ^^^ bad-name: the name int is a keyword of C or C++, expected one that C and C++ accept.
#                                              ^^^^^ bad-name: the name _Bool is reserved for the C compiler (an underscore and a capital), expected one that C and C++ accept.
#                                                        ^ bad-name: the name é is not a C identifier, expected one that C and C++ accept.
#                                                              ^^ bad-name: the name  is not a C identifier, expected one that C and C++ accept.
#                                                                     ^^^^^^^^ bad-name: the name co_await is a keyword of C or C++, expected one that C and C++ accept.
#                                                                                  ^^^^^^^^^ bad-name: the name __proto__ names the prototype of objects in JavaScript, expected one that C and C++ accept.
#                                                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ bad-name: the name xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx is longer than 120 characters, expected one that C and C++ accept.
`);
  });

  test('reports values that are too big', () => {
    reportsWhatIsMarked(`
constants: { A: 1 << 127, B: A * 4, C: U64_MAX * U64_MAX * U64_MAX }
#                            ^^^^^ too-big: the value has more than 128 bits, expected fewer.
#                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ too-big: the value has more than 128 bits, expected fewer.
`);
  });

  test('reports texts as numbers, functions in constants', () => {
    reportsWhatIsMarked(`
constants: { A: { string: text }, B: A + 1, C: sizeof(u32) }
#                                    ^^^^^ no-integer: A has no value here, expected an integer.
#                                              ^^^^^^ not-constant: sizeof is used in a constant, expected integers and names only.
ioctls: { READ: { encoding: _IOR, type: 1, nr: 1, arg: u32 } }
macros: { M: { params: [x], body: x + 1 } }
enums: { e: { c: define, values: [{ name: E, value: READ }, { name: F, value: M }] } }
#                                                   ^^^^ no-integer: READ has no value here, expected an integer.
#                                                                             ^ no-integer: M has no value here, expected an integer.
`);
  });

  test('reports constants without a value or with two', () => {
    reportsWhatIsMarked(`
constants: { A: {}, B: { value: 1, string: one } }
#            ^ missing-key: A has no value, expected one (or a string).
#                               ^ conflict: B has both value and string, expected one of them.
`);
  });

  test('reports macros with unknown names, functions, or parameters given twice', () => {
    reportsWhatIsMarked(`
macros:
  M: { params: [x, x], body: x + y }
#                  ^ duplicate-name: the parameter x is given twice, expected once.
#                                ^ unknown-name: unknown name y, expected x, M, N.
  N: { params: [int], body: "min(x, 1)" }
#               ^^^ bad-name: the name int is a keyword of C or C++, expected one that C and C++ accept.
#                            ^^^ not-constant: min is used in a macro, expected operators and names only.
`);
  });

  test('reports aliases of nothing or of themselves', () => {
    reportsWhatIsMarked(`
constants: { REAL_NAME: 1 }
aliases: { A: REAL_NAM, B: { of: B }, C: D, D: C }
#             ^^^^^^^^ unknown-name: unknown name REAL_NAM; did you mean REAL_NAME?
#                       ^ cycle: the value of B depends on itself: B -> B.
#                                     ^ cycle: the value of C depends on itself: C -> D -> C.
`);
  });
});
