import { describe, test } from 'vitest';
import { reportsWhatIsMarked } from '../marked.ts';

describe('resolveChain', () => {
  test('reports chains of unknown things', () => {
    reportsWhatIsMarked(`
registers: { h: { fields: [{ name: id, type: u8 }, { name: next, type: u8 }] } }
chains:
  c:
    head: { struct: nobody, field: cap }
#                   ^^^^^^ unknown-struct: unknown struct nobody, expected h.
    header: hh
#           ^^ unknown-struct: unknown struct hh; did you mean h?
    id: id
    next: { field: next }
    limit: 4
    elements: nothing
#             ^^^^^^^ unknown-variant-set: unknown variant set nothing, expected v.
  d:
    head: { struct: h, field: nxt }
#                             ^^^ unknown-field: unknown field nxt; did you mean next?
    header: h
    id: idd
#       ^^^ unknown-field: unknown field idd; did you mean id?
    version: h.version
#            ^^^^^^^^^ unknown-field: unknown field h.version, expected id, next.
    next: { field: nex }
#                  ^^^ unknown-field: unknown field nex; did you mean next?
    requires: { chain: e, ids: [NO_SUCH_ID] }
#                      ^ unknown-chain: unknown chain e, expected c, d.
#                               ^^^^^^^^^^ unknown-name: unknown name NO_SUCH_ID, expected a constant, a flag or a value.
    limit: 4
    elements: v
variants: { v: { tags: [{ name: id }] } }
`);
  });

  test('reports numbers that make no sense', () => {
    reportsWhatIsMarked(`
registers: { h: { fields: [{ name: id, type: u8 }, { name: next, type: u8 }] } }
variants: { v: { tags: [{ name: id }] } }
chains:
  c:
    head: { offset: -4 }
#                   ^^ does-not-fit: offset is -4, expected an offset from 0 to 4294967295.
    header: h
    id: id
    next: { field: next }
    first: 0x100
    last: 0xff
#         ^^^^ wrong-order: elements start at 256 or later and at 255 or earlier, expected first below last.
    align: 3
#          ^ bad-alignment: the alignment is 3, expected a power of two up to 4096.
    limit: 0
#          ^ bad-limit: the limit is 0, expected 1 to 65536 elements.
    elements: v
`);
  });

  test('reports heads without a place, with two, or with a condition over nothing', () => {
    reportsWhatIsMarked(`
registers: { h: { fields: [{ name: id, type: u8 }, { name: next, type: u8 }] } }
variants: { v: { tags: [{ name: id }] } }
chains:
  c: { head: { struct: h }, header: h, id: id, next: { field: next }, limit: 4, elements: v }
#            ^^^^^^^^^^^^^ missing-key: the head has no place, expected offset, or struct and field.
  d: { head: { offset: 4, struct: h, field: next }, header: h, id: id, next: { field: next }, limit: 4, elements: v }
#                                           ^^^^ conflict: the head has both offset and field, expected one of them.
  e: { head: { offset: 4 }, if: id == 1, header: h, id: id, next: { field: next }, limit: 4, elements: v }
#                               ^^^^^^^ conflict: the chain has a condition but no struct around its head, expected head: { struct, field } together with if.
`);
  });

  test('reports paths that lead to no integer', () => {
    reportsWhatIsMarked(`
structs: { h: { fields: [{ name: id, type: "u8[2]" }, { name: next, type: s32 }, { name: in_, type: i }] }, i: { fields: [{ name: x, type: u8 }] } }
variants: { v: { tags: [{ name: id }] } }
chains:
  c: { head: { offset: 4 }, header: h, id: id, version: in_, next: { field: next }, limit: 4, elements: v }
#                                          ^^ wrong-type: id is not an unsigned integer, expected one (or a range of its bits).
#                                                       ^^^ wrong-type: in_ is not an unsigned integer, expected one (or a range of its bits).
#                                                                           ^^^^ wrong-type: next is not an unsigned integer, expected one (or a range of its bits).
`);
  });

  test('reports variant sets with too many tags', () => {
    reportsWhatIsMarked(`
structs: { h: { fields: [{ name: id, type: u8 }, { name: next, type: u8 }] } }
variants: { v: { tags: [{ name: id }, { name: version }] }, n: { tags: [] } }
chains:
  c: { head: { offset: 4 }, header: h, id: id, next: { field: next }, limit: 4, elements: v }
#                                                                                         ^ wrong-count: v has 2 tags, expected one, the id.
  d: { head: { offset: 4 }, header: h, id: id, next: { field: next }, limit: 4, elements: n }
#                                                                                         ^ wrong-count: n has 0 tags, expected one, the id.
`);
  });

  test('reports chains that require each other', () => {
    reportsWhatIsMarked(`
structs: { h: { fields: [{ name: id, type: u8 }, { name: next, type: u8 }] } }
variants: { v: { tags: [{ name: id }] } }
chains:
  c: { head: { offset: 4 }, header: h, id: id, next: { field: next }, limit: 4, elements: v, requires: { chain: d, ids: [1] } }
#                                                                                                               ^ cycle: c requires itself: c -> d -> c.
  d: { head: { offset: 4 }, header: h, id: id, next: { field: next }, limit: 4, elements: v, requires: { chain: c, ids: [1] } }
#                                                                                                               ^ cycle: d requires itself: d -> c -> d.
`);
  });
});
