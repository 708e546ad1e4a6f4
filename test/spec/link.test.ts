import { describe, expect, it } from 'vitest';
import type { AnyDeclaration, Model } from '../../src/model/model.ts';
import { linkModels } from '../../src/spec/link.ts';
import { packageModels, readModel, repositoryFile } from '../helpers/schemas.ts';

const models = [...packageModels().values()];
const sections = ['structs', 'flags', 'enums', 'constants', 'ioctls', 'fds', 'variants', 'chains'] as const;

function namesOf(model: Model, owner: string): readonly string[] {
  return sections.flatMap((section) =>
    [...model[section]]
      .filter(([, { interface: own }]) => own === owner)
      .map(([name]) => `${section} ${name}`),
  );
}

/** A schema with its interface, and all that is declared in it, under another name. */
function copyOf(model: Model, name: string): Model {
  const renamed = (map: ReadonlyMap<string, AnyDeclaration>) =>
    new Map(
      [...map].map(([key, one]) => [key, one.interface === model.root ? { ...one, interface: name } : one]),
    );
  const own = model.interfaces.get(model.root);
  if (own === undefined) throw new Error('a model without its interface');
  const others = [...model.interfaces].filter(([key]) => key !== model.root);
  return {
    ...model,
    ...Object.fromEntries(sections.map((section) => [section, renamed(model[section])])),
    root: name,
    interfaces: new Map([[name, { ...own, name }], ...others]),
  };
}

describe('linkModels', () => {
  it("loses nothing of the package's schemas, in any order", () => {
    for (const order of [models, [...models].reverse()]) {
      const linked = linkModels(order);
      expect([...linked.interfaces.keys()].sort()).toEqual(models.map(({ root }) => root).sort());
      for (const model of models) {
        expect(namesOf(linked, model.root).toSorted()).toEqual(namesOf(model, model.root).toSorted());
        for (const kind of model.handles.keys()) expect(linked.handles.has(kind)).toBe(true);
      }
    }
  });

  it('sees what another schema adds to a set of variants', () => {
    const linked = linkModels(models);
    const added = [...linked.structs.values()].filter(
      ({ interface: owner, memberOf }) =>
        owner === 'vfio_zdev' && memberOf.some(({ set }) => linked.variants.get(set)?.interface === 'vfio'),
    );
    expect(added.length).toBeGreaterThan(3);
  });

  it('takes an interface from the first schema that knows it', () => {
    const spec = readModel(repositoryFile('test/specs/simple.yaml'));
    const [name = ''] = spec.structs.keys();
    const changed: Model = {
      ...spec,
      structs: new Map(
        [...spec.structs].map(([key, one]) => [key, key === name ? { ...one, doc: 'changed' } : one]),
      ),
    };
    expect(linkModels([changed, spec]).structs.get(name)?.doc).toBe('changed');
    expect(linkModels([spec, changed]).structs.get(name)?.doc).not.toBe('changed');
  });

  it('leaves out a whole interface of which an earlier one has a name, and all that import it', () => {
    const vfio = models.find(({ root }) => root === 'vfio');
    const zdev = models.find(({ root }) => root === 'vfio_zdev');
    if (vfio === undefined || zdev === undefined) throw new Error('no schema of VFIO');
    const linked = linkModels([copyOf(vfio, 'mine'), vfio, zdev]);
    expect(linked.interfaces.has('vfio')).toBe(false);
    expect(linked.interfaces.has('vfio_zdev')).toBe(false);
    expect(namesOf(linked, 'mine').length).toBe(namesOf(vfio, 'vfio').length);
    expect(namesOf(linked, 'vfio_zdev')).toEqual([]);
  });

  it('gives a single schema as it is', () => {
    const [model] = models;
    if (model !== undefined) expect(linkModels([model])).toBe(model);
    expect(() => linkModels([])).toThrow(RangeError);
  });
});
