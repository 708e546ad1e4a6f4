import type { Model } from '../model/model.ts';

/** What must hold for a check of a struct to pass, in the schema's words; empty where the schema has none. */
export function checkDoc(model: Model, struct: string, id: string): string {
  const own = ruleDoc(model, struct, id);
  if (own !== undefined) return own;
  const kinds = [...model.ioctls.values()]
    .filter(({ argument }) => argument.kind === 'struct' && argument.name === struct)
    .flatMap(({ fds }) => fds);
  for (const kind of kinds) {
    const found = model.fds.get(kind)?.preconditions.find((each) => each.id === id);
    if (found !== undefined) return found.doc;
  }
  // A rule of a struct inside, or behind a pointer.
  for (const name of model.structs.keys()) {
    const doc = ruleDoc(model, name, id);
    if (doc !== undefined && doc !== '') return doc;
  }
  return '';
}

function ruleDoc(model: Model, name: string, id: string): string | undefined {
  const struct = model.structs.get(name);
  const rule = struct?.rules.find((each) => each.id === id);
  const paths = rule?.check.kind === 'fields' ? rule.check.fields : [];
  const wanted = rule === undefined ? [id.replace(/^field:/, '')] : rule.doc === '' ? paths : [];
  for (const field of struct?.fields ?? []) {
    if (field.name === null || !wanted.includes(field.name)) continue;
    if (field.handle !== undefined) {
      const kinds = field.handle.kinds.map((kind) => kind.name).join(', ');
      return `${field.name} names an existing object: ${kinds}.`;
    }
    if (field.userPointer !== undefined) return `${field.name} points to existing memory.`;
  }
  return rule?.doc;
}
