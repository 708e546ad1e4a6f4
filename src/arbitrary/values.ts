import type fc from 'fast-check';
import { makeOracle, type Oracle } from '../codec/oracle/oracle.ts';
import { Site } from '../codec/oracle/site.ts';
import { isSame, type StructValue } from '../codec/oracle/value.ts';
import { worldOf } from '../codec/oracle/world.ts';
import type { CodecContext } from '../codec/runtime/codec.ts';
import { DecodeError } from '../codec/runtime/errors.ts';
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
  const built = recipe.material.map((material) => {
    return recipe.build(material, { site: new Site(world, structName, context), path: '' }) as StructValue;
  });
  if (!movesMembers(model, structName)) return built;
  const oracle = makeOracle(model, structName, wish.abi);
  return built.map((value) => settle(oracle, value, context, mode)).filter((value) => value !== null);
}

/** Whether some member of a struct stands where its contents say, and so may lie over another one. */
function movesMembers(model: Model, structName: string): boolean {
  return (model.structs.get(structName)?.fields ?? []).some(({ at, type }) => {
    const inner = type.kind === 'flexible' || type.kind === 'array' ? type.element : type;
    return (
      (at !== undefined && at.kind !== 'integer') ||
      (inner.kind === 'named' && movesMembers(model, inner.name))
    );
  });
}

/**
 * Members that lie over each other get the value of the bytes that they share; null if that changes too much, or anything
 * of a value that must stay valid.
 */
function settle(oracle: Oracle, value: StructValue, context: CodecContext, mode: Mode): StructValue | null {
  const bytes = new Uint8Array(oracle.measure(value, context));
  oracle.encode(value, new DataView(bytes.buffer), 0, context);
  try {
    const settled = oracle.decode(new DataView(bytes.buffer), 0, bytes.length, context);
    if (mode === 'valid' && !isSame(settled, oracle.fill(value, context))) return null;
    const again = new Uint8Array(oracle.measure(settled, context));
    oracle.encode(settled, new DataView(again.buffer), 0, context);
    return again.length === bytes.length && again.every((byte, i) => byte === bytes[i]) ? settled : null;
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}
