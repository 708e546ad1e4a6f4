import { describe, expect, test } from 'vitest';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import { layoutJson } from '../../src/layout/layout-json.ts';
import { formatLayout } from '../../src/layout/pahole.ts';
import { array, bitRange, field, flexible, integer, model, name, named, scalar, struct } from './builders.ts';

const mixed = model([
  struct('range', [field('start', 'aligned_u64'), field('last', 'aligned_u64')]),
  struct('s::1', [field('fd', 's32'), field('where', named('s::where'))], { kind: 'union' }),
  struct('s::where', [field('iova', 'u64'), field('page', 'u16')]),
  struct('s', [
    field('size', 'u32'),
    field('op', 'u8'),
    field('low', 'u16', { bitWidth: 3 }),
    field(null, named('s::1')),
    field('uuid', array(scalar('u8'), 16)),
    field('buffer', { kind: 'pointer', target: null }),
    field('many', array(named('range'), 2), { condition: name('op') }),
    field('tail', 'le16'),
    field('ranges', flexible(named('range'))),
  ]),
]);

const msi = model([
  struct(
    'msi',
    [
      field('id', 'u8', { at: integer(0) }),
      field('control', 'le16', {
        at: integer(2),
        bits: [bitRange('enable', 0, 0, { access: 'RW' }), bitRange('multiple', 3, 1, { access: 'RO' })],
      }),
      field('data_32', 'le16', { at: integer(8), condition: name('control.enable') }),
      field('rest', 'le32', { at: name('id') }),
    ],
    { kind: 'registers', size: name('id') },
  ),
]);

describe('formatLayout', () => {
  test('prints a struct as pahole does', () => {
    expect(formatLayout(mixed, layOut(mixed, 's', abis.lp64))).toMatchInlineSnapshot(`
      "struct s {
      	__u32                      size;                  /*     0     4 */
      	__u8                       op;                    /*     4     1 */
      	__u16                      low:3;                 /*     4: 8  2 */

      	/* XXX 21 bits hole */

      	union {
      		__s32                      fd;            /*     8     4 */
      		struct {
      			__u64                      iova;  /*     8     8 */
      			__u16                      page;  /*    16     2 */
      		} where;                                  /*     8    16 */

      		/* XXX struct before ends in 6 bytes of padding */

      	};                                                /*     8    16 */
      	__u8                       uuid[16];              /*    24    16 */
      	void *                     buffer;                /*    40     8 */
      	struct range               many[2];               /*    48    32 */ /* if op */
      	/* --- cacheline 1 boundary (64 bytes) was 16 bytes ago --- */
      	__le16                     tail;                  /*    80     2 */

      	/* XXX 6 bytes hole */

      	struct range               ranges[];              /*    88     0 */

      	/* size: 88, cachelines: 2, members: 9 */
      	/* sum members: 79, holes: 1, sum holes: 6 */
      	/* sum bitfield members: 3 bits, bit holes: 1, sum bit holes: 21 bits */
      	/* last cacheline: 24 bytes */
      };
      "
    `);
  });

  test('prints registers as a table', () => {
    expect(formatLayout(msi, layOut(msi, 'msi', abis.lp64))).toMatchInlineSnapshot(`
      "registers msi, size: id (at least 4), abi: lp64
      offset  size  name        bits  type  condition
        0x00     1  id                u8
        0x01     1  (hole)
        0x02     2  control           le16
                      enable    0     RW
                      multiple  3:1   RO
        0x04     4  (hole)
        0x08     2  data_32           le16  if control.enable
          id     4  rest              le32
      "
    `);
  });

  test('prints attributes, bit holes and bit padding', () => {
    const bits = model([
      struct(
        'b',
        [field('a', 'u32', { bitWidth: 3 }), field('b', 'u32'), field('c', 'u8', { bitWidth: 7 })],
        {
          packed: true,
          aligned: 2,
        },
      ),
    ]);
    expect(formatLayout(bits, layOut(bits, 'b', abis.lp64))).toMatchInlineSnapshot(`
      "struct b {
      	__u32                      a:3;                   /*     0: 0  1 */

      	/* XXX 5 bits hole */

      	__u32                      b;                     /*     1     4 */
      	__u8                       c:7;                   /*     5: 0  1 */

      	/* size: 6, cachelines: 1, members: 3 */
      	/* sum bitfield members: 10 bits, bit holes: 1, sum bit holes: 5 bits */
      	/* bit_padding: 1 bit */
      	/* last cacheline: 6 bytes */
      } __attribute__((__packed__)) __attribute__((__aligned__(2)));
      "
    `);
  });
});

describe('layoutJson', () => {
  test('survives JSON, and holds offsets from the outermost struct', () => {
    const json = layoutJson(layOut(mixed, 's', abis.lp64));
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchInlineSnapshot(`
      {
        "abi": "lp64",
        "align": 8,
        "kind": "struct",
        "members": [
          {
            "kind": "field",
            "name": "size",
            "offset": 0,
            "path": "size",
            "size": 4,
            "type": "u32",
          },
          {
            "kind": "field",
            "name": "op",
            "offset": 4,
            "path": "op",
            "size": 1,
            "type": "u8",
          },
          {
            "bitOffset": 8,
            "bitWidth": 3,
            "kind": "bits",
            "name": "low",
            "offset": 4,
            "path": "low",
            "size": 2,
            "type": "u16",
          },
          {
            "bitOffset": 3,
            "bitWidth": 5,
            "kind": "hole",
            "offset": 5,
            "size": 1,
          },
          {
            "kind": "hole",
            "offset": 6,
            "size": 2,
          },
          {
            "kind": "field",
            "members": [
              {
                "kind": "field",
                "name": "fd",
                "offset": 8,
                "path": "fd",
                "size": 4,
                "type": "s32",
              },
              {
                "kind": "field",
                "members": [
                  {
                    "kind": "field",
                    "name": "iova",
                    "offset": 8,
                    "path": "where.iova",
                    "size": 8,
                    "type": "u64",
                  },
                  {
                    "kind": "field",
                    "name": "page",
                    "offset": 16,
                    "path": "where.page",
                    "size": 2,
                    "type": "u16",
                  },
                  {
                    "kind": "padding",
                    "offset": 18,
                    "size": 6,
                  },
                ],
                "name": "where",
                "offset": 8,
                "path": "where",
                "size": 16,
                "type": "s::where",
              },
            ],
            "name": null,
            "offset": 8,
            "path": null,
            "size": 16,
            "type": "s::1",
          },
          {
            "kind": "field",
            "name": "uuid",
            "offset": 24,
            "path": "uuid",
            "size": 16,
            "type": "u8[16]",
          },
          {
            "kind": "field",
            "name": "buffer",
            "offset": 40,
            "path": "buffer",
            "size": 8,
            "type": "void*",
          },
          {
            "condition": "op",
            "kind": "field",
            "name": "many",
            "offset": 48,
            "path": "many",
            "size": 32,
            "type": "range[2]",
          },
          {
            "kind": "field",
            "name": "tail",
            "offset": 80,
            "path": "tail",
            "size": 2,
            "type": "le16",
          },
          {
            "kind": "hole",
            "offset": 82,
            "size": 6,
          },
          {
            "kind": "field",
            "name": "ranges",
            "offset": 88,
            "path": "ranges",
            "size": 0,
            "type": "range[]",
          },
        ],
        "minSize": 88,
        "name": "s",
        "size": 88,
      }
    `);
  });

  test('writes bits, conditions and offsets of registers as expressions', () => {
    expect(layoutJson(layOut(msi, 'msi', abis['lp64-be']))).toMatchInlineSnapshot(`
      {
        "abi": "lp64-be",
        "align": 1,
        "kind": "registers",
        "members": [
          {
            "kind": "field",
            "name": "id",
            "offset": 0,
            "path": "id",
            "size": 1,
            "type": "u8",
          },
          {
            "kind": "hole",
            "offset": 1,
            "size": 1,
          },
          {
            "bits": [
              {
                "high": 0,
                "low": 0,
                "name": "enable",
              },
              {
                "high": 3,
                "low": 1,
                "name": "multiple",
              },
            ],
            "kind": "field",
            "name": "control",
            "offset": 2,
            "path": "control",
            "size": 2,
            "type": "le16",
          },
          {
            "kind": "hole",
            "offset": 4,
            "size": 4,
          },
          {
            "condition": "control.enable",
            "kind": "field",
            "name": "data_32",
            "offset": 8,
            "path": "data_32",
            "size": 2,
            "type": "le16",
          },
          {
            "at": "id",
            "kind": "field",
            "name": "rest",
            "offset": null,
            "path": "rest",
            "size": 4,
            "type": "le32",
          },
        ],
        "minSize": 4,
        "name": "msi",
        "size": null,
      }
    `);
  });
});
