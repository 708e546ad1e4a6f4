import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveVariantSet', () => {
  test('reports members of unknown sets, with the wrong number of tags, or tags that do not fit', () => {
    reportsWhatIsMarked(`
variants: { v: { tags: [{ name: a, type: u8 }, { name: b }] } }
structs:
  s: { member-of: { set: w, tag: 1 }, fields: [{ name: x, type: u8 }] }
#                        ^ unknown-variant-set: unknown variant set w, expected v.
  t: { member-of: { set: v, tag: 1 }, fields: [{ name: x, type: u8 }] }
#                                ^ wrong-count: 1 tags are given, expected the 2 of v.
  u: { member-of: { set: v, tag: [256, 1] }, fields: [{ name: x, type: u8 }] }
#                                 ^^^ does-not-fit: the tag a is 256, expected 0 to 255 (it is a u8).
  w: { member-of: { set: v, tag: [NOBODY, 1] }, fields: [{ name: x, type: u8 }] }
#                                 ^^^^^^ unknown-name: unknown name NOBODY, expected a constant, a flag or a value.
`);
  });

  test('reports members that another one always comes before', () => {
    reportsWhatIsMarked(`
variants: { v: { tags: [{ name: a }] } }
structs:
  s: { member-of: { set: v, tag: 1, if: outer.x == 1 }, fields: [{ name: x, type: u8 }] }
  t: { member-of: { set: v, tag: 1 }, fields: [{ name: x, type: u8 }] }
  u: { member-of: { set: v, tag: 1 }, fields: [{ name: x, type: u8 }] }
# ^ duplicate-value: u has the tags of t, which comes first in v, expected different tags or a condition (if) on t.
  w: { member-of: { set: v, tag: null }, fields: [{ name: x, type: u8 }] }
`);
  });

  test('reports uses with the wrong number of tags', () => {
    reportsWhatIsMarked(`
variants: { v: { tags: [{ name: a }] } }
structs:
  s:
    fields:
      - { name: a, type: "u8[4]", variant: { set: v, tag: [1, 2] } }
#                                                 ^ wrong-count: 2 tags are given, expected the 1 of v.
`);
  });

  test('reports first releases that end nowhere', () => {
    reportsWhatIsMarked(`
variants: { v: { tags: [{ name: a }] } }
structs:
  s: { member-of: { set: v, tag: 1, min-through: y }, fields: [{ name: x, type: u8 }] }
#                                                ^ unknown-field: unknown field y, expected x.
`);
  });
});
