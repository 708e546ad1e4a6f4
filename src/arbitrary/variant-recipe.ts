import fc from 'fast-check';
import { makeOracle } from '../codec/oracle/oracle.ts';
import { Site } from '../codec/oracle/site.ts';
import { makeVariantOracle } from '../codec/oracle/variants.ts';
import type { World } from '../codec/oracle/world.ts';
import type { VariantUse } from '../model/field.ts';
import type { Recipe, StructRecipe } from './recipe.ts';

/** The recipe of bytes that are a member of a variant set: those of a good member where the tags choose one. */
export function variantRecipe(
  use: VariantUse,
  plain: Recipe,
  parts: { readonly world: World; readonly recipeOf: (struct: string) => StructRecipe },
): Recipe {
  const { world, recipeOf } = parts;
  const structs = [...world.model.structs.values()].filter((struct) =>
    struct.memberOf.some(({ set }) => set === use.set),
  );
  const recipes = structs.map(({ name }) => ({ name, recipe: recipeOf(name) }));
  const variants = makeVariantOracle(world.model, use.set, world.abi);
  return {
    material: fc.tuple(plain.material, ...recipes.map(({ recipe }) => recipe.material)),
    build(material, making) {
      const [bytes, ...materials] = material as unknown[];
      const tags = use.tags.map((tag) => making.site.evaluate(tag));
      const [member] = variants.candidates(tags);
      const i = recipes.findIndex(({ name }) => name === member?.name);
      const recipe = recipes[i];
      if (recipe === undefined) return plain.build(bytes, making);
      const { context } = making.site;
      const value = recipe.recipe.build(materials[i], {
        site: new Site(world, recipe.name, context),
        path: '',
      });
      const oracle = makeOracle(world.model, recipe.name, world.abi);
      const payload = new Uint8Array(oracle.measure(value as object, context));
      oracle.encode(value as object, new DataView(payload.buffer), 0, context);
      const wanted = making.count === undefined ? payload.length : Number(making.count);
      return Uint8Array.from({ length: wanted }, (_, j) => payload[j] ?? 0);
    },
  };
}
