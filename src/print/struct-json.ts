import type { JsonValue } from '../base/json.ts';
import type { World } from '../codec/oracle/world.ts';
import { type Field, isTextArray } from '../model/field.ts';
import type { Type } from '../model/type.ts';
import { jsonValue } from './json-value.ts';
import { textOfBytes } from './text-json.ts';

/**
 * The decoded value of a struct as JSON: as {@link jsonValue}, with arrays of char as text.
 *
 * @param name a struct of the world's model
 */
export function structJson(world: World, name: string, value: object): JsonValue {
  return jsonValue(withTexts(world, name, value));
}

/**
 * The members of a struct that JSON names; those of anonymous structs belong to the struct around. Of several with one name,
 * only one of which is there, the widest counts.
 */
export function jsonMembers(world: World, name: string): ReadonlyMap<string, Field> {
  const found = new Map<string, Field>();
  for (const field of world.model.structs.get(name)?.fields ?? []) {
    if (field.name !== null) {
      const twin = found.get(field.name);
      if (twin === undefined || bitsOf(world, field) > bitsOf(world, twin)) found.set(field.name, field);
    } else if (field.type.kind === 'named') {
      for (const [inner, member] of jsonMembers(world, field.type.name)) found.set(inner, member);
    }
  }
  return found;
}

function bitsOf(world: World, { bitWidth, type }: Field): number {
  return bitWidth ?? 8 * (world.sizeOf(type) ?? 0);
}

const known = new WeakMap<World, Map<string, readonly Field[]>>();

/** The members that hold text, directly or in a struct of theirs. */
function membersWithText(world: World, name: string): readonly Field[] {
  const ofWorld = known.get(world) ?? new Map<string, readonly Field[]>();
  known.set(world, ofWorld);
  let found = ofWorld.get(name);
  if (found === undefined) {
    found = [...jsonMembers(world, name).values()].filter((field) => holdsText(world, field, field.type));
    ofWorld.set(name, found);
  }
  return found;
}

function holdsText(world: World, field: Field, type: Type): boolean {
  if (type.kind === 'named') return membersWithText(world, type.name).length > 0;
  if (type.kind !== 'array' && type.kind !== 'flexible') return false;
  return isTextArray(field, type.element) || holdsText(world, field, type.element);
}

function withTexts(world: World, name: string, value: object): object {
  const members = membersWithText(world, name);
  if (members.length === 0) return value;
  const changed: Record<string, unknown> = { ...value };
  for (const field of members) {
    const own = field.name ?? '';
    if (Object.hasOwn(changed, own)) changed[own] = withText(world, field, field.type, changed[own]);
  }
  return changed;
}

function withText(world: World, field: Field, type: Type, value: unknown): unknown {
  if (value instanceof Uint8Array) return textOfBytes(value, type.kind === 'array' ? type.length : null);
  if (Array.isArray(value) && (type.kind === 'array' || type.kind === 'flexible')) {
    return value.map((each: unknown) => withText(world, field, type.element, each));
  }
  return type.kind === 'named' && typeof value === 'object' && value !== null
    ? withTexts(world, type.name, value)
    : value;
}
