import { maskOf } from '../codec/oracle/bit-math.ts';
import type { ReadMember } from '../codec/oracle/guarded-input.ts';
import { type FieldValue, isStructValue } from '../codec/oracle/value.ts';
import type { World } from '../codec/oracle/world.ts';
import { integerNamed } from '../layout/named-integer.ts';
import { fold } from '../model/evaluate.ts';
import type { Expression } from '../model/expression.ts';
import type { SetUse } from '../model/set-use.ts';
import { readPlace, writePlace } from '../plan/access.ts';
import {
  orderIn,
  type Place,
  placeOfBits,
  placeOfMember,
  rangeOfPlace,
  unsignedPlace,
} from '../plan/place.ts';

/** What is wrong with bytes. */
export interface Fault {
  /**
   * - `short`: the struct does not fit; `long`: zeros follow it; `dirty-tail`: other bytes follow it
   * - `reserved-set`: a reserved or padding member is not zero
   * - `unknown-flag`, `unknown-value`: a bit or value without a name in the set
   * - `out-of-range`: a value outside of the member's range
   * - `wrong-count`: a count that is not the number of elements
   */
  readonly kind:
    | 'short'
    | 'long'
    | 'dirty-tail'
    | 'reserved-set'
    | 'unknown-flag'
    | 'unknown-value'
    | 'out-of-range'
    | 'wrong-count';
  /** The path of the member, `flags` or `areas[1].offset` or `header.flags.index`; empty for the whole struct. */
  readonly field: string;
  /** First byte of what is wrong. */
  readonly offset: number;
  /** Bytes that the member takes, or that were added at the end; 0 for `short`. */
  readonly size: number;
}

/** A fault that bytes can be given: which integer must be put where. */
export interface Possible {
  readonly fault: Fault;
  /** The member's own name in its struct, with the range of bits: `flags`, `flags.index`. */
  readonly key: string;
  /** The new bytes at the fault's offset; `pick` chooses among the ways to do it. */
  spoil(bytes: Uint8Array, pick: number): Uint8Array;
}

/** The ways in which a member that was read can be made wrong. */
export function faultsOf(read: ReadMember, value: FieldValue | undefined, world: World): readonly Possible[] {
  const { member, path, offset, size } = read;
  const { field } = member;
  const whole = slotOf(read, world);
  const possible: Possible[] = [];
  const add = (
    kind: Fault['kind'],
    name: string,
    slot: Place,
    wrong: (old: bigint, pick: number) => bigint | null,
  ): void => {
    const spoil = (bytes: Uint8Array, pick: number): Uint8Array =>
      replaceBits(bytes, slot, (old) => wrong(old, pick) ?? old);
    // The way that the schema leaves no room for is no way.
    if (wrong(0n, 0) === null) return;
    const own = name === '' ? '' : `.${name}`;
    possible.push({ fault: { kind, field: path + own, offset, size }, key: `${field.name}${own}`, spoil });
  };
  if (whole === null) {
    if (field.reserved !== undefined && value instanceof Uint8Array && size > 0) {
      const spoil = (bytes: Uint8Array, pick: number): Uint8Array =>
        bytes.map((byte, i) => (i === pick % size ? 1 + (pick % 255) : byte));
      possible.push({
        fault: { kind: 'reserved-set', field: path, offset, size },
        key: field.name ?? '',
        spoil,
      });
    }
    return possible;
  }
  if (field.reserved !== undefined) add('reserved-set', '', whole, (_, pick) => nonZero(whole.width, pick));
  if (field.flags !== undefined) add('unknown-flag', '', whole, unknownFlag(field.flags, whole.width, world));
  if (field.enumeration !== undefined)
    add('unknown-value', '', whole, unknownValue(field.enumeration, whole.width, world));
  if (field.range !== undefined) add('out-of-range', '', whole, outside(field.range, whole, world));
  for (const range of field.bits ?? []) {
    if (!isStructValue(value) || !Object.hasOwn(value, range.name)) continue;
    const slot = placeOfBits(whole, range);
    if (range.reserved) add('reserved-set', range.name, slot, (_, pick) => nonZero(slot.width, pick));
    if (range.flags !== undefined)
      add('unknown-flag', range.name, slot, unknownFlag(range.flags, slot.width, world));
    if (range.enumeration !== undefined)
      add('unknown-value', range.name, slot, unknownValue(range.enumeration, slot.width, world));
  }
  return possible;
}

/** The fault of a count: the member, or range of its bits, that counts the elements of an array. */
export function wrongCount(read: ReadMember, range: string | null, world: World): Possible | null {
  const whole = slotOf(read, world);
  if (whole === null) return null;
  const bits = read.member.field.bits?.find(({ name }) => name === range);
  const slot = bits === undefined ? whole : placeOfBits(whole, bits);
  const own = range === null ? '' : `.${range}`;
  return {
    fault: { kind: 'wrong-count', field: read.path + own, offset: read.offset, size: read.size },
    key: `${read.member.field.name}${own}`,
    spoil: (bytes, pick) =>
      replaceBits(
        bytes,
        slot,
        (old) => (old + 1n + (BigInt(pick % 7) % maskOf(slot.width))) & maskOf(slot.width),
      ),
  };
}

/** Where the integer of a member stands in its own bytes; null for members that are not integers. */
function slotOf({ member, struct }: ReadMember, { model, abi }: World): Place | null {
  return placeOfMember(member, { path: '', offset: 0, order: orderIn(model, struct, abi) }, abi) ?? null;
}

function replaceBits(bytes: Uint8Array, place: Place, change: (old: bigint) => bigint): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const unsigned = unsignedPlace(place);
  writePlace(unsigned, view, 0, change(readPlace(unsigned, view, 0)));
  return changed;
}

function nonZero(width: number, pick: number): bigint {
  return (BigInt(pick) % maskOf(width)) + 1n;
}

function unknownFlag(use: SetUse, width: number, world: World): (old: bigint, pick: number) => bigint | null {
  const known = (world.model.flags.get(use.name)?.values ?? []).reduce((sum, { value }) => sum | value, 0n);
  const unknown = Array.from({ length: width }, (_, i) => 1n << BigInt(i)).filter(
    (bit) => (known & bit) === 0n,
  );
  return (old, pick) => (unknown.length === 0 ? null : old | (unknown[pick % unknown.length] ?? 0n));
}

function unknownValue(
  use: SetUse,
  width: number,
  world: World,
): (old: bigint, pick: number) => bigint | null {
  const known = new Set(
    (world.model.enums.get(use.name)?.values ?? []).map(({ value }) => BigInt.asUintN(width, value)),
  );
  const most = maskOf(width);
  const unknown = [0n, 1n, most, most >> 1n, ...[...known].map((value) => value + 1n)].filter(
    (value) => value <= most && !known.has(value),
  );
  return (_, pick) => (unknown.length === 0 ? null : (unknown[pick % unknown.length] ?? null));
}

function outside(
  range: { readonly first: Expression; readonly last: Expression },
  whole: Place,
  world: World,
): (old: bigint, pick: number) => bigint | null {
  const lookup = (path: readonly string[]): bigint | undefined =>
    integerNamed(world.model, path.join('.'), world.abi);
  const [first, last] = [fold(range.first, { lookup }), fold(range.last, { lookup })];
  if (first === undefined || last === undefined) return () => null;
  const bounds = rangeOfPlace(whole);
  const wrong = [last + 1n, first - 1n, bounds.last, bounds.first].filter((value) => {
    return value >= bounds.first && value <= bounds.last && (value < first || value > last);
  });
  return (_, pick) => (wrong.length === 0 ? null : (wrong[pick % wrong.length] ?? null));
}
