import { formatExpression } from '../src/layout/expression-text.ts';
import type { Struct } from '../src/model/declaration.ts';
import type { Field } from '../src/model/field.ts';
import type { Model } from '../src/model/model.ts';

/** The doc of a field; if the schema gives none, what its other keys tell, and nothing if they tell nothing. */
export function fieldDoc(model: Model, struct: Struct, field: Field): string {
  if (field.doc !== '') return field.doc;
  const { auto, reserved, flags, enumeration, handle } = field;
  if (reserved?.padding) return 'Padding.';
  if (reserved !== undefined) return 'Must be 0.';
  if (auto?.kind === 'call' && auto.callee === 'sizeof') {
    return `sizeof(${struct.kind} ${struct.tag ?? struct.name}).`;
  }
  if (auto !== undefined) return `${formatExpression(auto)}.`;
  if (flags !== undefined) return `Combination of ${setTitle(model.flags.get(flags.name), flags.name)}.`;
  if (enumeration !== undefined) {
    return `One of ${setTitle(model.enums.get(enumeration.name), enumeration.name)}.`;
  }
  if (handle !== undefined) return `Id of an object: ${handle.kinds.map(({ name }) => name).join(' or ')}.`;
  if (field.fileDescriptor !== undefined) return `File descriptor: ${field.fileDescriptor.name}.`;
  if (field.userPointer !== undefined) return 'Address of user memory.';
  return field.type.kind === 'named' ? `See ${typeTitle(model, field.type.name)}.` : '';
}

/** The doc of a field, or at least its unit: for places that do not print the unit themselves. */
export function fieldDocOrUnit(model: Model, struct: Struct, field: Field): string {
  const doc = fieldDoc(model, struct, field);
  return doc === '' && field.unit !== undefined ? `In ${field.unit}.` : doc;
}

function setTitle(set: { readonly c: string; readonly prefix: string } | undefined, name: string): string {
  if (set?.c === 'enum') return `enum ${name}`;
  return set === undefined || set.prefix === '' ? name : `${set.prefix}*`;
}

function typeTitle(model: Model, name: string): string {
  const struct = model.structs.get(name);
  return struct === undefined || struct.inline ? 'its members' : `${struct.kind} ${name}`;
}
