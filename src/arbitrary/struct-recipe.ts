import fc from 'fast-check';
import { assert } from '../base/internal-error.ts';
import { boundsOf, integerKindOf } from '../codec/oracle/integer-kind.ts';
import type { World } from '../codec/oracle/world.ts';
import type { BitsMember, FieldMember, Layout } from '../layout/member.ts';
import type { Struct } from '../model/declaration.ts';
import { scalars, type Type } from '../model/type.ts';
import { arrayRecipe, bytesRecipe } from './array-recipe.ts';
import { bitsRecipe } from './bits-recipe.ts';
import { integerRecipe } from './integer-recipe.ts';
import { type MemberRecipe, membersRecipe } from './members-recipe.ts';
import type { Wish } from './options.ts';
import type { Recipe, StructRecipe } from './recipe.ts';
import { type Steering, steeringOf } from './steering.ts';
import { unionRecipe } from './union-recipe.ts';
import { variantRecipe } from './variant-recipe.ts';

/** Makes the recipe of a struct, union or register block. */
export function structRecipe(world: World, name: string, wish: Wish): StructRecipe {
  const layout = world.layout(name);
  assert(layout !== undefined, `unknown struct: ${name}`);
  return new Composer(world, wish).struct(layout, null);
}

/** Composes recipes from layouts. */
class Composer {
  readonly #world: World;
  readonly #wish: Wish;

  constructor(world: World, wish: Wish) {
    this.#world = world;
    this.#wish = wish;
  }

  /** @param around what decides about the layout of the struct that this one is in place of; null for others */
  struct(layout: Layout, around: Steering | null): StructRecipe {
    const struct = this.#world.model.structs.get(layout.name);
    assert(struct !== undefined, `unknown struct: ${layout.name}`);
    const steering = (struct.inline ? around : null) ?? steeringOf(this.#world, struct);
    const members = layout.members.flatMap((member): MemberRecipe[] => {
      if (member.kind === 'hole' || member.kind === 'padding') return [];
      if (member.kind === 'bits' && member.name === null) return [];
      return [this.#member(struct, member, steering)];
    });
    return struct.kind === 'union'
      ? unionRecipe(struct, members)
      : membersRecipe(struct, members, steering, this.#wish);
  }

  #member(struct: Struct, member: FieldMember | BitsMember, steering: Steering): MemberRecipe {
    const { field } = member;
    const counted = countedBy(struct, member);
    const common = { name: member.name, member, counts: counted?.array ?? null };
    if (member.kind === 'field' && member.name === null && member.nested !== null) {
      const inPlace = this.struct(member.nested, steering);
      return { ...common, recipe: inPlace, inPlace };
    }
    const kind = integerKindOf(field.type, this.#world.abi, 'little');
    if (kind === undefined)
      return { ...common, recipe: this.#field(member as FieldMember, steering), inPlace: null };
    const width = member.kind === 'bits' ? member.bitWidth : 8 * kind.bytes;
    if (member.kind === 'field' && field.bits !== undefined) {
      const register = { name: field.name ?? '', wide: kind.wide, ranges: field.bits };
      const parts = { width, counts: steering.counts, countRange: counted?.range ?? null };
      return {
        ...common,
        recipe: bitsRecipe(register, { ...parts, world: this.#world, wish: this.#wish }),
        inPlace: null,
      };
    }
    const { flags, enumeration } = field;
    const integer = {
      width,
      bounds: boundsOf(width, kind.signed),
      ...(flags === undefined ? {} : { flags }),
      ...(enumeration === undefined ? {} : { enumeration }),
      isReserved: field.reserved !== undefined,
      isCount: steering.counts.has(field.name ?? ''),
    };
    const wide = member.kind === 'bits' ? width > 32 : kind.wide;
    return {
      ...common,
      recipe: integerRecipe(integer, { field, wide, world: this.#world, wish: this.#wish }),
      inPlace: null,
    };
  }

  #field(member: FieldMember, steering: Steering): Recipe {
    const { field, type, nested } = member;
    const isReserved = field.reserved !== undefined && this.#wish.mode === 'valid';
    const plain = this.#type(
      type,
      nested,
      { isReserved, text: field.text === 'ascii' || field.text === 'utf8' },
      steering,
    );
    if (field.variant === undefined || this.#wish.mode !== 'valid') return plain;
    return variantRecipe(field.variant, plain, {
      world: this.#world,
      recipeOf: (name) => structRecipe(this.#world, name, { ...this.#wish, fixed: {} }),
    });
  }

  #type(
    type: Type,
    nested: Layout | null,
    traits: { readonly isReserved: boolean; readonly text: boolean },
    steering: Steering,
  ): Recipe {
    switch (type.kind) {
      case 'scalar':
      case 'pointer':
        return this.#element(type, traits.isReserved);
      case 'array':
      case 'flexible': {
        const length = type.kind === 'array' ? type.length : null;
        const { element } = type;
        if (element.kind === 'scalar' && (element.name === 'u8' || element.name === 'char')) {
          return bytesRecipe(length, { mode: this.#wish.mode, zero: traits.isReserved, text: traits.text });
        }
        return arrayRecipe(this.#type(element, nested, traits, steering), length);
      }
      case 'named': {
        assert(nested !== null, `no layout of ${type.name}`);
        return this.struct(nested, steering);
      }
    }
  }

  #element(type: Type, isReserved: boolean): Recipe {
    const kind = integerKindOf(type, this.#world.abi, 'little');
    assert(kind !== undefined, 'scalars and pointers are integers');
    const signed = type.kind === 'scalar' && scalars[type.name].signed;
    const { first, last } = boundsOf(8 * kind.bytes, signed);
    const wide = kind.wide;
    const all = isReserved ? fc.constant(0n) : fc.bigInt({ min: first, max: last });
    const some =
      this.#wish.mode === 'boundary' && !isReserved ? fc.constantFrom(first, 0n, 1n, last - 1n, last) : all;
    return { material: some, build: (material) => (wide ? (material as bigint) : Number(material)) };
  }
}

/** The array whose count is just a member, or a range of its bits. */
function countedBy(
  struct: Struct,
  member: FieldMember | BitsMember,
): { array: string; range: string | null } | undefined {
  for (const { name, type, count } of struct.fields) {
    if (name === null || type.kind !== 'flexible' || count?.kind !== 'name' || count.path[0] !== member.name)
      continue;
    const [, range = null, ...deeper] = count.path;
    if (range === null) return { array: name, range };
    if (deeper.length === 0 && member.field.bits?.some((bits) => bits.name === range))
      return { array: name, range };
  }
  return undefined;
}
