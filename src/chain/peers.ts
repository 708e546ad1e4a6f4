import type { Expression } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import type { Type } from '../model/type.ts';

const known = new WeakMap<Model, Map<string, boolean>>();

/** Whether the layout of a struct depends on other elements of its chains (`peer.`). */
export function dependsOnPeers(model: Model, structName: string): boolean {
  let structs = known.get(model);
  if (structs === undefined) {
    structs = new Map();
    known.set(model, structs);
  }
  const found = structs.get(structName);
  if (found !== undefined) return found;
  structs.set(structName, false);
  const struct = model.structs.get(structName);
  const depends =
    struct !== undefined &&
    (namesPeer(struct.size) ||
      struct.memberOf.some(({ condition }) => namesPeer(condition)) ||
      struct.fields.some(
        (field) =>
          [field.at, field.condition, field.count, field.auto].some(namesPeer) ||
          (field.bits ?? []).some(({ condition }) => namesPeer(condition)) ||
          structsIn(field.type).some((name) => dependsOnPeers(model, name)),
      ));
  structs.set(structName, depends);
  return depends;
}

function namesPeer(expression: Expression | undefined): boolean {
  switch (expression?.kind) {
    case undefined:
    case 'integer':
      return false;
    case 'name':
      return expression.path[0] === 'peer';
    case 'unary':
      return namesPeer(expression.operand);
    case 'binary':
      return namesPeer(expression.left) || namesPeer(expression.right);
    case 'conditional':
      return [expression.test, expression.then, expression.else].some(namesPeer);
    case 'call':
      return expression.args.some(namesPeer);
  }
}

function structsIn(type: Type): readonly string[] {
  if (type.kind === 'named') return [type.name];
  return type.kind === 'array' || type.kind === 'flexible' ? structsIn(type.element) : [];
}
