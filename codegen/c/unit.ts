import type {
  Alias,
  Constant,
  Enumeration,
  FlagSet,
  Ioctl,
  Macro,
  Struct,
} from '../../src/model/declaration.ts';
import type { Model } from '../../src/model/model.ts';
import type { Type } from '../../src/model/type.ts';
import { declaredBy } from '../scope.ts';
import { namesIn } from './expression.ts';
import { registerMacroNames } from './names.ts';

/** A piece of a header that stays together. */
export interface Unit {
  readonly content:
    | { readonly kind: 'constants'; readonly constants: (Constant | Macro | Alias)[] }
    | { readonly kind: 'set'; readonly set: FlagSet | Enumeration }
    | { readonly kind: 'struct'; readonly struct: Struct }
    | { readonly kind: 'ioctls' };
  /** Constants and macros that the schema wants beside it. */
  readonly beside: (Constant | Macro)[];
  /** Ioctls whose argument it is. */
  readonly ioctls: Ioctl[];
  /** Second names for what it declares. */
  readonly aliases: Alias[];
  /** Names that it declares, and names that must be declared before it. */
  readonly provides: string[];
  readonly needs: string[];
}

/**
 * Cuts an interface into the pieces of its header and puts them in order: constants, sets, structs and
 * registers each in the order of the schema, ioctls behind their argument, and before each piece those that
 * it needs.
 */
export function unitsOf(model: Model, owner: string): readonly Unit[] {
  const structs = declaredBy(model.structs, owner)
    .filter((struct) => !struct.inline)
    .map((struct) => structUnit(model, struct));
  const sets = [...declaredBy(model.flags, owner), ...declaredBy(model.enums, owner)]
    .sort((a, b) => a.order - b.order)
    .map(setUnit);
  const constants = constantUnits(model, owner, structs);
  const rest: Unit = unit({ kind: 'ioctls' });
  for (const ioctl of declaredBy(model.ioctls, owner)) {
    const { argument } = ioctl;
    const host =
      argument.kind === 'struct' ? structs.find((each) => each.provides.includes(argument.name)) : undefined;
    (host ?? rest).ioctls.push(ioctl);
    (host ?? rest).provides.push(ioctl.name);
  }
  const units = [...constants, ...sets, ...structs, rest];
  const late: Alias[] = [];
  for (const alias of declaredBy(model.aliases, owner)) {
    const host = units.find((each) => each.provides.includes(alias.target));
    if (host === undefined) late.push(alias);
    else {
      host.aliases.push(alias);
      host.provides.push(alias.name);
    }
  }
  const strangers = late.length === 0 ? [] : [unit({ kind: 'constants', constants: late })];
  return sorted([...strangers, ...units]);
}

function unit(content: Unit['content']): Unit {
  return { content, beside: [], ioctls: [], aliases: [], provides: [], needs: [] };
}

function structUnit(model: Model, struct: Struct): Unit {
  const made = unit({ kind: 'struct', struct });
  made.provides.push(struct.name, ...registerMacroNames(struct));
  if (struct.kind !== 'registers') made.needs.push(...typesNeeded(model, struct));
  return made;
}

/** Structs that stand in the struct itself, and the names in the lengths of its arrays. */
function typesNeeded(model: Model, struct: Struct): readonly string[] {
  const needs = (type: Type): readonly string[] => {
    if (type.kind === 'array') return [...needs(type.element), ...namesIn(type.expression)];
    if (type.kind === 'flexible') return needs(type.element);
    if (type.kind !== 'named') return [];
    const inner = model.structs.get(type.name);
    return inner?.inline ? typesNeeded(model, inner) : [type.name];
  };
  return struct.fields.flatMap((field) => needs(field.type));
}

function setUnit(set: FlagSet | Enumeration): Unit {
  const made = unit({ kind: 'set', set });
  made.provides.push(set.name, ...set.values.map((value) => value.name));
  made.needs.push(
    ...set.values.flatMap(({ expression }) => (expression === null ? [] : namesIn(expression))),
  );
  return made;
}

/** Constants and macros: beside a struct, or in tables of those that follow each other. */
function constantUnits(model: Model, owner: string, structs: readonly Unit[]): readonly Unit[] {
  const all = [...declaredBy(model.constants, owner), ...declaredBy(model.macros, owner)];
  const units: Unit[] = [];
  for (const each of all.sort((a, b) => a.order - b.order)) {
    const block = each.beside?.split('.')[0];
    const host = structs.find(({ content }) => content.kind === 'struct' && content.struct.name === block);
    if (host !== undefined) {
      host.beside.push(each);
      host.provides.push(each.name);
      continue;
    }
    const last = units.at(-1)?.content;
    const group = last?.kind === 'constants' && sameForm(last.constants, each) ? last.constants : [];
    if (group.length === 0) units.push(unit({ kind: 'constants', constants: group }));
    group.push(each);
    units.at(-1)?.provides.push(each.name);
    if (each.kind === 'constant' && each.value.kind === 'integer') {
      units.at(-1)?.needs.push(...namesIn(each.value.expression));
    }
  }
  return units;
}

function sameForm(group: readonly (Constant | Macro | Alias)[], next: Constant | Macro): boolean {
  return group.every((each) => isEnumerator(each) === isEnumerator(next));
}

function isEnumerator(each: Constant | Macro | Alias): boolean {
  return each.kind === 'constant' && each.c === 'anonymous-enum';
}

/** The units in their order, but each after those that it needs. */
function sorted(units: readonly Unit[]): readonly Unit[] {
  const providers = new Map<string, Unit>();
  for (const each of units) for (const name of each.provides) providers.set(name, each);
  const done = new Set<Unit>();
  const result: Unit[] = [];
  const visit = (each: Unit): void => {
    if (done.has(each)) return;
    done.add(each);
    for (const name of each.needs) {
      const provider = providers.get(name);
      if (provider !== undefined) visit(provider);
    }
    result.push(each);
  };
  for (const each of units) visit(each);
  return result;
}
