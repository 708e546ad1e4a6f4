import fc from 'fast-check';
import { type OpenValue, setProperty } from '../codec/oracle/value.ts';
import type { Struct } from '../model/declaration.ts';
import type { MemberRecipe } from './members-recipe.ts';
import type { Making, StructRecipe } from './recipe.ts';

/** The recipe of a union: one of the members that are there. */
export function unionRecipe(struct: Struct, members: readonly MemberRecipe[]): StructRecipe {
  const buildMembers = (material: unknown, making: Making, value: OpenValue): void => {
    const [choice = 0, ...materials] = material as [number, ...unknown[]];
    const { site, path } = making;
    site.inside(struct.name, value, () => {
      const there = [...members.entries()].filter(([, { member }]) => site.holds(member.condition));
      const chosen = there[choice % Math.max(there.length, 1)];
      if (chosen === undefined) return;
      const [i, { name, recipe, inPlace }] = chosen;
      if (name === null) inPlace?.buildMembers(materials[i], making, value);
      else
        setProperty(
          value,
          name,
          recipe.build(materials[i], { site, path: path === '' ? name : `${path}.${name}` }),
        );
    });
  };
  return {
    material: fc.tuple(
      fc.nat(Math.max(members.length - 1, 0)),
      ...members.map(({ recipe }) => recipe.material),
    ),
    build(material, making) {
      const value: OpenValue = {};
      buildMembers(material, making, value);
      return value;
    },
    buildMembers,
  };
}
