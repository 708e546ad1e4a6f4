import type { World } from '../codec/oracle/world.ts';
import { integerNamed } from '../layout/named-integer.ts';
import type { Enumeration } from '../model/declaration.ts';
import { evaluate } from '../model/evaluate.ts';
import { shortName } from '../model/path.ts';

const namesOfWorlds = new WeakMap<World, Map<string, ReadonlyMap<bigint, string>>>();

/** Short names of an enum's values; constants that choose members of variants beside it count too. */
export function enumNames(world: World, set: Enumeration): ReadonlyMap<bigint, string> {
  const ofWorld = namesOfWorlds.get(world) ?? new Map<string, ReadonlyMap<bigint, string>>();
  namesOfWorlds.set(world, ofWorld);
  const known = ofWorld.get(set.name);
  if (known !== undefined) return known;
  const names = new Map<bigint, string>();
  for (const { name, value, role } of set.values) {
    if (role === 'member' && !names.has(value)) names.set(value, shortName(name, set.prefix));
  }
  for (const [value, name] of tagNames(world, set)) if (!names.has(value)) names.set(value, name);
  ofWorld.set(set.name, names);
  return names;
}

/** Constants beside an enum that choose members of variants: other schemas add theirs so. */
function* tagNames({ model, abi }: World, set: Enumeration): Iterable<readonly [bigint, string]> {
  const lookup = (path: readonly string[]): bigint | undefined => integerNamed(model, path.join('.'), abi);
  for (const { memberOf } of model.structs.values()) {
    for (const membership of memberOf) {
      const tags = model.variants.get(membership.set)?.tags ?? [];
      for (const [i, { enumeration }] of tags.entries()) {
        const tag = membership.tags[i];
        if (enumeration?.name !== set.name || tag?.kind !== 'name') continue;
        yield [evaluate(tag, { lookup }), shortName(tag.path.join('.'), set.prefix)];
      }
    }
  }
}
