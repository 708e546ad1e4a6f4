import { readUnit, writeUnit } from '../codec/runtime/bytes.ts';
import type { Abi } from '../layout/abi.ts';
import { type BitsMember, bitShift, type FieldMember, type Layout } from '../layout/member.ts';
import type { Model } from '../model/model.ts';
import type { PathTarget } from '../model/path.ts';
import { scalars } from '../model/type.ts';

/** An integer at a fixed place: some or all bits of a few bytes. */
export interface Place {
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes of the integer that holds the bits, 1 to 8. */
  readonly bytes: number;
  readonly littleEndian: boolean;
  /** Lowest bit, counted from the least significant one. */
  readonly shift: number;
  /** Number of bits. */
  readonly width: number;
  /** The bits' mask, shifted down; only for up to 31 bits, else 0. */
  readonly mask: number;
}

/** Makes a place of all bits of an integer. */
export function wholePlace(offset: number, bytes: number, littleEndian: boolean): Place {
  return bitPlace({ offset, bytes, littleEndian }, 0, bytes * 8);
}

function bitPlace(
  unit: Pick<Place, 'offset' | 'bytes' | 'littleEndian'>,
  shift: number,
  width: number,
): Place {
  return { ...unit, shift, width, mask: width < 32 ? 2 ** width - 1 : 0 };
}

/** Bytes from the start of the struct up to the end of the integer. */
export function placeEnd(place: Place): number {
  return place.offset + place.bytes;
}

/**
 * Where a field stands, or the bits of it; undefined where that depends on the contents or it is no integer.
 *
 * @param target a path that was resolved in the struct of the layout
 */
export function placeOf(model: Model, layout: Layout, target: PathTarget, abi: Abi): Place | undefined {
  if (target.kind !== 'field') return undefined;
  let inside: Layout | null = layout;
  let base = 0;
  let order = nativeOrder(model, layout.name, abi.endian, abi);
  let last: FieldMember | BitsMember | undefined;
  for (const { struct, field } of target.steps) {
    const member: FieldMember | BitsMember | undefined = inside?.members.find(
      (one): one is FieldMember | BitsMember => 'field' in one && one.field === field,
    );
    if (member === undefined || member.offset === null) return undefined;
    order = nativeOrder(model, struct, order, abi);
    base += member.offset;
    inside = member.kind === 'field' ? member.nested : null;
    last = member;
  }
  const unit = last === undefined ? undefined : unitOf(last, base, order, abi);
  if (unit === undefined || target.bits === undefined) return unit;
  return bitPlace(unit, target.bits.low, target.bits.high - target.bits.low + 1);
}

function unitOf(
  member: FieldMember | BitsMember,
  offset: number,
  order: Abi['endian'],
  abi: Abi,
): Place | undefined {
  if (member.kind === 'bits') {
    const unit = { offset, bytes: member.size, littleEndian: abi.endian === 'little' };
    return bitPlace(unit, bitShift(member, abi), member.bitWidth);
  }
  if (member.type.kind !== 'scalar' || member.size === null) return undefined;
  const own = scalars[member.type.name].order;
  return wholePlace(offset, member.size, (own === 'native' ? order : own) === 'little');
}

/** Registers are little-endian, structs in place have the order of what is around them. */
function nativeOrder(model: Model, struct: string, around: Abi['endian'], abi: Abi): Abi['endian'] {
  const declared = model.structs.get(struct);
  if (declared?.inline) return around;
  return declared?.kind === 'registers' ? 'little' : abi.endian;
}

/** Reads the bits at a place; the bytes must be there. Integers beyond 2^53 lose their low bits. */
export function readPlace(view: DataView, start: number, place: Place): number {
  const at = start + place.offset;
  let unit: number;
  switch (place.bytes) {
    case 1:
      unit = view.getUint8(at);
      break;
    case 2:
      unit = view.getUint16(at, place.littleEndian);
      break;
    case 4:
      unit = view.getUint32(at, place.littleEndian);
      break;
    default:
      return Number(readWidePlace(view, start, place));
  }
  return place.width === 32 ? unit : (unit >>> place.shift) & place.mask;
}

/** The bits at a place of an integer of up to 32 bits that was read as a whole. */
export function placePart(integer: number, place: Place): number {
  return place.width === 32 ? integer : (integer >>> place.shift) & place.mask;
}

/** Reads the bits at a place, exactly however wide. */
export function readWidePlace(view: DataView, start: number, place: Place): bigint {
  const unit = readUnit(view, start + place.offset, place.bytes, place.littleEndian);
  return (unit >> BigInt(place.shift)) & onesOf(place.width);
}

/** Writes the bits at a place and leaves the others of the same bytes as they are. */
export function writePlace(view: DataView, start: number, place: Place, value: bigint): void {
  const at = start + place.offset;
  const mask = onesOf(place.width) << BigInt(place.shift);
  const unit = readUnit(view, at, place.bytes, place.littleEndian);
  const bits = (value << BigInt(place.shift)) & mask;
  writeUnit(view, at, place.bytes, (unit & ~mask) | bits, place.littleEndian);
}

/** An integer with so many bits set. */
export function onesOf(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}
