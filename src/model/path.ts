import type { BitField } from './bits.ts';
import type { SetValue } from './declaration.ts';
import type { Field } from './field.ts';
import type { Model } from './model.ts';

/** What a dotted path of an expression means, seen from a struct. */
export type PathTarget =
  /** A field, reached through `steps` (the last one holds the value); perhaps some of its bits, or one flag of its set. */
  | {
      readonly kind: 'field';
      readonly steps: readonly PathStep[];
      readonly bits?: BitField;
      readonly flag?: SetValue;
    }
  /** A named integer. */
  | { readonly kind: 'constant'; readonly value: bigint }
  /** A field of whatever struct holds the chain (`outer.`). */
  | { readonly kind: 'outer'; readonly path: readonly string[] }
  /** Another element of the same chains (`peer.block`), or a value in it. */
  | { readonly kind: 'peer'; readonly struct: string; readonly target: PathTarget | null }
  /** Something that only the caller knows (`env.name`). */
  | { readonly kind: 'environment'; readonly name: string };

/** One field on the way from a struct to a value. */
export interface PathStep {
  /** The struct that has the field. */
  readonly struct: string;
  readonly field: Field;
}

/** Names that every schema knows. */
export const builtins: ReadonlyMap<string, bigint> = new Map([
  ['U8_MAX', 0xffn],
  ['U16_MAX', 0xffffn],
  ['U32_MAX', 0xffff_ffffn],
  ['U64_MAX', 0xffff_ffff_ffff_ffffn],
  ['S8_MAX', 0x7fn],
  ['S16_MAX', 0x7fffn],
  ['S32_MAX', 0x7fff_ffffn],
  ['S64_MAX', 0x7fff_ffff_ffff_ffffn],
  ['PAGE_SIZE', 4096n],
]);

/** The part of a Model that paths are looked up in. */
export type PathModel = Pick<Model, 'structs' | 'flags' | 'enums'>;

/**
 * Finds what a path means inside a struct: a field of it or of the structs around it, else a constant.
 * `constant` gives the value of a named integer. Undefined when nothing has that name.
 */
export function resolvePath(
  model: PathModel,
  structName: string,
  path: readonly string[],
  constant: (name: string) => bigint | undefined,
): PathTarget | undefined {
  const [root, ...rest] = path;
  if (root === undefined) return undefined;
  if (root === 'env' && rest.length === 1) return { kind: 'environment', name: rest[0] ?? '' };
  if (root === 'outer' && rest.length > 0) return { kind: 'outer', path: rest };
  if (root === 'peer' && rest.length > 0) return resolvePeer(model, rest, constant);
  for (let name: string | undefined = structName; name !== undefined; name = enclosing(model, name)) {
    const target = resolveField(model, name, path);
    if (target !== undefined) return target;
  }
  const value = rest.length === 0 ? constant(root) : undefined;
  return value === undefined ? undefined : { kind: 'constant', value };
}

function resolvePeer(
  model: PathModel,
  [block, ...rest]: readonly string[],
  constant: (name: string) => bigint | undefined,
): PathTarget | undefined {
  if (block === undefined || !model.structs.has(block)) return undefined;
  if (rest.length === 0) return { kind: 'peer', struct: block, target: null };
  const target = resolvePath(model, block, rest, constant);
  return target?.kind === 'field' ? { kind: 'peer', struct: block, target } : undefined;
}

/** The struct around an inline one; undefined for one that stands on its own. */
export function enclosing(model: PathModel, name: string): string | undefined {
  const cut = name.lastIndexOf('::');
  if (cut !== -1) return name.slice(0, cut);
  if (!model.structs.get(name)?.inline) return undefined;
  // One with a C tag has the tag as its name: the struct around it is the one that has it as a member.
  for (const outer of model.structs.values()) {
    if (outer.fields.some(({ type }) => type.kind === 'named' && type.name === name)) return outer.name;
  }
  return undefined;
}

/** The way to a member of a struct, through anonymous members too. */
export function findField(
  model: PathModel,
  structName: string,
  name: string,
): readonly PathStep[] | undefined {
  const struct = model.structs.get(structName);
  for (const field of struct?.fields ?? []) {
    const step: PathStep = { struct: structName, field };
    if (field.name === name) return [step];
    if (field.name !== null || field.type.kind !== 'named') continue;
    const inner = findField(model, field.type.name, name);
    if (inner !== undefined) return [step, ...inner];
  }
  return undefined;
}

function resolveField(model: PathModel, structName: string, path: readonly string[]): PathTarget | undefined {
  const [first, ...rest] = path;
  const steps = first === undefined ? undefined : findField(model, structName, first);
  const field = steps?.[steps.length - 1]?.field;
  if (steps === undefined || field === undefined) return undefined;
  const [second, ...deeper] = rest;
  if (second === undefined) return { kind: 'field', steps };
  if (field.bits !== undefined) {
    const found = resolveBits(model, field.bits, rest);
    return found && { kind: 'field', steps, ...found };
  }
  if (field.flags !== undefined && deeper.length === 0) {
    const flag = findFlag(model, field.flags.name, second);
    return flag && { kind: 'field', steps, flag };
  }
  if (field.type.kind !== 'named') return undefined;
  const inner = resolveField(model, field.type.name, rest);
  return inner?.kind === 'field' ? { ...inner, steps: [...steps, ...inner.steps] } : undefined;
}

function resolveBits(
  model: PathModel,
  all: readonly BitField[],
  [name, ...rest]: readonly string[],
): { bits: BitField; flag?: SetValue } | undefined {
  if (name === undefined) return undefined;
  for (const bits of all) {
    if (bits.name === name) {
      if (rest.length === 0) return { bits };
      const flag =
        bits.flags && rest.length === 1 ? findFlag(model, bits.flags.name, rest[0] ?? '') : undefined;
      return flag ? { bits, flag } : resolveBits(model, bits.bits, rest);
    }
  }
  for (const bits of all) {
    const inner = resolveBits(model, bits.bits, [name, ...rest]);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** A flag by its full name, or by its short one (without the prefix, in lower case). */
function findFlag(model: PathModel, setName: string, name: string): SetValue | undefined {
  const flags = model.flags.get(setName);
  return flags?.values.find(
    (value) => value.name === name || shortName(value.name, flags.prefix).toLowerCase() === name,
  );
}

/** A flag's or value's name without the prefix of its set. */
export function shortName(name: string, prefix: string): string {
  const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return /^[A-Za-z_]/.test(short) ? short : name;
}
