import type { Abi } from '../layout/abi.ts';
import { type BitsMember, bitShift, type FieldMember, type Layout } from '../layout/member.ts';
import type { BitField } from '../model/bits.ts';
import type { Struct } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import { enclosing, type PathTarget } from '../model/path.ts';
import { scalars, type Type } from '../model/type.ts';

/** The end of an integer that comes first in memory. */
export type ByteOrder = Abi['endian'];

/** How a whole integer stands in memory. */
export interface IntegerFormat {
  /** Bytes, 1 to 8. */
  readonly bytes: number;
  readonly littleEndian: boolean;
  /** Two's complement. */
  readonly signed: boolean;
}

/** An integer in the bytes of a struct: all bits of a few bytes, or a range of them. */
export interface Place extends IntegerFormat {
  /** Dotted path from the struct that is read: `check_map.iova`. */
  readonly path: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Lowest bit, counted from the least significant one. */
  readonly shift: number;
  /** Number of bits. */
  readonly width: number;
}

/**
 * The byte order of integers in a struct whose type has no order of its own: registers are little-endian on every
 * machine; a struct in place has the order of the struct around it; a struct that is declared on its own has the
 * machine's, also inside a register block.
 *
 * @param around order in the struct around; the machine's for the outermost
 */
export function orderInside(struct: Pick<Struct, 'inline' | 'kind'>, around: ByteOrder, abi: Abi): ByteOrder {
  if (struct.inline) return around;
  return struct.kind === 'registers' ? 'little' : abi.endian;
}

/** The byte order of integers in a struct of a model, see {@link orderInside}. */
export function orderIn(model: Model, struct: string, abi: Abi): ByteOrder {
  const declared = model.structs.get(struct);
  const around = declared?.inline ? enclosing(model, struct) : undefined;
  if (around !== undefined) return orderIn(model, around, abi);
  return declared === undefined ? abi.endian : orderInside(declared, abi.endian, abi);
}

/**
 * How the integer of a type stands in memory; undefined for a type that is not an integer.
 *
 * @param order byte order of types that have none of their own
 */
export function integerFormat(type: Type, order: ByteOrder, abi: Abi): IntegerFormat | undefined {
  if (type.kind === 'pointer') {
    return { bytes: abi.pointerBytes, signed: false, littleEndian: order === 'little' };
  }
  if (type.kind !== 'scalar') return undefined;
  const { bytes, signed, order: own } = scalars[type.name];
  return { bytes, signed, littleEndian: (own === 'native' ? order : own) === 'little' };
}

/** Where a member stands, and the byte order around it. */
export interface MemberAt {
  readonly path: string;
  /** Bytes from the start of the struct that is read. */
  readonly offset: number;
  readonly order: ByteOrder;
}

/** The place of a member that holds an integer; undefined for a member that holds something else. */
export function placeOfMember(
  member: FieldMember | BitsMember,
  { path, offset, order }: MemberAt,
  abi: Abi,
): Place | undefined {
  if (member.kind === 'bits') return { path, offset, ...bitsFormat(member, abi) };
  const format = integerFormat(member.type, order, abi);
  return format && { path, offset, ...format, shift: 0, width: format.bytes * 8 };
}

/** How a C bit-field stands in its storage unit: C hands out bits from the machine's end. */
export function bitsFormat(member: BitsMember, abi: Abi): Omit<Place, 'path' | 'offset'> {
  const { type, size } = member;
  return {
    bytes: size,
    littleEndian: abi.endian === 'little',
    signed: type.kind === 'scalar' && scalars[type.name].signed,
    shift: bitShift(member, abi),
    width: member.bitWidth,
  };
}

/** The place of some bits of an integer. */
export function placeOfBits(
  whole: Place,
  { name, low, high }: Pick<BitField, 'name' | 'low' | 'high'>,
): Place {
  return {
    ...whole,
    path: `${whole.path}.${name}`,
    signed: false,
    shift: whole.shift + low,
    width: high - low + 1,
  };
}

/** The same bits without a sign. */
export function unsignedPlace(place: Place): Place {
  return { ...place, signed: false };
}

/** A place of all bits of an unsigned integer. */
export function wholePlace(
  unit: Pick<Place, 'offset' | 'bytes' | 'littleEndian'> & { readonly path?: string },
): Place {
  const { path = '', offset, bytes, littleEndian } = unit;
  return { path, offset, bytes, littleEndian, signed: false, shift: 0, width: bytes * 8 };
}

/**
 * Where a field stands, or the bits of it; undefined if that depends on the contents, or the field is not an integer.
 *
 * @param target a path that was resolved in the struct of the layout
 */
export function placeOfTarget(model: Model, layout: Layout, target: PathTarget, abi: Abi): Place | undefined {
  if (target.kind !== 'field') return undefined;
  let inside: Layout | null = layout;
  let at: MemberAt = { path: '', offset: 0, order: abi.endian };
  let last: FieldMember | BitsMember | undefined;
  for (const { struct, field } of target.steps) {
    const member = memberOfField(inside, field);
    const declared = model.structs.get(struct);
    if (member === undefined || member.offset === null || declared === undefined) return undefined;
    at = {
      path: joinPath(at.path, member.name),
      offset: at.offset + member.offset,
      order: orderInside(declared, at.order, abi),
    };
    inside = member.kind === 'field' ? member.nested : null;
    last = member;
  }
  const whole = last && placeOfMember(last, at, abi);
  return whole === undefined || target.bits === undefined ? whole : placeOfBits(whole, target.bits);
}

/** The member of a layout that a field was laid out as. */
export function memberOfField(
  layout: Layout | null,
  field: FieldMember['field'],
): FieldMember | BitsMember | undefined {
  return layout?.members.find(
    (one): one is FieldMember | BitsMember =>
      'field' in one && (one.field === field || (field.name !== null && one.name === field.name)),
  );
}

function joinPath(around: string, name: string | null): string {
  if (name === null) return around;
  return around === '' ? name : `${around}.${name}`;
}

/** The first byte behind a place, from the start of the struct. */
export function placeEnd({ offset, bytes }: Pick<Place, 'offset' | 'bytes'>): number {
  return offset + bytes;
}

/** An integer with its lowest bits set. */
export function onesOf(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/** Smallest and largest value that a place can hold. */
export function rangeOfPlace({ signed, width }: Place): { readonly first: bigint; readonly last: bigint } {
  const all = 1n << BigInt(width);
  return signed ? { first: -(all >> 1n), last: (all >> 1n) - 1n } : { first: 0n, last: all - 1n };
}
