import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('checkStruct', () => {
  test('reports registers that overlap, unless under conditions', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: a, type: le32, at: 0 }
      - { name: b, type: le16, at: 2 }
#               ^ overlap: b at 2 overlaps a at 0, expected separate bytes or conditions that exclude each other.
      - { name: c, type: le16, at: 4, if: a == 1 }
      - { name: d, type: le32, at: 4, if: a == 2 }
`);
  });

  test('reports offsets that no block has', () => {
    reportsWhatIsMarked(`
registers:
  r:
# ^ too-big: r has no size, expected 0 to 67108864 bytes.
    fields:
      - { name: a, type: u8, at: -1 }
#                                ^^ bad-offset: a is at -1, expected 0 to 67108864.
      - { name: b, type: u8, at: 1 << 40 }
#                                ^^^^^^^ bad-offset: b is at 1099511627776, expected 0 to 67108864.
      - { name: c, type: u8, at: "1 << 128 << 128 << 128 << 128 << 128 << 128 << 128 << 128 << 128", macro: C_AT }
#                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ bad-offset: c is at Infinity, expected 0 to 67108864.
`);
  });

  test('reports macros of offsets that move', () => {
    reportsWhatIsMarked(`
registers:
  r:
    fields:
      - { name: n, type: u8 }
      - { name: a, type: "u8[]", count: n }
      - { name: b, type: u8, macro: R_B }
#               ^ no-offset: b has a macro for its offset but no fixed offset, expected at with an integer.
`);
  });
});
