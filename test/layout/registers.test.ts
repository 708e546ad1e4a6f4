import { describe, expect, test } from 'vitest';
import { abis } from '../../src/layout/abi.ts';
import { type Layout, layOut } from '../../src/layout/layout.ts';
import type { Struct } from '../../src/model/declaration.ts';
import type { Field } from '../../src/model/field.ts';
import {
  array,
  binary,
  byName,
  call,
  constant,
  field,
  flexible,
  integer,
  model,
  name,
  named,
  scalar,
  struct,
} from './builders.ts';

function block(fields: readonly Field[], more: Partial<Struct> = {}): Layout {
  const header = struct('header', [field('id', 'u8'), field('next', 'u8')], { kind: 'registers' });
  const varying = struct('varying', [field('n', 'u8')], { kind: 'registers', size: name('n') });
  const tailed = struct('tailed', [field('n', 'u8'), field('t', flexible(scalar('u8')))], {
    kind: 'registers',
  });
  const structs = [header, varying, tailed, struct('block', fields, { kind: 'registers', ...more })];
  return layOut(model(structs, { constants: byName([constant('BASE', 16n)]) }), 'block', abis.lp64);
}

function places(layout: Layout): unknown[] {
  return layout.members.map((member) => {
    const label = member.kind === 'hole' || member.kind === 'padding' ? member.kind : member.name;
    return [label, member.offset, member.size];
  });
}

describe('layOut of registers', () => {
  test('packs fields and marks gaps before fields at an offset', () => {
    const fields = [field('h', named('header')), field('a', 'le32'), field('b', 'le64', { at: integer(12) })];
    const layout = block(fields);
    expect(places(layout)).toEqual([
      ['h', 0, 2],
      ['a', 2, 4],
      ['hole', 6, 6],
      ['b', 12, 8],
    ]);
    expect(layout).toMatchObject({ size: 20, minSize: 20, align: 1 });
  });

  test('folds constants, sizeof and offsetof in offsets', () => {
    const at = binary(name('BASE'), '+', call('sizeof', name('header')));
    const after = call('offsetofend', name('header'), name('next'));
    expect(places(block([field('a', 'u8', { at }), field('b', 'u8', { at: after })]))).toEqual([
      ['hole', 0, 2],
      ['hole', 3, 15],
      ['a', 18, 1],
      ['b', 2, 1],
    ]);
  });

  test('lets fields with conditions lie over each other', () => {
    const layout = block([
      field('flags', 'le32'),
      field('short', 'le16', { at: integer(4), condition: name('x') }),
      field('long', 'le32', { at: integer(4), condition: name('y') }),
    ]);
    expect(places(layout)).toEqual([
      ['flags', 0, 4],
      ['short', 4, 2],
      ['long', 4, 4],
    ]);
    expect(layout).toMatchObject({ size: 8, minSize: 4, members: [{}, { condition: name('x') }, {}] });
  });

  test('gives the expression of an offset that depends on a field, also where a constant has its name', () => {
    const at = binary(name('BASE'), '*', integer(4));
    const layout = block([field('BASE', 'u8'), field('a', 'le32', { at }), field('b', 'le32')]);
    expect(layout.members).toMatchObject([
      { offset: 0 },
      { offset: null, at, size: 4 },
      { offset: null, at: null, size: 4 },
    ]);
    expect(layout).toMatchObject({ size: null, minSize: 1 });
  });

  test('does not know the place after an array of blocks of different sizes', () => {
    const layout = block([field('n', 'u8'), field('list', array(named('varying'), 3)), field('end', 'u8')]);
    expect(places(layout)).toEqual([
      ['n', 0, 1],
      ['list', 1, null],
      ['end', null, 1],
    ]);
    expect(layout).toMatchObject({ size: null, minSize: 4 });
  });

  test('leaves a flexible array at the end out of the size', () => {
    const layout = block([field('n', 'u8'), field('list', flexible(scalar('le32')), { count: name('n') })]);
    expect(layout).toMatchObject({ size: 1, minSize: 1, members: [{}, { offset: 1, size: null }] });
    const outer = block([field('t', named('tailed')), field('end', 'u8')]);
    expect(outer).toMatchObject({ size: null, members: [{ size: null }, { offset: null }] });
  });

  test('knows a flexible array with a constant count', () => {
    const list = field('list', flexible(scalar('le32')), { count: integer(3) });
    expect(block([field('n', 'u8'), list, field('end', 'u8')])).toMatchObject({ size: 14 });
  });

  test('takes the size of the block from its expression', () => {
    const fields = [field('n', 'u8')];
    expect(places(block(fields, { size: integer(8) }))).toEqual([
      ['n', 0, 1],
      ['padding', 1, 7],
    ]);
    expect(block(fields, { size: name('n') })).toMatchObject({ size: null, minSize: 1 });
    expect(block(fields, { size: call('sizeof', name('self')) })).toMatchObject({ size: null, minSize: 1 });
  });
});
