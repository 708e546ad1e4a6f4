import { abis } from '../../src/layout/abi.ts';
import { formatExpression } from '../../src/layout/expression-text.ts';
import { layOut } from '../../src/layout/layout.ts';
import { formatType } from '../../src/layout/layout-json.ts';
import type { FieldMember, Layout } from '../../src/layout/member.ts';
import type { Struct } from '../../src/model/declaration.ts';
import { scalars } from '../../src/model/type.ts';
import type { Printer } from '../printer.ts';
import { bitsTable } from './bits.ts';
import { type PageContext, structLink } from './context.ts';
import { code, fenced, phrase, prose, table } from './markdown.ts';
import { bitsPicture, structPicture } from './picture.ts';
import { printRules } from './rules.ts';

/** Prints a block of registers: its bytes, its registers, their bits. */
export function printRegisters(printer: Printer, block: Struct, { model, owner }: PageContext): void {
  const layout = layOut(model, block.name, abis.lp64);
  const members = layout.members.filter((member) => member.kind === 'field');
  printer.line(prose(block.doc));
  printer.blank();
  printer.line(
    `${sizeText(block, layout)}${block.source === undefined ? '' : ` Source: ${phrase(block.source)}.`}`,
  );
  printer.blank();
  printer.lines(fenced(structPicture(layout)));
  printer.blank();
  printer.lines(
    table(
      ['offset', 'size', 'register', 'type', 'access', 'macro', 'exists', 'meaning'],
      members.map((member) => [
        offsetText(member),
        String(member.size ?? '?'),
        code(member.name ?? ''),
        member.type.kind === 'named'
          ? structLink(model, member.type.name, owner.name)
          : code(formatType(member.type)),
        member.field.access ?? '',
        code(member.field.macro ?? ''),
        member.condition === null ? '' : `if ${code(formatExpression(member.condition))}`,
        phrase(member.field.doc),
      ]),
    ),
  );
  for (const member of members) printBits(printer, member);
  printer.blank();
  printRules(printer, block.rules);
}

function printBits(printer: Printer, member: FieldMember): void {
  const { bits = [], access } = member.field;
  if (bits.length === 0 || member.type.kind !== 'scalar') return;
  printer.blank();
  printer.line(`Bits of ${code(member.name ?? '')}:`);
  printer.blank();
  printer.lines(fenced(bitsPicture(bits, scalars[member.type.name].bytes * 8)));
  printer.blank();
  printer.lines(bitsTable(bits, access ?? null));
}

function sizeText(block: Struct, layout: Layout): string {
  if (layout.size !== null) return `Size: ${layout.size} bytes.`;
  const size = block.size === undefined ? 'it depends on the contents' : code(formatExpression(block.size));
  return `Size: ${size}, at least ${layout.minSize} bytes.`;
}

function offsetText(member: FieldMember): string {
  if (member.offset !== null) return `0x${member.offset.toString(16).padStart(2, '0')}`;
  return member.at === null ? 'after the one before' : code(formatExpression(member.at));
}
