import { describe, expect, test } from 'vitest';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { Ioctl, Rule, Struct, VariantSet } from '../../src/model/declaration.ts';
import type { Model } from '../../src/model/model.ts';
import { always } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import {
  byName,
  field,
  flagSet,
  model,
  name,
  named,
  noSpan,
  release,
  since,
  struct,
} from '../layout/builders.ts';

const declaration = { doc: '', span: noSpan, interface: 'test', availability: always, order: 0 };
const late = { availability: since('6.17') };

function fieldNames(selected: Model, structName = 's'): unknown[] {
  return selected.structs.get(structName)?.fields.map((one) => one.name) ?? [];
}

function rule(id: string, check: Rule['check'], availability = always): Rule {
  return {
    id,
    doc: '',
    span: noSpan,
    availability,
    check,
    errno: 'EINVAL',
    stage: 'payload',
    beforeArgument: false,
    unchecked: false,
  };
}

function ioctl(ioctlName: string, structName: string, more: Partial<Ioctl> = {}): Ioctl {
  const zero = { value: 0n, expression: name('x') };
  return {
    ...declaration,
    kind: 'ioctl',
    name: ioctlName,
    fds: [],
    encoding: '_IO',
    type: zero,
    nr: zero,
    argument: { kind: 'struct', name: structName },
    errors: [],
    returns: '',
    ...more,
  };
}

describe('atRelease', () => {
  test('drops fields, values and rules that do not exist yet', () => {
    const rules = [
      rule('both', { kind: 'fields', fields: ['a', 'b'] }),
      rule('new-field', { kind: 'fields', fields: ['b'] }),
      rule('late', { kind: 'described' }, since('6.17')),
    ];
    const flags = flagSet('set', [
      { name: 'A', value: 1n },
      { name: 'B', value: 2n, ...late },
    ]);
    const full = model([struct('s', [field('a', 'u32'), field('b', 'u32', late)], { rules })], {
      flags: byName([flags]),
    });
    const old = atRelease(full, release('6.16'));
    expect(fieldNames(old)).toEqual(['a']);
    expect(old.flags.get('set')?.values.map((value) => value.name)).toEqual(['A']);
    expect(old.structs.get('s')?.rules).toMatchObject([{ id: 'both', check: { fields: ['a'] } }]);
    expect(fieldNames(atRelease(full, release('6.17')))).toEqual(['a', 'b']);
    expect(atRelease(full, release('6.17'))).toEqual({ ...full, release: release('6.17') });
  });

  test('drops structs with the ioctls and fields that need them', () => {
    const full = model(
      [struct('t', [field('x', 'u8')], late), struct('s', [field('a', 'u8'), field('t', named('t'))])],
      {
        ioctls: byName([ioctl('OLD', 's'), ioctl('NEW', 't')]),
      },
    );
    const old = atRelease(full, release('6.16'));
    expect([...old.structs.keys(), ...old.ioctls.keys()]).toEqual(['s', 'OLD']);
    expect(fieldNames(old)).toEqual(['a']);
  });

  test('drops a membership whose tag has no value yet', () => {
    const variants: VariantSet = { ...declaration, kind: 'variants', name: 'v', tags: [], unknown: null };
    const member = (tag: string): Struct => {
      const memberOf = [{ set: 'v', tags: [name(tag)] }];
      return struct(tag.toLowerCase(), [field('x', 'u8')], { memberOf });
    };
    const flags = flagSet('set', [
      { name: 'A', value: 0n },
      { name: 'B', value: 1n, ...late },
    ]);
    const full = model([member('A'), member('B')], { flags: byName([flags]), variants: byName([variants]) });
    const old = atRelease(full, release('6.16'));
    expect([old.structs.get('a')?.memberOf.length, old.structs.get('b')?.memberOf.length]).toEqual([1, 0]);
  });

  test('leaves a plain field where its flag set does not exist', () => {
    const flags = { ...flagSet('set', [{ name: 'A', value: 1n }]), ...late };
    const use = { flags: { name: 'set', unknown: null } };
    const full = model([struct('s', [field('a', 'u32', use)])], { flags: byName([flags]) });
    expect(atRelease(full, release('6.16')).structs.get('s')?.fields[0]).not.toHaveProperty('flags');
    expect(atRelease(full, release('6.17')).structs.get('s')?.fields[0]).toHaveProperty('flags');
  });

  describe('with unions in place', () => {
    // As iommu_hw_info has it since 6.17: an input that aliases an older output.
    const aliased = model([
      struct('s::1', [field('in_type', 'u32', late), field('out_type', 'u32')], { kind: 'union' }),
      struct('s', [field('size', 'u32'), field(null, named('s::1')), field('last', 'u64')]),
    ]);

    test('replaces an anonymous one that has one member left', () => {
      const old = atRelease(aliased, release('6.16'));
      expect(fieldNames(old)).toEqual(['size', 'out_type', 'last']);
      expect([...old.structs.keys()]).toEqual(['s']);
      const sizes = [old, aliased].map((one) => layOut(one, 's', abis.lp64).size);
      expect(sizes).toEqual([16, 16]);
      expect(fieldNames(atRelease(aliased, release('6.17')))).toEqual(['size', null, 'last']);
    });

    test('keeps one that never had more members, and a named one', () => {
      const single = model([
        struct('s::1', [field('a', 'u32')], { kind: 'union' }),
        struct('s::u', [field('b', 'u32'), field('c', 'u32', late)], { kind: 'union' }),
        struct('s', [field(null, named('s::1')), field('u', named('s::u'))]),
      ]);
      const old = atRelease(single, release('6.16'));
      expect(fieldNames(old)).toEqual([null, 'u']);
      expect(fieldNames(old, 's::u')).toEqual(['b']);
    });

    test('keeps the alignment and the condition of the union', () => {
      const condition = name('size');
      const full = model([
        struct('s::1', [field('a', 'u32'), field('b', 'u64', late)], { kind: 'union', aligned: 8 }),
        struct('s', [field('size', 'u32'), field(null, named('s::1'), { condition })]),
      ]);
      const old = atRelease(full, release('6.16'));
      expect(old.structs.get('s')?.fields[1]).toMatchObject({ name: 'a', aligned: 8, condition });
    });

    test('removes one that has no member left', () => {
      const full = model([
        struct('s::1', [field('a', 'u32', late), field('b', 'u64', late)], { kind: 'union' }),
        struct('s', [field('size', 'u32'), field(null, named('s::1'))], {
          rules: [rule('new', { kind: 'fields', fields: ['a', 'b'] })],
        }),
      ]);
      const old = atRelease(full, release('6.16'));
      expect(fieldNames(old)).toEqual(['size']);
      expect([...old.structs.keys()]).toEqual(['s']);
      expect(old.structs.get('s')?.rules).toEqual([]);
    });
  });
});
