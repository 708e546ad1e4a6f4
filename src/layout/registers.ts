import type { Struct } from '../model/declaration.ts';
import type { Expression } from '../model/expression.ts';
import type { Field } from '../model/field.ts';
import { type Extent, extentOf, type LayoutContext } from './extent.ts';
import { fill } from './filler.ts';
import type { FieldMember, Filler, Layout, Member } from './member.ts';

/** A gap between two registers: bytes from `start` up to, not including, `end`. */
interface Gap {
  readonly start: number;
  readonly end: number;
}

/**
 * Lays out a block of registers: no alignment; each field at its `at`, else right after the field before.
 *
 * Fields with conditions may lie over each other; that their conditions exclude each other is not checked
 * here. Where the block has no `size` it ends with its last field, conditional ones included.
 */
export function layOutRegisters(struct: Struct, context: LayoutContext): Layout {
  const names = new Set(struct.fields.flatMap((field) => field.name ?? []));
  const placed: Placed[] = [];
  let next: number | null = 0;
  for (const field of struct.fields) {
    const member = place(field, next, names, context);
    placed.push(member);
    next = member.offset === null || member.size === null ? null : member.offset + member.size;
  }
  const { size, minSize } = sizeOf(struct, placed, names, context);
  const gaps = gapsBetween(placed);
  const members: Member[] = [];
  for (const { minSize: _, ...member } of placed) {
    while (gaps[0] !== undefined && member.offset !== null && gaps[0].end <= member.offset) {
      members.push(...fillBytes('hole', gaps[0]));
      gaps.shift();
    }
    members.push(member);
  }
  members.push(...tailOf(placed, size));
  return { name: struct.name, kind: struct.kind, size, minSize, align: 1, abi: context.abi, members };
}

interface Placed extends FieldMember {
  /** Bytes of the field that are there whatever the contents. */
  readonly minSize: number;
}

function place(
  field: Field,
  next: number | null,
  names: ReadonlySet<string>,
  context: LayoutContext,
): Placed {
  const extent = extentOf(field.type, context);
  const at = field.at === undefined ? undefined : context.constant(field.at, names);
  return {
    kind: 'field',
    name: field.name,
    path: field.name === null ? [] : [field.name],
    offset: field.at === undefined ? next : at === undefined ? null : Number(at),
    at: field.at !== undefined && at === undefined ? field.at : null,
    size: sizeOfField(field, extent, names, context),
    minSize: extent.minSize,
    align: 1,
    type: field.type,
    field,
    condition: field.condition ?? null,
    nested: extent.nested,
  };
}

/** Size of a field; that of a flexible array is known where its count is constant. */
function sizeOfField(
  field: Field,
  extent: Extent,
  names: ReadonlySet<string>,
  context: LayoutContext,
): number | null {
  if (extent.nested !== null && hasTail(extent.nested)) return null;
  if (field.type.kind !== 'flexible' || field.count === undefined) return extent.size;
  const count = context.constant(field.count, names);
  const element = extentOf(field.type.element, context).size;
  return count === undefined || element === null ? null : Number(count) * element;
}

function sizeOf(
  struct: Struct,
  placed: readonly Placed[],
  names: ReadonlySet<string>,
  context: LayoutContext,
): { size: number | null; minSize: number } {
  const minSize = endOf(placed.filter((member) => member.condition === null));
  if (struct.size !== undefined) {
    const size = constantSize(struct.size, names, context);
    return { size, minSize: size ?? minSize };
  }
  const last = placed.at(-1);
  const dynamic = placed.some(
    (member) => member.offset === null || (member.size === null && !(member === last && isFlexible(member))),
  );
  return { size: dynamic ? null : endOf(placed), minSize };
}

function constantSize(size: Expression, names: ReadonlySet<string>, context: LayoutContext): number | null {
  const value = context.constant(size, names);
  return value === undefined ? null : Number(value);
}

/** True for a flexible array, or a struct that ends in one: its size counts without that tail. */
function isFlexible(member: FieldMember): boolean {
  return member.type.kind === 'flexible' || (member.nested !== null && hasTail(member.nested));
}

function hasTail(layout: Layout): boolean {
  const last = layout.members.findLast((member) => member.kind === 'field');
  return last !== undefined && isFlexible(last);
}

/** One past the last byte that the fields at known offsets surely take. */
function endOf(placed: readonly Placed[]): number {
  return placed.reduce((end, member) => {
    return member.offset === null ? end : Math.max(end, member.offset + (member.size ?? member.minSize));
  }, 0);
}

/** Gaps between the fields at known offsets, ascending. */
function gapsBetween(placed: readonly Placed[]): Gap[] {
  const gaps: Gap[] = [];
  let end = 0;
  const fixed = placed.flatMap((member) => {
    return member.offset === null ? [] : [{ start: member.offset, size: member.size ?? member.minSize }];
  });
  for (const { start, size } of fixed.sort((left, right) => left.start - right.start)) {
    if (start > end) gaps.push({ start: end, end: start });
    end = Math.max(end, start + size);
  }
  return gaps;
}

/** Padding up to the size, where nothing with an unknown place can lie in it. */
function tailOf(placed: readonly Placed[], size: number | null): Filler[] {
  const known = placed.every((member) => member.offset !== null && member.size !== null);
  const end = endOf(placed);
  return size === null || !known || size <= end ? [] : fillBytes('padding', { start: end, end: size });
}

function fillBytes(kind: Filler['kind'], gap: Gap): Filler[] {
  return fill(kind, gap.start * 8, gap.end * 8);
}
