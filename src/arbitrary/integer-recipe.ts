import fc from 'fast-check';
import { asValue, type Bounds } from '../codec/oracle/integer-kind.ts';
import type { World } from '../codec/oracle/world.ts';
import type { Field } from '../model/field.ts';
import type { SetUse } from '../model/set-use.ts';
import { counts, flagsIn, integers, valuesIn } from './integers.ts';
import type { Wish } from './options.ts';
import type { Making, Recipe } from './recipe.ts';

/** An integer as a member or a range of bits holds it. */
export interface IntegerMember {
  readonly width: number;
  readonly bounds: Bounds;
  readonly flags?: SetUse;
  readonly enumeration?: SetUse;
  readonly isReserved: boolean;
  /** It decides about counts, offsets or sizes. */
  readonly isCount: boolean;
}

/** The integers that a member may hold. */
export function integersOf(member: IntegerMember, world: World, wish: Wish): fc.Arbitrary<bigint> {
  if (wish.mode === 'valid') {
    if (member.isReserved) return fc.constant(0n);
    const flags = member.flags && world.model.flags.get(member.flags.name);
    if (flags !== undefined) return flagsIn(flags, member.width);
    const values = member.enumeration && world.model.enums.get(member.enumeration.name);
    if (values !== undefined) return valuesIn(values.values, member.bounds);
  }
  return member.isCount ? counts(member.bounds) : integers(member.bounds, wish.mode);
}

/** The recipe of an integer; `wide` ones are bigints. */
export function integerRecipe(
  member: IntegerMember,
  parts: { readonly field: Field; readonly wide: boolean; readonly world: World; readonly wish: Wish },
): Recipe {
  const { field, wide, world, wish } = parts;
  return {
    material: integersOf(member, world, wish),
    build(material, { site, path, count }) {
      const fixed = wish.fixed[path] ?? count;
      const integer = fixed ?? inRange(material as bigint, field, wish, site);
      return asValue(clamp(integer, member.bounds), wide);
    },
  };
}

function inRange(integer: bigint, { range }: Field, { mode }: Wish, site: Making['site']): bigint {
  if (range === undefined || mode !== 'valid') return integer;
  const first = site.evaluate(range.first);
  const span = site.evaluate(range.last) - first + 1n;
  if (span <= 0n || (integer >= first && integer < first + span)) return integer;
  return first + ((((integer - first) % span) + span) % span);
}

function clamp(integer: bigint, { first, last }: Bounds): bigint {
  return integer < first ? first : integer > last ? last : integer;
}
