import { InternalError } from '../../src/base/internal-error.ts';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { FieldMember } from '../../src/layout/member.ts';
import type { BitField, BitValue } from '../../src/model/bits.ts';
import type { Constant, Macro, Struct } from '../../src/model/declaration.ts';
import type { Model } from '../../src/model/model.ts';
import { scalars, type Type } from '../../src/model/type.ts';
import type { Printer } from '../printer.ts';
import { blockComment } from './comment.ts';
import { constantRow } from './constants.ts';
import type { ExpressionPrinter } from './expression.ts';
import { type MacroRow, printMacros } from './macros.ts';
import { cHex } from './number.ts';

/** Macros of registers that a header has already, with their values: several registers may share one. */
export type SeenMacros = Map<string, string>;

/** What printing a block of registers needs. */
export interface RegistersContext {
  readonly model: Model;
  readonly print: ExpressionPrinter;
  readonly seen: SeenMacros;
  /** Constants and macros that stand beside the block, its registers or their bits. */
  readonly beside: readonly (Constant | Macro)[];
}

/** Prints a block of registers as macros: offsets, masks, shifts and values; nothing where it has none. */
export function printRegisters(printer: Printer, block: Struct, context: RegistersContext): void {
  const rows = blockRows(block, context).filter((row) => isNew(row, context.seen));
  if (rows.length === 0) return;
  printer.lines(blockComment(block.doc));
  printMacros(printer, rows);
}

/** The macros of bits that a C struct packs into its fields. */
export function packedBitRows(model: Model, struct: Struct): readonly MacroRow[] {
  return struct.fields.flatMap((field) => {
    const inner = field.type.kind === 'named' ? model.structs.get(field.type.name) : undefined;
    if (inner?.inline) return packedBitRows(model, inner);
    return (field.bits ?? []).flatMap((each) => bitRows(each, 0, bytesOf(field.type)));
  });
}

function isNew(row: MacroRow, seen: SeenMacros): boolean {
  const before = seen.get(row.name);
  if (before === undefined) {
    seen.set(row.name, row.value);
    return true;
  }
  if (BigInt(plain(before)) === BigInt(plain(row.value))) return false;
  throw new InternalError(`the macro ${row.name} has two values, ${before} and ${row.value}`);
}

function plain(value: string): string {
  return /^(0x[0-9a-fA-F]+|[0-9]+)(ULL)?$/.exec(value)?.[1] ?? '0';
}

function blockRows(block: Struct, context: RegistersContext): MacroRow[] {
  const layout = layOut(context.model, block.name, abis.lp64);
  const digits = (layout.minSize > 0x100 ? 3 : 2) as number;
  const used = new Set<Constant | Macro>();
  const beside = (path: string, depth: number): MacroRow[] =>
    context.beside
      .filter((each) => each.beside === path && !used.has(each))
      .map((each) => {
        used.add(each);
        return constantRow(each, context.print, depth);
      });
  const rows = layout.members.flatMap((member) => {
    if (member.kind !== 'field') return [];
    const path = `${block.name}.${member.name ?? ''}`;
    const bits = member.field.bits ?? [];
    return [
      ...registerRows(member, digits),
      ...bits.flatMap((each) => [
        ...bitRows(each, 1, bytesOf(member.type)),
        ...beside(`${path}.${each.name}`, 1),
      ]),
      ...beside(path, 1),
    ];
  });
  if (block.sizeMacro !== undefined) {
    const size = String(layout.minSize);
    rows.push({ depth: 0, name: block.sizeMacro, value: size, note: 'bytes', doc: '' });
  }
  return [
    ...rows,
    ...context.beside.filter((each) => !used.has(each)).map((each) => constantRow(each, context.print)),
  ];
}

function registerRows(member: FieldMember, digits: number): readonly MacroRow[] {
  const { macro, doc } = member.field;
  if (macro === undefined) return [];
  if (member.offset === null) throw new InternalError(`the offset of ${macro} depends on the contents`);
  const value = cHex(BigInt(member.offset), digits);
  return [{ depth: 0, name: macro, value, note: typeName(member.type), doc }];
}

function bitRows(bits: BitField, depth: number, bytes: number): readonly MacroRow[] {
  const rows: MacroRow[] = [];
  const digits = bytes * 2;
  if (bits.macro !== undefined) {
    const mask = ((1n << BigInt(bits.high - bits.low + 1)) - 1n) << BigInt(bits.low);
    rows.push({ depth, name: bits.macro, value: cHex(mask, digits), note: '', doc: bits.doc });
  }
  if (bits.shiftMacro !== undefined) {
    const doc = bits.macro === undefined ? bits.doc : '';
    rows.push({ depth, name: bits.shiftMacro, value: String(bits.low), note: 'shift', doc });
  }
  const inner = bits.macro === undefined && bits.shiftMacro === undefined ? depth : depth + 1;
  rows.push(...bits.values.flatMap((value) => valueRows(value, bits, inner, digits)));
  rows.push(...bits.bits.flatMap((each) => bitRows(each, inner, bytes)));
  return rows;
}

function valueRows(value: BitValue, bits: BitField, depth: number, digits: number): readonly MacroRow[] {
  if (value.macro === undefined) return [];
  const text = value.inPlace ? cHex(value.value << BigInt(bits.low), digits) : cHex(value.value);
  return [
    { depth, name: value.macro, value: text, note: '', doc: value.doc === '' ? value.name : value.doc },
  ];
}

function bytesOf(type: Type): number {
  if (type.kind === 'array' || type.kind === 'flexible') return bytesOf(type.element);
  return type.kind === 'scalar' ? scalars[type.name].bytes : 4;
}

/** The register's type as the schema writes it. */
function typeName(type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'named':
      return type.name;
    case 'array':
      return `${typeName(type.element)}[${type.length}]`;
    case 'flexible':
      return `${typeName(type.element)}[]`;
    case 'pointer':
      return 'pointer';
  }
}
