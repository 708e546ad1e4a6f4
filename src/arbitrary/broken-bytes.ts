import fc from 'fast-check';
import type { ReadMember } from '../codec/oracle/guarded-input.ts';
import { makeOracle, type Oracle } from '../codec/oracle/oracle.ts';
import { type FieldValue, propertyOf, type StructValue } from '../codec/oracle/value.ts';
import { type World, worldOf } from '../codec/oracle/world.ts';
import type { CodecContext } from '../codec/runtime/codec.ts';
import type { Model } from '../model/model.ts';
import { type Fault, faultsOf, type Possible, wrongCount } from './faults.ts';
import { type ArbitraryOptions, wishOf } from './options.ts';
import { steeringOf } from './steering.ts';
import { validValue } from './values.ts';

/** Bytes and what is wrong with them. */
export interface Broken {
  readonly bytes: Uint8Array;
  /** At least one. */
  readonly faults: readonly Fault[];
}

/** Most faults in members of one payload. */
const faultsMax = 3;

/**
 * Payloads of a struct that were good before one to three things in them were broken. A member that decides
 * about the layout (a count, a member of a condition) is broken alone, so that every fault is where it says.
 *
 * @param structName a key of `model.structs`
 */
export function brokenBytes(
  model: Model,
  structName: string,
  options: ArbitraryOptions = {},
): fc.Arbitrary<Broken> {
  const { abi } = wishOf('valid', options);
  const world = worldOf(model, abi);
  const oracle = makeOracle(model, structName, abi);
  const pick = fc.nat(0xffff);
  const choices = fc.tuple(pick, pick);
  return fc
    .tuple(validValue(model, structName, options), fc.array(choices, { minLength: 1, maxLength: faultsMax }))
    .map(([value, picks]) => breakValue(oracle, world, value, { picks, context: options.context ?? {} }))
    .filter((broken) => broken.faults.length > 0);
}

type Picks = readonly (readonly [which: number, how: number])[];

function breakValue(
  oracle: Oracle,
  world: World,
  value: StructValue,
  { picks, context }: { readonly picks: Picks; readonly context: CodecContext },
): Broken {
  const bytes = new Uint8Array(oracle.measure(value, context));
  const view = new DataView(bytes.buffer);
  oracle.encode(value, view, 0, context);
  const decoded = oracle.decode(view, 0, bytes.length, context);
  const members = oracle.locate(view, 0, bytes.length, context);
  const possible = [...memberFaults(members, decoded, world), ...lengthFaults(oracle, members, bytes.length)];
  const [first, ...others] = picks;
  if (first === undefined || possible.length === 0) return { bytes, faults: [] };
  const chosen = possible[first[0] % possible.length];
  if (chosen === undefined) return { bytes, faults: [] };
  let broken = chosen.apply(bytes, first[1]);
  const faults = [chosen.fault];
  for (const [which, how] of chosen.alone ? [] : others) {
    const further = possible[which % possible.length];
    if (further === undefined || further.alone || faults.some((fault) => touches(fault, further.fault)))
      continue;
    broken = further.apply(broken, how);
    faults.push(further.fault);
  }
  return { bytes: broken, faults };
}

/** A fault and how bytes get it. */
interface Way {
  readonly fault: Fault;
  /** Nothing else may be wrong together with it. */
  readonly alone: boolean;
  apply(bytes: Uint8Array, how: number): Uint8Array;
}

function memberFaults(members: readonly ReadMember[], value: StructValue, world: World): readonly Way[] {
  const ways: Way[] = [];
  const add = (possible: Possible, struct: string): void => {
    const { fault, key, spoil } = possible;
    const apply = (bytes: Uint8Array, how: number): Uint8Array => {
      const copy = bytes.slice();
      copy.set(spoil(bytes.slice(fault.offset, fault.offset + fault.size), how), fault.offset);
      return copy;
    };
    ways.push({ fault, alone: steers(world, struct, key) || fault.kind === 'wrong-count', apply });
  };
  for (const read of members) {
    for (const possible of faultsOf(read, valueAt(value, read.path), world)) add(possible, read.struct);
    for (const range of countRanges(read, value, world)) {
      const possible = wrongCount(read, range, world);
      if (possible !== null) add(possible, read.struct);
    }
  }
  return ways;
}

/** What a member counts the elements of an array with, where the array is there: null for all of it. */
function countRanges(
  { member, struct, path }: ReadMember,
  value: StructValue,
  world: World,
): readonly (string | null)[] {
  const cut = path.lastIndexOf('.');
  const around = cut === -1 ? value : valueAt(value, path.slice(0, cut));
  const own = valueAt(value, path);
  return (world.model.structs.get(struct)?.fields ?? []).flatMap(({ name, type, count }) => {
    if (type.kind !== 'flexible' || count?.kind !== 'name' || count.path[0] !== member.name) return [];
    if (propertyOf(around, name ?? '') === undefined) return [];
    const [, range = null] = count.path;
    return range === null || propertyOf(own, range) !== undefined ? [range] : [];
  });
}

/** Whether a member, or a range of its bits, decides about the layout of the struct that it is in. */
function steers(world: World, structName: string, key: string): boolean {
  const root = structName.split('::')[0] ?? structName;
  const struct = world.model.structs.get(root) ?? world.model.structs.get(structName);
  if (struct === undefined) return false;
  const [name = ''] = key.split('.');
  const { all } = steeringOf(world, struct);
  return [...all].some((path) => path === key || path.split('.').includes(name));
}

function lengthFaults(oracle: Oracle, members: readonly ReadMember[], length: number): readonly Way[] {
  const ways: Way[] = [];
  if (oracle.minSize > 0) {
    const apply = (bytes: Uint8Array, how: number): Uint8Array => bytes.slice(0, how % oracle.minSize);
    ways.push({ fault: { kind: 'short', field: '', offset: 0, size: 0 }, alone: true, apply });
  }
  const open = members.some(
    ({ member }) => member.type.kind === 'flexible' && member.field.count === undefined,
  );
  if (open) return ways;
  // A number of bytes that depends on the fault alone, so that it can say how many they are.
  const added = 1 + (length % 8);
  const append = (bytes: Uint8Array, tail: number): Uint8Array =>
    Uint8Array.from([...bytes, ...Array<number>(added).fill(tail)]);
  const fault = { field: '', offset: length, size: added };
  ways.push({ fault: { ...fault, kind: 'long' }, alone: false, apply: (bytes) => append(bytes, 0) });
  ways.push({
    fault: { ...fault, kind: 'dirty-tail' },
    alone: false,
    apply: (bytes, how) => append(bytes, 1 + (how % 255)),
  });
  return ways;
}

function touches(a: Fault, b: Fault): boolean {
  return a.field === b.field || (a.offset < b.offset + b.size && b.offset < a.offset + a.size);
}

/** The member at a path: `areas[1].offset`. */
function valueAt(value: StructValue, path: string): FieldValue | undefined {
  return path
    .split(/\.|\[(\d+)\]/)
    .filter((step) => step !== undefined && step !== '')
    .reduce<FieldValue | undefined>(
      (at, step) => (Array.isArray(at) ? at[Number(step)] : propertyOf(at, step)),
      value,
    );
}
