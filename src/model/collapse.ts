import type { Struct } from './declaration.ts';
import type { Field } from './field.ts';
import type { Model } from './model.ts';
import type { Type } from './type.ts';

/**
 * Replaces the unions in place that a selection has shrunk: an anonymous one with one member left by that
 * member, an inline struct or union with none left by nothing. Inline structs that nothing uses any more go.
 *
 * @param before the model before the selection: what had one member or none there stays
 */
export function collapseUnions(before: Model, selected: Model): Model {
  const done = new Map<string, Struct>();
  const collapse = (name: string): Struct | undefined => {
    const known = done.get(name);
    const struct = selected.structs.get(name);
    if (known !== undefined || struct === undefined) return known;
    const fields = struct.fields.flatMap((field) => collapseField(field, before, collapse));
    const collapsed = { ...struct, fields };
    done.set(name, collapsed);
    return collapsed;
  };
  const structs = new Map<string, Struct>();
  for (const name of selected.structs.keys()) {
    const struct = collapse(name);
    if (struct !== undefined) structs.set(name, struct);
  }
  const used = inUse(structs);
  return { ...selected, structs: new Map([...structs].filter(([name]) => used.has(name))) };
}

function collapseField(field: Field, before: Model, collapse: (name: string) => Struct | undefined): Field[] {
  if (field.type.kind !== 'named') return [field];
  const struct = collapse(field.type.name);
  if (struct === undefined || !struct.inline) return [field];
  const count = before.structs.get(struct.name)?.fields.length ?? 0;
  if (struct.fields.length === 0) return count > 0 ? [] : [field];
  const [only] = struct.fields;
  if (only === undefined || struct.fields.length > 1 || count < 2 || !standsForUnion(field, struct, only)) {
    return [field];
  }
  const aligned = Math.max(only.aligned ?? 1, field.aligned ?? 1, struct.aligned ?? 1);
  const condition = bothOf(field, only);
  return [
    {
      ...only,
      ...(field.at === undefined ? {} : { at: field.at }),
      ...(aligned === 1 ? {} : { aligned }),
      ...(condition === undefined ? {} : { condition }),
    },
  ];
}

/** True where the one member left of a union can take the union's place without moving anything. */
function standsForUnion(field: Field, struct: Struct, only: Field): boolean {
  const plain = field.name === null && field.variant === undefined && only.bitWidth === undefined;
  return struct.kind === 'union' && plain && !struct.packed;
}

/** The condition of a member inside a field: both must hold. */
function bothOf(field: Field, only: Field): Field['condition'] {
  if (field.condition === undefined) return only.condition;
  if (only.condition === undefined) return field.condition;
  return { kind: 'binary', operator: '&&', left: field.condition, right: only.condition, span: only.span };
}

/** Names of the structs that are declared on their own, and of the inline ones that those contain. */
function inUse(structs: ReadonlyMap<string, Struct>): ReadonlySet<string> {
  const used = new Set<string>();
  const visit = (name: string): void => {
    if (used.has(name)) return;
    used.add(name);
    for (const field of structs.get(name)?.fields ?? []) {
      for (const inner of structsIn(field)) visit(inner);
    }
  };
  for (const [name, struct] of structs) if (!struct.inline) visit(name);
  return used;
}

function structsIn(field: Field): string[] {
  const target = field.userPointer?.target;
  return [...structsInType(field.type), ...(target?.kind === 'type' ? structsInType(target.type) : [])];
}

function structsInType(type: Type): string[] {
  switch (type.kind) {
    case 'named':
      return [type.name];
    case 'pointer':
      return type.target === null ? [] : structsInType(type.target);
    case 'array':
    case 'flexible':
      return structsInType(type.element);
    case 'scalar':
      return [];
  }
}
