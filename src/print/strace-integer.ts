import type { World } from '../codec/oracle/world.ts';
import type { Enumeration, FlagSet } from '../model/declaration.ts';
import type { Field } from '../model/field.ts';
import { shortName } from '../model/path.ts';
import type { Type } from '../model/type.ts';
import { enumNames } from './enum-names.ts';
import { hexInteger } from './hex.ts';

/** Writes an integer in the way of strace. */
export type IntegerWriter = (value: bigint) => string;

/** Texts that a writer remembers. */
const rememberedMax = 256;

/**
 * How strace writes the integers of a field: flags and values by name, what has no name as a number with a comment,
 * addresses and 64-bit integers in hex, others in decimal.
 */
export function integerWriter(world: World, field: Field, type: Type): IntegerWriter {
  const { model } = world;
  const flags = field.flags === undefined ? undefined : model.flags.get(field.flags.name);
  if (flags !== undefined) return remembering((value) => flagsText(flags, value));
  const set = field.enumeration === undefined ? undefined : model.enums.get(field.enumeration.name);
  if (set !== undefined) return enumWriter(world, set);
  const width = field.bitWidth ?? 8 * (world.sizeOf(type) ?? 8);
  if (field.format === 'signed') return (value) => String(BigInt.asIntN(width, value));
  const pointer = field.userPointer !== undefined || type.kind === 'pointer';
  if (pointer) return (value) => (value === 0n ? 'NULL' : hexInteger(value));
  const hex = field.format === 'hex' || (width > 32 && field.format !== 'decimal');
  return (value) => (value === 0n || !hex ? String(value) : hexInteger(value));
}

/** How strace writes the values of an enum; names that tags of variants have count too. */
export function enumWriter(world: World, set: Enumeration): IntegerWriter {
  const names = enumNames(world, set);
  return remembering((value) => names.get(value) ?? `${hexInteger(value)} /* ${set.prefix}??? */`);
}

function flagsText(set: FlagSet, value: bigint): string {
  if (value === 0n) return '0';
  const names: string[] = [];
  let rest = value;
  for (const flag of set.values) {
    if (flag.role !== 'member' || flag.value === 0n || (rest & flag.value) !== flag.value) continue;
    names.push(shortName(flag.name, set.prefix));
    rest &= ~flag.value;
  }
  if (names.length === 0) return `${hexInteger(rest)} /* ${set.prefix}??? */`;
  if (rest !== 0n) names.push(hexInteger(rest));
  return names.join('|');
}

function remembering(write: IntegerWriter): IntegerWriter {
  const known = new Map<bigint, string>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const text = write(value);
    if (known.size < rememberedMax) known.set(value, text);
    return text;
  };
}
