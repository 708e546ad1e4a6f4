import type { Model } from '../../../src/model/model.ts';
import {
  alias,
  array,
  binary,
  bitRange,
  constant,
  enumeration,
  field,
  flagSet,
  flexible,
  integer,
  ioctl,
  macro,
  modelOf,
  name,
  named,
  noSpan,
  setValue,
  struct,
} from '../builders.ts';

/** A model with everything that compilers find fault with. */
export const traps: Model = modelOf(
  { ...constant('TRAP_COUNT', 4n), doc: 'Has a */ and a /* inside, and a trigraph ??/ too.' },
  {
    ...constant('TRAP_NEGATIVE', -1n),
    value: {
      kind: 'integer',
      value: -1n,
      expression: { kind: 'unary', operator: '-', operand: integer(1), span: noSpan },
    },
  },
  {
    ...constant('TRAP_SUM', 7n),
    value: { kind: 'integer', value: 7n, expression: binary(name('TRAP_COUNT'), '+', integer(3)) },
  },
  { ...constant('TRAP_TEXT', 0n), value: { kind: 'string', value: 'a "quoted" \\ text?\u0001' + '7' } },
  { ...constant('TRAP_DECIMAL', 0xffff_ffffn) },
  { ...constant('TRAP_WIDE', 0x1_0000_0000n) },
  { ...constant('TRAP_IN_ENUM', 3n), c: 'anonymous-enum' as const },
  macro('TRAP_LOW', ['x'], binary(name('x'), '&', integer(0xff))),
  macro('TRAP_PAIR', ['a', 'b'], binary(binary(name('a'), '<<', integer(8)), '|', name('b'))),
  flagSet('trap_flags', [
    { name: 'TRAP_FLAG_FIRST', value: 1n },
    { name: 'TRAP_FLAG_TOP', value: 1n << 31n },
    { name: 'TRAP_FLAG_WIDE', value: 1n << 40n },
  ]),
  enumeration('trap_enum', [
    setValue('TRAP_ENUM_BASE', 0n),
    setValue('TRAP_ENUM_NEXT', 5n, { expression: binary(name('TRAP_ENUM_LATE'), '+', integer(1)) }),
    setValue('TRAP_ENUM_ALL', 0xffff_ffffn),
  ]),
  enumeration('trap_late', [setValue('TRAP_ENUM_LATE', 4n)], { c: 'anonymous-enum' }),
  struct('trap_embeds', [field('early', named('trap_flexible'))]),
  struct('trap_flexible', [field('argsz', 'u32'), field('data', flexible({ kind: 'scalar', name: 'u64' }))]),
  struct('trap_anonymous', [
    field('kind', 'u32'),
    field(null, named('trap_anonymous::1')),
    field('tail', 'u8'),
  ]),
  struct('trap_anonymous::1', [field('whole', 'u32'), field(null, named('trap_anonymous::1::1'))], {
    kind: 'union',
  }),
  struct('trap_anonymous::1::1', [
    field('low', 'u16'),
    field('tagged', named('trap_anonymous::1::1::tagged')),
  ]),
  struct('trap_anonymous::1::1::tagged', [field('x', 'u8'), field('y', 'u8')], { tag: 'trap_tag' }),
  struct(
    'trap_flexible_union',
    [field('word', 'u32'), field('bytes', flexible({ kind: 'scalar', name: 'u8' }))],
    {
      kind: 'union',
    },
  ),
  struct('trap_only_flexible', [field('bytes', flexible({ kind: 'scalar', name: 'u8' }))]),
  struct('trap_union_of_structs', [field('head', 'u32'), field(null, named('trap_union_of_structs::1'))]),
  struct(
    'trap_union_of_structs::1',
    [field('value', 'u32'), field('list', named('trap_union_of_structs::1::list'))],
    { kind: 'union' },
  ),
  struct('trap_union_of_structs::1::list', [
    field('count', 'u32'),
    field('items', flexible({ kind: 'scalar', name: 'u32' })),
  ]),
  struct('trap_bits', [
    field('a', 'u8', { bitWidth: 4 }),
    field('b', 'u8', { bitWidth: 4 }),
    field('c', 'u64', { bitWidth: 40 }),
    field(null, 'u32', { bitWidth: 0 }),
    field('d', 'u32', { bitWidth: 3 }),
  ]),
  struct('trap_packed', [field('a', 'u8'), field('b', 'aligned_u64'), field('c', 'le16')], { packed: true }),
  struct('trap_aligned', [field('a', 'u8', { aligned: 4 }), field('b', 'u8')], { aligned: 16 }),
  struct('trap_differs', [
    field('a', 'u32'),
    field('wide', 'u64'),
    field('pointer', { kind: 'pointer', target: { kind: 'scalar', name: 'u64' } }),
    field('void', { kind: 'pointer', target: null }, { name: 'anything' }),
    field('self', { kind: 'pointer', target: { kind: 'named', name: 'trap_differs' } }),
  ]),
  struct('trap_arrays', [
    field('names', array(array({ kind: 'scalar', name: 'char' }, 8), 2)),
    field('sized', {
      kind: 'array',
      element: { kind: 'scalar', name: 'be32' },
      length: 4,
      expression: name('TRAP_COUNT'),
    }),
    field('header', named('trap_registers')),
  ]),
  struct(
    'trap_registers',
    [
      field('control', 'le16', {
        at: integer(2),
        macro: 'TRAP_CONTROL',
        doc: 'Control.',
        bits: [
          bitRange('enable', 0, 0, { macro: 'TRAP_CONTROL_ENABLE', doc: 'Turns it on.' }),
          bitRange('speed', 7, 4, {
            macro: 'TRAP_CONTROL_SPEED',
            shiftMacro: 'TRAP_CONTROL_SPEED_SHIFT',
            values: [
              { value: 2n, name: 'fast', doc: '', span: noSpan, macro: 'TRAP_SPEED_FAST', inPlace: true },
              { value: 1n, name: 'slow', doc: '', span: noSpan, macro: 'TRAP_SPEED_SLOW', inPlace: false },
            ],
          }),
        ],
      }),
      field('again', 'le16', { at: integer(2), macro: 'TRAP_CONTROL' }),
      field('wide', 'le64', {
        at: integer(8),
        bits: [bitRange('high', 63, 32, { macro: 'TRAP_HIGH_HALF' })],
      }),
    ],
    { kind: 'registers', doc: 'A block of registers.', sizeMacro: 'TRAP_SIZEOF' },
  ),
  { ...constant('TRAP_BESIDE', 9n), beside: 'trap_registers.control' },
  ioctl('TRAP_NONE', 1),
  ioctl('TRAP_READ', 2, { encoding: '_IOR', argument: { kind: 'struct', name: 'trap_differs' } }),
  ioctl('TRAP_SCALAR', 3, { encoding: '_IOWR', argument: { kind: 'scalar', name: 'u32' } }),
  alias('TRAP_OLD_READ', 'TRAP_READ', true),
);
