import { describe, expect, test } from 'vitest';
import { structsIn } from '../../../codegen/typescript/facts.ts';
import { checkViews, ViewChoice } from '../../../codegen/typescript/view-choice.ts';
import { UsageError } from '../../../src/base/usage-error.ts';
import { pinnedModels } from '../../codec/real-schemas.ts';

const models = pinnedModels();

describe.each(models)('the choice of views for $root', (model) => {
  const all = [...model.structs.keys()];
  const chosen = (views?: string): readonly string[] => {
    const choice = new ViewChoice(model, views === undefined ? {} : { settings: { views } });
    return all.filter((name) => choice.has(name));
  };
  const argumentsOf = [...model.ioctls.values()].flatMap(({ argument, interface: owner }) =>
    argument.kind === 'struct' && model.structs.get(argument.name)?.interface === owner
      ? [argument.name]
      : [],
  );

  test('is all structs, none, or what ioctls take', () => {
    expect(chosen('all')).toEqual(all);
    expect(chosen('none')).toEqual([]);
    expect(chosen()).toEqual(chosen('ioctls'));
    expect(chosen('none,all')).toEqual(all);
    expect(chosen()).toEqual(expect.arrayContaining(argumentsOf));
    if (argumentsOf.length === 0) expect(chosen()).toEqual([]);
  });

  test('takes the structs of the same interface that a chosen one holds, and no others', () => {
    for (const name of all) {
      const found = new Set(chosen(name));
      expect(found.has(name)).toBe(true);
      const held = new Set<string>();
      for (const each of found) {
        for (const inner of model.structs.get(each)?.fields.flatMap(({ type }) => structsIn(type)) ?? []) {
          held.add(inner);
          const same = model.structs.get(inner)?.interface === model.structs.get(name)?.interface;
          expect(found.has(inner)).toBe(same);
        }
      }
      expect([...found].filter((each) => each !== name && !held.has(each))).toEqual([]);
    }
  });
});

test('a name that no schema declares is refused with what was expected', () => {
  checkViews(models, { settings: { views: 'ioctls, iommu_ioas_map,pci_cap_msi' } });
  expect(() => checkViews(models, { settings: { views: 'all,iommu_ioas_mop' } })).toThrow(
    new UsageError('views=iommu_ioas_mop: no such struct, expected ioctls, all, none or names of structs'),
  );
});
