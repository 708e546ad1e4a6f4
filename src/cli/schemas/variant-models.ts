import type { Model } from '../../model/model.ts';

/** How many members a model knows of the variant sets that an interface declares: another schema may add some. */
export function variantMembers(model: Model, owner: string): number {
  let members = 0;
  for (const { memberOf } of model.structs.values()) {
    for (const { set } of memberOf) if (model.variants.get(set)?.interface === owner) members++;
  }
  return members;
}

/** Of the models that know a struct the one that knows most variants beside it. */
export function modelWithVariants(models: readonly Model[], struct: string, otherwise: Model): Model {
  let best = { model: otherwise, members: -1 };
  for (const model of models) {
    const declared = model.structs.get(struct);
    if (declared === undefined) continue;
    const members = variantMembers(model, declared.interface);
    if (members > best.members) best = { model, members };
  }
  return best.model;
}
