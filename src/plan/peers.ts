import { type Expression, partsOf } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import type { Type } from '../model/type.ts';

const known = new WeakMap<Model, Map<string, ReadonlySet<string>>>();

/** The structs of other elements of a space that the layout of a struct depends on (`peer.NAME`). */
export function peersNamedBy(model: Model, structName: string): ReadonlySet<string> {
  let structs = known.get(model);
  if (structs === undefined) {
    structs = new Map();
    known.set(model, structs);
  }
  const found = structs.get(structName);
  if (found !== undefined) return found;
  const names = new Set<string>();
  structs.set(structName, names);
  const struct = model.structs.get(structName);
  if (struct === undefined) return names;
  collect(struct.size, names);
  for (const { condition } of struct.memberOf) collect(condition, names);
  for (const field of struct.fields) {
    for (const expression of [field.at, field.condition, field.count, field.auto]) collect(expression, names);
    for (const { condition } of field.bits ?? []) collect(condition, names);
    for (const inner of structsIn(field.type)) {
      for (const name of peersNamedBy(model, inner)) names.add(name);
    }
  }
  return names;
}

function collect(expression: Expression | undefined, names: Set<string>): void {
  if (expression === undefined) return;
  if (expression.kind === 'name' && expression.path[0] === 'peer') names.add(expression.path[1] ?? '');
  for (const part of partsOf(expression)) collect(part, names);
}

function structsIn(type: Type): readonly string[] {
  if (type.kind === 'named') return [type.name];
  return type.kind === 'array' || type.kind === 'flexible' ? structsIn(type.element) : [];
}
