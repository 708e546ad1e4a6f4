import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveFlagSet', () => {
  test('reports bits that do not fit', () => {
    reportsWhatIsMarked(`
flags: { f: { type: u8, values: [{ name: A, bit: 8 }, { name: B, bit: -1 }, { name: C, mask: 0x100 }] } }
#                                                ^ bad-bit: bit 8 does not fit in a u8, expected 0 to 7.
#                                                                     ^^ bad-bit: bit -1 does not fit in a u8, expected 0 to 7.
#                                                                                   ^ does-not-fit: C is 256, expected 0 to 255 (the flags of f are u8).
`);
  });

  test('reports bits that overlap', () => {
    reportsWhatIsMarked(`
flags: { f: { values: [{ name: A, bit: 3 }, { name: B, bit: 3 }, { name: C, mask: 8 }, { name: D, bit: 3, alias: true }] } }
#                                                   ^ overlap: B has the same bit as A (8), expected a unique bit or alias: true.
#                                                                        ^ overlap: C has the same bit as B (8), expected a unique bit or alias: true.
`);
  });

  test('reports values that are given twice', () => {
    reportsWhatIsMarked(`
enums: { e: { values: [{ name: A }, { name: B, value: 0 }, { name: C, value: A, alias: true }, { name: D, value: 0, bound: true }] } }
#                                           ^ duplicate-value: B has the same value as A (0), expected a unique value or alias: true.
`);
  });

  test('reports values that do not fit', () => {
    reportsWhatIsMarked(`
enums: { e: { type: u8, values: [{ name: A, value: 255 }, { name: B }, { name: C, value: -1 }] }, s: { type: s8, c: define, values: [{ name: D, value: -128 }, { name: E, value: 128 }] } }
#                                                                 ^ does-not-fit: B is 256, expected 0 to 255 (the values of e are u8).
#                                                                              ^ does-not-fit: C is -1, expected 0 to 255 (the values of e are u8).
#                                                                                                                                                                      ^ does-not-fit: E is 128, expected -128 to 127 (the values of s are s8).
`);
  });

  test('reports values that no C enum can hold', () => {
    reportsWhatIsMarked(`
enums: { e: { values: [{ name: A, value: 0x80000000 }] }, d: { c: define, values: [{ name: B, value: 0x80000000 }] } }
#                              ^ does-not-fit: A is 2147483648, which no C int holds, expected it in a set with c: define.
`);
  });

  test('reports flags without a bit or with bit and mask', () => {
    reportsWhatIsMarked(`
flags: { f: { values: [{ name: A }, { name: B, bit: 1, mask: 2 }] } }
#                      ^^^^^^^^^^^ missing-key: the flag has no bit, expected one (or a mask).
#                                                            ^ conflict: the flag has both bit and mask, expected one of them.
`);
  });

  test('reports aliases of values that nothing has', () => {
    reportsWhatIsMarked(`
enums: { e: { values: [{ name: A }, { name: B, value: 7, alias: true }] } }
#                                           ^ unknown-value: B is an alias of 7, which no other value of e has, expected one that has.
`);
  });

  test('reports sets declared twice', () => {
    reportsWhatIsMarked(`
flags: { f: { values: [] } }
enums: { f: { values: [] } }
#        ^ duplicate-name: the set f is declared twice, expected once.
`);
  });

  test('reports twins that no release has both of', () => {
    reportsWhatIsMarked(`
enums: { e: { values: [{ name: A, value: 1, until: "6.2" }, { name: B, value: 1, since: "6.2" }, { name: C, value: 1, since: "6.1" }] } }
#                                                                                                        ^ duplicate-value: C has the same value as B (1), expected a unique value or alias: true.
`);
  });
});
