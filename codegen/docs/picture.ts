import type { BitsMember, FieldMember, Layout } from '../../src/layout/member.ts';
import type { BitField } from '../../src/model/bits.ts';
import { type Box, drawDiagram } from './diagram.ts';

const bytesPerRow = 8;
const bitsPerRow = 16;

/** The bytes of a struct, eight in a row; offsets on the left. */
export function structPicture(layout: Layout): readonly string[] {
  const boxes = withoutOverlap(piecesOf(layout, 0, ''));
  if (boxes.length === 0) return [];
  return drawDiagram(boxes, {
    columns: bytesPerRow,
    slotWidth: 8,
    columnLabel: (column) => ` ${column}`,
    rowLabel: (row) => String(row * bytesPerRow),
  });
}

/** A box that may share its bytes with others before they are put together. */
interface Piece extends Box {
  readonly isBitField: boolean;
}

/** Members as boxes of bytes: structs declared in place are taken apart, a union is one box. */
function piecesOf(layout: Layout, base: number, prefix: string): Piece[] {
  if (layout.kind === 'union') return [piece(unionLabel(layout, prefix), base, layout.minSize)];
  const end = layout.members.find(
    (member) => member.kind === 'field' && member.type.kind === 'flexible',
  )?.offset;
  return layout.members.flatMap((member): Piece[] => {
    if (member.offset === null) return [];
    const first = base + member.offset;
    if (member.kind === 'hole' || member.kind === 'padding') {
      // A flexible array may begin within the padding, and hides it.
      const hidden = member.bitOffset !== 0 || (end != null && member.offset >= end);
      return hidden ? [] : [piece(`(${member.kind})`, first, member.size)];
    }
    return memberPieces(member, first, `${prefix}${member.name ?? ''}`);
  });
}

function memberPieces(member: FieldMember | BitsMember, first: number, label: string): Piece[] {
  if (member.kind === 'bits') {
    const start = first + Math.floor(member.bitOffset / 8);
    const last = first + Math.floor((member.bitOffset + member.bitWidth - 1) / 8);
    return [{ label, first: start, last, isBitField: true }];
  }
  const { type, nested, size } = member;
  if (type.kind === 'flexible') return [piece(`${label}[] ...`, first, bytesPerRow - (first % bytesPerRow))];
  if (size === null || size === 0) return [];
  if (type.kind === 'named' && nested !== null && type.name.includes('::')) {
    return piecesOf(nested, first, label === '' ? '' : `${label}.`);
  }
  return [piece(type.kind === 'array' ? `${label}[${type.length}]` : label, first, size)];
}

function unionLabel(layout: Layout, prefix: string): string {
  const names = layout.members.flatMap((member) =>
    (member.kind === 'field' || member.kind === 'bits') && member.name !== null ? [member.name] : [],
  );
  return `${prefix === '' ? '' : `${prefix.replace(/\.$/, '')}: `}${names.join(' | ')}`;
}

function piece(label: string, first: number, size: number): Piece {
  return { label, first, last: first + size - 1, isBitField: false };
}

/**
 * One box where several share bytes: bit-fields with all their names; registers under conditions as a box
 * that says so (the table has the names).
 */
function withoutOverlap(pieces: readonly Piece[]): Box[] {
  const result: Piece[] = [];
  for (const next of [...pieces].sort((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before === undefined || before.last < next.first) {
      result.push(next);
      continue;
    }
    const isBitField = before.isBitField && next.isBitField;
    const label = isBitField ? `${before.label}, ${next.label}` : '(depends on conditions)';
    result[result.length - 1] = {
      label,
      first: before.first,
      last: Math.max(before.last, next.last),
      isBitField,
    };
  }
  return result;
}

/** The bits of a register, the highest on the left, sixteen in a row. */
export function bitsPicture(bits: readonly BitField[], width: number): readonly string[] {
  const taken = new Array<boolean>(width).fill(false);
  const boxes: Box[] = [];
  for (const each of [...bits].sort((a, b) => b.high - a.high)) {
    // Bits that mean different things under conditions are drawn once.
    if (taken.slice(each.low, each.high + 1).some(Boolean)) continue;
    taken.fill(true, each.low, each.high + 1);
    boxes.push({
      label: each.reserved ? '-' : each.name,
      first: width - 1 - each.high,
      last: width - 1 - each.low,
    });
  }
  const columns = Math.min(width, bitsPerRow);
  return drawDiagram(boxes, {
    columns,
    slotWidth: 5,
    columnLabel: (column) => (width > bitsPerRow ? '' : ` ${width - 1 - column}`),
    rowLabel: (row) => {
      const high = width - 1 - row * columns;
      return width > bitsPerRow ? `${high}..${high - columns + 1}` : '';
    },
  });
}
