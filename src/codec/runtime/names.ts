import { EncodeError } from './errors.ts';
import type { Members } from './members.ts';

/** Names and values of a flag set or enum; single bits and values stand before aliases of them. */
export interface ValueSet<Value extends number | bigint = number | bigint> {
  readonly [name: string]: Value;
}

/** Names of the flags that are set in a value, lowest first, and what is left over. */
export interface FlagNames {
  readonly names: readonly string[];
  /** Bits without a name; 0 where all have one. */
  readonly rest: bigint;
}

/** Takes a value of a flag set apart. */
export function flagNames(set: ValueSet, value: number | bigint): FlagNames {
  const names: string[] = [];
  let rest = BigInt(value);
  for (const [name, bits] of Object.entries(set)) {
    const mask = BigInt(bits);
    if (mask === 0n || (rest & mask) !== mask) continue;
    names.push(name);
    rest &= ~mask;
  }
  return { names, rest };
}

/** The value of some flags together, or undefined where one is not in the set. */
export function flagsOf<Value extends number | bigint>(
  set: ValueSet<Value>,
  names: Iterable<string>,
): Value | undefined {
  let sum = 0n;
  let wide = Object.values(set).some((value) => typeof value === 'bigint');
  for (const name of names) {
    const value = enumValue(set, name);
    if (value === undefined) return undefined;
    wide ||= typeof value === 'bigint';
    sum |= BigInt(value);
  }
  return (wide ? sum : Number(sum)) as Value;
}

/** The name of a value of an enum; undefined where it has none. */
export function enumName(set: ValueSet, value: number | bigint): string | undefined {
  return Object.entries(set).find(([, each]) => BigInt(each) === BigInt(value))?.[0];
}

/** The value of a name of a flag set or enum; undefined where it has none. */
export function enumValue<Value extends number | bigint>(
  set: ValueSet<Value>,
  name: string,
): Value | undefined {
  return Object.hasOwn(set, name) ? set[name] : undefined;
}

/**
 * Throws for the first property of a value that is no member of the struct.
 *
 * @param where the struct's name
 * @param offset byte offset of the struct, for the error
 */
export function checkMembers(where: string, value: unknown, members: Members, offset = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, element] of value.entries()) checkMembers(`${where}[${i}]`, element, members, offset);
    return;
  }
  for (const name of Object.keys(value)) {
    const inner = Object.hasOwn(members, name) ? members[name] : undefined;
    if (inner === undefined) throw unknownMember(where, name, members, offset);
    const member = (value as { readonly [name: string]: unknown })[name];
    if (inner !== null) checkMembers(`${where}.${name}`, member, inner, offset);
  }
}

function unknownMember(where: string, name: string, members: Members, offset: number): EncodeError {
  const near = nearest(name, Object.keys(members));
  const hint =
    near === undefined ? `one of ${Object.keys(members).join(', ')}` : `a known member, perhaps ${near}`;
  return new EncodeError('unknown-member', `${where}.${name}`, offset, hint, name);
}

/** The name with the fewest changed letters, if there are few. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...left].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...right].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
