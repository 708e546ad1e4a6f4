import type { BitField } from '../model/bits.ts';
import type { Model } from '../model/model.ts';
import { formatAbi } from './abi.ts';
import { formatExpression } from './expression-text.ts';
import { formatType } from './layout-json.ts';
import type { Layout, Member } from './member.ts';

const heading = ['offset', 'size', 'name', 'bits', 'type', 'condition'] as const;

type Row = readonly string[];

/**
 * A register block as a table: one line per register and, below it, one per range of bits. An offset or size
 * that depends on the contents is its expression, or `?`.
 */
export function formatRegisters(model: Model, layout: Layout): string {
  const rows: Row[] = [heading, ...layout.members.flatMap(rowsOf)];
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => {
    return row
      .map((cell, column) =>
        column < 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  });
  return `${title(model, layout)}\n${lines.join('\n')}\n`;
}

function title(model: Model, layout: Layout): string {
  const expression = model.structs.get(layout.name)?.size;
  const dynamic = expression === undefined ? '?' : formatExpression(expression);
  const size = layout.size === null ? `${dynamic} (at least ${layout.minSize})` : `${layout.size}`;
  return `registers ${layout.name}, size: ${size}, abi: ${formatAbi(layout.abi)}`;
}

function rowsOf(member: Member): Row[] {
  if (member.kind === 'hole' || member.kind === 'padding') {
    return [[hex(member.offset), `${member.size}`, `(${member.kind})`, '', '', '']];
  }
  const condition = member.condition === null ? '' : `if ${formatExpression(member.condition)}`;
  const at = member.kind === 'field' && member.at !== null ? formatExpression(member.at) : '?';
  const offset = member.offset === null ? at : hex(member.offset);
  const name = member.name ?? '(anonymous)';
  const row = [offset, `${member.size ?? '?'}`, name, '', formatType(member.type), condition];
  return [row, ...bitRows(member.field.bits ?? [], 1)];
}

function bitRows(bits: readonly BitField[], depth: number): Row[] {
  return bits.flatMap((field) => {
    const condition = field.condition === undefined ? '' : `if ${formatExpression(field.condition)}`;
    const range = field.low === field.high ? `${field.low}` : `${field.high}:${field.low}`;
    const row = ['', '', `${'  '.repeat(depth)}${field.name}`, range, field.access ?? '', condition];
    return [row, ...bitRows(field.bits, depth + 1)];
  });
}

function hex(offset: number): string {
  return `0x${offset.toString(16).padStart(2, '0')}`;
}
