import type fc from 'fast-check';
import { Site } from '../codec/oracle/site.ts';
import type { StructValue } from '../codec/oracle/value.ts';
import { worldOf } from '../codec/oracle/world.ts';
import type { Model } from '../model/model.ts';
import { type ArbitraryOptions, type Mode, wishOf } from './options.ts';
import { structRecipe } from './struct-recipe.ts';

/**
 * Values of a struct that keep to its schema: flags and enum values with a name, reserved members zero, values
 * within their ranges, counts that agree with their arrays, `auto` members with their value. Rules between
 * members are not looked at.
 *
 * @param structName a key of `model.structs`
 */
export function validValue(
  model: Model,
  structName: string,
  options: ArbitraryOptions = {},
): fc.Arbitrary<StructValue> {
  return values(model, structName, 'valid', options);
}

/** Values of a struct that can be encoded, whatever they mean. */
export function anyValue(
  model: Model,
  structName: string,
  options: ArbitraryOptions = {},
): fc.Arbitrary<StructValue> {
  return values(model, structName, 'any', options);
}

/** Values of a struct that can be encoded, with members at the ends of what their types hold. */
export function boundaryValue(
  model: Model,
  structName: string,
  options: ArbitraryOptions = {},
): fc.Arbitrary<StructValue> {
  return values(model, structName, 'boundary', options);
}

function values(
  model: Model,
  structName: string,
  mode: Mode,
  options: ArbitraryOptions,
): fc.Arbitrary<StructValue> {
  const wish = wishOf(mode, options);
  const world = worldOf(model, wish.abi);
  const recipe = structRecipe(world, structName, wish);
  const { context = {} } = options;
  return recipe.material.map((material) => {
    return recipe.build(material, { site: new Site(world, structName, context), path: '' }) as StructValue;
  });
}
