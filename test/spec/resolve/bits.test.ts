import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveBits', () => {
  test('reports ranges that do not fit', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: u8, bits: [{ name: x, bits: 8 }, { name: y, bits: 0:7 }, { name: z, bits: 7:0 }, { name: w, bits: -1 }] }
#                                                    ^ bad-bit: bits 8 of x do not fit, expected HIGH:LOW within 7:0.
#                                                                          ^^^ bad-bit: bits 0:7 of y do not fit, expected HIGH:LOW within 7:0.
#                                                                                                                          ^^ bad-bit: bits -1 of w do not fit, expected HIGH:LOW within 7:0.
`);
  });

  test('reports ranges that overlap, unless under conditions', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: m, type: u8 }
      - { name: a, type: u8, bits: [{ name: x, bits: 4:0 }, { name: y, bits: 7:4 }] }
#                                                                   ^ overlap: bits 7:4 (y) overlap bits 4:0 (x), expected separate ranges.
      - { name: b, type: u8, bits: [{ name: x, bits: 7:0, if: m == 1 }, { name: y, bits: 7:0, if: m == 2 }] }
`);
  });

  test('reports ranges of one name', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: u8, bits: [{ name: x, bits: 3:0 }, { name: x, bits: 7:4 }] }
#                                                                   ^ duplicate-name: two ranges of bits are named x, expected unique names.
`);
  });

  test('reports bits without a name', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: le16, bits: [{ name: x, bits: 3:0 }, { name: y, bits: 15:5 }] }
#               ^ unnamed-bit: bit 4 of a has no name, expected every bit to be named or reserved: true.
`);
  });

  test('reports ranges in what has no bits', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: "u8[2]", bits: [{ name: x, bits: 0 }] }
#                                        ^^^^^^^^^^^^^^^^^^^^ wrong-type: a has bits, expected an unsigned integer type.
      - { name: b, type: s32, bits: [{ name: x, bits: 31:0 }] }
#                                    ^^^^^^^^^^^^^^^^^^^^^^^ wrong-type: b has bits, expected an unsigned integer type.
`);
  });

  test('reports finer ranges outside of theirs', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: u8, bits: [{ name: x, bits: 7:0, within: [{ name: y, bits: 8 }, { name: z, bits: 3 }, { name: w, bits: 3 }] }] }
#                                                                                   ^ bad-bit: bits 8 of y do not fit, expected HIGH:LOW within 7:0.
#                                                                                                                      ^ overlap: bits 3 (w) overlap bits 3 (z), expected separate ranges.
`);
  });

  test('reports values that do not fit, or come twice', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: u8, bits: [{ name: x, bits: 7:0, values: [{ value: 256, name: big }, { value: 1, name: one }, { value: 1, name: again }] }] }
#                                                                           ^^^ does-not-fit: the value 256 does not fit in the 8 bits of x, expected 0 to 255.
#                                                                                                                               ^ duplicate-value: again of x has the value 1 of one, expected a unique one.
`);
  });

  test('reports macros of one name and two values', () => {
    reportsWhatIsMarked(`
registers:
  r: { fields: [{ name: a, type: u8, macro: R_A }, { name: b, type: u8, macro: R_A }] }
#                                                                              ^^^ duplicate-name: R_A is 1 here and 0 before, expected one value.
  q: { fields: [{ name: a, type: u8, macro: R_Q }, { name: b, type: u8 }] }
  p: { fields: [{ name: a, type: u8, macro: R_Q }, { name: b, type: u8 }] }
`);
  });

  test('reports conditions over unknown bits', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: u8, bits: [{ name: enable, bits: 0 }, { name: rest, bits: 7:1, if: a.enabel }] }
#                                                                                           ^^^^^^^^ unknown-name: unknown name a.enabel; did you mean a.enable?
`);
  });
});
