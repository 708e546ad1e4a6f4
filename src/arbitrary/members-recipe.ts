import fc from 'fast-check';
import { type FieldValue, type OpenValue, propertyOf, setProperty } from '../codec/oracle/value.ts';
import type { BitsMember, FieldMember } from '../layout/member.ts';
import type { Struct } from '../model/declaration.ts';
import { scalars } from '../model/type.ts';
import type { Wish } from './options.ts';
import type { Making, Recipe, StructRecipe } from './recipe.ts';
import type { Steering } from './steering.ts';

/** The recipe of a member of a struct. */
export interface MemberRecipe {
  readonly name: string | null;
  readonly member: FieldMember | BitsMember;
  readonly recipe: Recipe;
  /** For a struct in place whose members belong to the struct around. */
  readonly inPlace: StructRecipe | null;
  /** The array whose elements the member counts. */
  readonly counts: string | null;
}

/** The recipe of a struct or register block: members in their order, each as those before it want it. */
export function membersRecipe(
  struct: Struct,
  members: readonly MemberRecipe[],
  steering: Steering,
  wish: Wish,
): StructRecipe {
  const buildMembers = (material: unknown, making: Making, value: OpenValue): void => {
    const materials = material as unknown[];
    const { site } = making;
    const lengths = new Map<string, bigint>();
    for (const [i, { name, recipe, member }] of members.entries()) {
      if (member.type.kind !== 'flexible' || name === null) continue;
      const natural = site.inside(struct.name, value, () => recipe.build(materials[i], inside(making, name)));
      lengths.set(name, BigInt(lengthOf(natural)));
    }
    site.inside(struct.name, value, () => {
      for (const [i, each] of members.entries()) {
        if (!site.holds(each.member.condition)) continue;
        if (each.inPlace !== null && each.name === null) {
          each.inPlace.buildMembers(materials[i], making, value);
          continue;
        }
        build(each, materials[i], making, value, lengths.get(each.counts ?? ''));
      }
      fillAutos(making, value);
    });
  };

  const build = (
    each: MemberRecipe,
    material: unknown,
    making: Making,
    value: OpenValue,
    counted: bigint | undefined,
  ): void => {
    const name = each.name ?? '';
    const { field } = each.member;
    const at = inside(making, name);
    setProperty(
      value,
      name,
      each.recipe.build(material, { ...at, ...(counted === undefined ? {} : { count: counted }) }),
    );
    fillAutos(making, value);
    if (field.type.kind !== 'flexible' || field.count === undefined) return;
    const count = making.site.evaluate(field.count);
    const wanted = count < 0n ? 0n : count;
    if (BigInt(lengthOf(propertyOf(value, name))) === wanted) return;
    setProperty(value, name, each.recipe.build(material, { ...at, count: wanted }));
    fillAutos(making, value);
  };

  /** Members with an `auto` value get it; where any value goes, only those that decide about the layout. */
  const fillAutos = ({ site, path }: Making, value: OpenValue): void => {
    for (const { name, member, counts } of members) {
      const { auto } = member.field;
      if (auto === undefined || name === null || counts !== null || !Object.hasOwn(value, name)) continue;
      if (wish.mode !== 'valid' && !steering.counts.has(name)) continue;
      if (wish.fixed[joined(path, name)] !== undefined) continue;
      const wide = member.type.kind === 'scalar' && scalars[member.type.name].bytes === 8;
      const integer = site.evaluate(auto);
      setProperty(value, name, wide ? integer : Number(integer));
    }
  };

  return {
    material: fc.tuple(...members.map(({ recipe }) => recipe.material)),
    build(material, making) {
      const value: OpenValue = {};
      buildMembers(material, making, value);
      return value;
    },
    buildMembers,
  };
}

function inside({ site, path }: Making, name: string): Making {
  return { site, path: joined(path, name) };
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function lengthOf(value: FieldValue | undefined): number {
  return Array.isArray(value) || value instanceof Uint8Array ? value.length : 0;
}
