import type { FlagSet } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import { shortName } from '../model/path.ts';
import { hexInteger } from './hex.ts';

/** The flags that are set, joined by `|`, and bits without a name as a number; empty where none is set. */
export function flagNames(model: Model, setName: string, value: bigint): string {
  const set = model.flags.get(setName);
  return set === undefined ? '' : namesIn(set, value);
}

function namesIn(set: FlagSet, value: bigint): string {
  const names: string[] = [];
  let rest = value;
  for (const flag of set.values) {
    if (flag.role !== 'member' || flag.value === 0n || (rest & flag.value) !== flag.value) continue;
    names.push(shortName(flag.name, set.prefix));
    rest &= ~flag.value;
  }
  if (rest !== 0n) names.push(`${hexInteger(rest)} (unknown)`);
  return names.join('|');
}

/** The name of a value of an enum; `unknown` where it has none. */
export function enumName(model: Model, setName: string, value: bigint): string {
  const set = model.enums.get(setName);
  const found = set?.values.find((one) => one.value === value && one.role === 'member');
  return set === undefined ? '' : found === undefined ? 'unknown' : shortName(found.name, set.prefix);
}
