import type { Struct } from '../model/declaration.ts';
import type { Field } from '../model/field.ts';
import { extentOf, type LayoutContext } from './extent.ts';
import { fill, roundUp } from './filler.ts';
import type { BitsMember, FieldMember, Layout, Member } from './member.ts';

/** A member with the bits that it takes, counted from the start of the struct. */
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly field: Field;
  /** Size and alignment of the declared type in bytes. */
  readonly typeSize: number;
  readonly typeAlign: number;
  readonly align: number;
  readonly nested: Layout | null;
}

/**
 * Lays out a C struct or union by the rules of GCC (the System V psABIs; bit-fields as with
 * PCC_BITFIELD_TYPE_MATTERS, gcc/stor-layout.c place_field).
 */
export function layOutC(struct: Struct, context: LayoutContext): Layout {
  const union = struct.kind === 'union';
  const placed: Placed[] = [];
  let end = 0;
  let align = struct.aligned ?? 1;
  for (const field of struct.fields) {
    const start = union ? 0 : end;
    if (field.bitWidth === 0) {
      if (!union) end = afterZeroWidth(field, start, context);
      continue;
    }
    const member = place(field, start, struct.packed, context);
    placed.push(member);
    end = Math.max(end, member.end);
    // An unnamed bit-field moves what follows but does not align the struct.
    if (field.bitWidth === undefined || field.name !== null) align = Math.max(align, member.align);
  }
  const size = roundUp(Math.ceil(end / 8), align);
  const members: Member[] = [];
  let covered = 0;
  for (const member of placed) {
    if (!union) members.push(...fill('hole', covered, member.start));
    members.push(asMember(member, size, struct.packed));
    covered = Math.max(covered, member.end);
  }
  // A zero-width bit-field at the end leaves a gap too, which is padding like the rest.
  members.push(...fill('padding', covered, size * 8));
  return { name: struct.name, kind: struct.kind, size, minSize: size, align, abi: context.abi, members };
}

function place(field: Field, start: number, packed: boolean, context: LayoutContext): Placed {
  const extent = extentOf(field.type, context);
  const align = Math.max(packed ? 1 : extent.align, field.aligned ?? 1);
  const typeSize = extent.size ?? extent.minSize;
  const common = { field, typeSize, typeAlign: extent.align, align, nested: extent.nested };
  if (field.bitWidth === undefined) {
    const at = roundUp(start, align * 8);
    return { ...common, start: at, end: at + typeSize * 8 };
  }
  const alone = standsAlone(field, start, packed, typeSize)
    ? { ...common, align: Math.max(align, typeSize) }
    : common;
  let at = field.aligned === undefined ? start : roundUp(start, field.aligned * 8);
  const unit = extent.align * 8;
  // A bit-field lies within as many units of its type's alignment as the type itself has.
  const units = Math.ceil(((at % unit) + field.bitWidth) / unit);
  if (!packed && units > (typeSize * 8) / unit) at = roundUp(at, unit);
  return { ...alone, start: at, end: at + field.bitWidth };
}

/**
 * Whether gcc takes a bit-field for an ordinary integer: it is as wide as its type, at a multiple of that, and has an
 * alignment of its own. The struct is then aligned as the machine's integer is, which matters for 64 bits on i386
 * (gcc/stor-layout.c layout_decl, update_alignment_for_field).
 */
function standsAlone(field: Field, start: number, packed: boolean, typeSize: number): boolean {
  if (packed || field.aligned === undefined || field.name === null) return false;
  return field.bitWidth === typeSize * 8 && start % (typeSize * 8) === 0;
}

/** A bit-field of width 0 closes the unit of its type, in packed structs too; it does not align the struct. */
function afterZeroWidth(field: Field, start: number, context: LayoutContext): number {
  const align = Math.max(extentOf(field.type, context).align, field.aligned ?? 1);
  return roundUp(start, align * 8);
}

function asMember(placed: Placed, structSize: number, packed: boolean): FieldMember | BitsMember {
  const { field, align, start, end } = placed;
  const common = {
    name: field.name,
    path: field.name === null ? [] : [field.name],
    align,
    type: field.type,
    field,
    condition: field.condition ?? null,
  };
  if (field.bitWidth === undefined) {
    const size = placed.end - placed.start;
    return { kind: 'field', ...common, offset: start / 8, at: null, size: size / 8, nested: placed.nested };
  }
  let offset = Math.floor(start / (placed.typeAlign * 8)) * placed.typeAlign;
  let size = placed.typeSize;
  if (packed || offset + size > structSize) {
    offset = Math.floor(start / 8);
    size = Math.ceil(end / 8) - offset;
  }
  return { kind: 'bits', ...common, offset, size, bitOffset: start - offset * 8, bitWidth: field.bitWidth };
}
