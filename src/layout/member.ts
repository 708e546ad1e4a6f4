import type { Expression } from '../model/expression.ts';
import type { Field } from '../model/field.ts';
import type { Type } from '../model/type.ts';
import type { Abi } from './abi.ts';

/**
 * The bytes of a struct, union or register block on an abi: plain immutable data, all offsets and sizes in
 * bytes unless they say bits.
 */
export interface Layout {
  readonly name: string;
  readonly kind: 'struct' | 'union' | 'registers';
  /** C's sizeof: a flexible array at the end does not count. Null where the size depends on the contents. */
  readonly size: number | null;
  /** Bytes that are there whatever the contents are; equal to `size` for C structs and unions. */
  readonly minSize: number;
  readonly align: number;
  readonly abi: Abi;
  /**
   * Everything in the order of the schema, with holes where they are. In a struct every bit below `size`
   * belongs to exactly one member, in a union to at least one; only a flexible array may lie over the padding.
   */
  readonly members: readonly Member[];
}

/** One entry of a layout: a field, a bit-field, or bytes that belong to none. */
export type Member = FieldMember | BitsMember | Filler;

interface Named {
  /** Null for an anonymous struct or union, and for a bit-field that only takes up room. */
  readonly name: string | null;
  /** Names from the struct that was laid out; empty for an anonymous member. */
  readonly path: readonly string[];
  readonly align: number;
  readonly type: Type;
  readonly field: Field;
  /** The member is there only where this holds; its place is kept in a C struct. */
  readonly condition: Expression | null;
}

/** A field that starts at a byte. */
export interface FieldMember extends Named {
  readonly kind: 'field';
  /** Null where it depends on the contents, see `at`. */
  readonly offset: number | null;
  /** The offset where it depends on the contents; null together with `offset`: right after the field before. */
  readonly at: Expression | null;
  /**
   * Null where it depends on the contents. A flexible array has 0 in a C struct, as in C, and null in a
   * register block.
   */
  readonly size: number | null;
  /** The layout of the struct, union or block that the type names, or of the elements of such an array. */
  readonly nested: Layout | null;
}

/** A C bit-field. */
export interface BitsMember extends Named {
  readonly kind: 'bits';
  /**
   * The storage unit: that of the declared type, naturally placed, where it lies inside the struct; else (in
   * packed structs, or at their end) only the bytes that the bits touch.
   */
  readonly offset: number;
  readonly size: number;
  /** First bit in the storage unit: from the least significant one if little-endian, else from the most significant one. */
  readonly bitOffset: number;
  readonly bitWidth: number;
}

/** Bits that belong to no field: a hole before a later field, or padding at the end. */
export type Filler = Hole | Padding;

/** Unused room before a later field. */
export interface Hole extends Unused {
  readonly kind: 'hole';
}

/** Unused room at the end. */
export interface Padding extends Unused {
  readonly kind: 'padding';
}

interface Unused {
  /** First byte. */
  readonly offset: number;
  /** Number of bytes; 1 for what is left of a byte after bit-fields. */
  readonly size: number;
  /** Bits of the first byte that come before (they belong to bit-fields), counted as in {@link BitsMember}. */
  readonly bitOffset: number;
  /** Number of bits: 8 per byte unless the filler is the rest of one byte. */
  readonly bitWidth: number;
}

/** How far the value of a bit-field must be shifted right in its storage unit, read in the abi's byte order. */
export function bitShift(member: BitsMember, abi: Abi): number {
  return abi.endian === 'little' ? member.bitOffset : member.size * 8 - member.bitOffset - member.bitWidth;
}
