import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { BitField } from '../../src/model/bits.ts';
import type {
  Alias,
  Constant,
  Enumeration,
  FlagSet,
  Macro,
  SetValue,
  Struct,
} from '../../src/model/declaration.ts';
import { type Expression, partsOf } from '../../src/model/expression.ts';
import type { Field } from '../../src/model/field.ts';
import { shortName } from '../../src/model/path.ts';
import { scalars, type Type } from '../../src/model/type.ts';
import { declaredBy } from '../scope.ts';
import { bitMask } from './bit-cover.ts';
import { asNumber, type Code, literal, literalText } from './code.ts';
import { docComment } from './doc.ts';
import { type CodeScope, printCode } from './expression.ts';
import type { Module } from './module.ts';
import { propertyName } from './names.ts';

/** Prints constants, flag sets, enums, register macros and function-like macros of a file's interface. */
export function printConstants(module: Module): void {
  const { model, owner } = module;
  const printed = new Set<string>();
  for (const constant of declaredBy(model.constants, owner.name)) printConstant(module, constant, printed);
  const sets = [...declaredBy(model.flags, owner.name), ...declaredBy(model.enums, owner.name)];
  for (const set of sets.sort((a, b) => a.order - b.order)) printSet(module, set, printed);
  for (const block of declaredBy(model.structs, owner.name)) {
    if (block.kind === 'registers') printRegisterMacros(module, block, printed);
    else
      for (const row of block.fields.flatMap((field) => fieldRows(field, null)))
        printRow(module, row, printed);
  }
  for (const macro of declaredBy(model.macros, owner.name)) printMacro(module, macro);
}

/** Prints second names of what a file or one that it imports declares. */
export function printAliases(module: Module): void {
  for (const alias of declaredBy(module.model.aliases, module.owner.name)) printAlias(module, alias);
}

function printConstant(module: Module, constant: Constant, printed: Set<string>): void {
  const { value, name, doc } = constant;
  if (value.kind === 'integer') {
    const unsigned =
      value.value < 0n && constant.suffix.includes('U') ? BigInt.asUintN(64, value.value) : value.value;
    printRow(module, { name, value: literalText(unsigned, isSmall(unsigned)), doc }, printed);
  } else
    printRow(
      module,
      { name, value: `'${value.value.replace(/[\\']/g, '\\$&').replace(/[^ -~]/g, escapeCharacter)}'`, doc },
      printed,
    );
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly doc: string;
}

function printRow(module: Module, { name, value, doc }: Row, printed: Set<string>): void {
  if (printed.has(name)) return;
  printed.add(name);
  module.printer.blank();
  module.printer.lines(docComment(doc, 0));
  module.printer.line(`export const ${name} = ${value};`);
}

/** True where a number holds a constant: up to 32 bits, as fields that are numbers do. */
function isSmall(value: bigint): boolean {
  return value >= -0x8000_0000n && value <= 0xffff_ffffn;
}

function printSet(module: Module, set: FlagSet | Enumeration, printed: Set<string>): void {
  const { printer } = module;
  const wide = isWide(module, set);
  for (const value of set.values) {
    const number = !wide && isSmall(value.value);
    printRow(module, { name: value.name, value: literalText(value.value, number), doc: value.doc }, printed);
  }
  const members = [
    ...set.values.filter(({ role }) => role === 'member'),
    ...set.values.filter(({ role }) => role === 'alias' || role === 'mask'),
  ];
  printer.blank();
  printer.lines(
    docComment(
      `${set.doc}\n\nNames without ${set.prefix === '' ? 'a prefix' : set.prefix}, for names and values both ways.`,
      0,
    ),
  );
  printer.line(`export const ${set.name} = {`);
  printer.indented(() => {
    for (const name of entries(members, set.prefix)) printer.line(name);
  });
  printer.line('} as const;');
}

function entries(values: readonly SetValue[], prefix: string): readonly string[] {
  const seen = new Set<string>();
  return values.map(({ name }) => {
    const short = shortName(name, prefix);
    const key = seen.has(short) ? name : short;
    seen.add(key);
    return key === name ? `${name},` : `${propertyName(key)}: ${name},`;
  });
}

/** True where values of the set go into 64-bit fields only, which are bigints. */
function isWide(module: Module, set: FlagSet | Enumeration): boolean {
  if (scalars[set.type].bytes === 8) return true;
  const uses = [...module.model.structs.values()].flatMap((struct) =>
    struct.fields.flatMap((field) => widthsOf(field, set.name)),
  );
  return uses.length > 0 && uses.every((width) => width > 32);
}

/** Widths of the fields or bit ranges that hold values of a set. */
function widthsOf(field: Field, set: string): readonly number[] {
  const own = field.flags?.name === set || field.enumeration?.name === set ? [bitsOf(field.type)] : [];
  const ranges = (field.bits ?? []).filter(
    (range) => range.flags?.name === set || range.enumeration?.name === set,
  );
  return [...own, ...ranges.map(({ low, high }) => high - low + 1)];
}

function bitsOf(type: Type): number {
  return type.kind === 'scalar' ? scalars[type.name].bytes * 8 : 64;
}

function printRegisterMacros(module: Module, block: Struct, printed: Set<string>): void {
  const layout = layOut(module.model, block.name, abis.lp64);
  for (const member of layout.members) {
    if (member.kind !== 'field') continue;
    for (const row of fieldRows(member.field, member.offset)) printRow(module, row, printed);
  }
  if (block.sizeMacro === undefined) return;
  printRow(
    module,
    { name: block.sizeMacro, value: `${layout.minSize}`, doc: `Bytes of ${block.name}.` },
    printed,
  );
}

/** Macros of a field: the offset of a register, masks, shifts and values of its bits. */
function fieldRows(field: Field, offset: number | null): readonly Row[] {
  const own =
    field.macro === undefined || offset === null
      ? []
      : [{ name: field.macro, value: literalText(BigInt(offset), true), doc: `Offset: ${field.doc}` }];
  return [...own, ...(field.bits ?? []).flatMap(bitRows)];
}

function bitRows(bits: BitField): readonly Row[] {
  const number = (value: bigint): string => literalText(value, isSmall(value));
  const rows: Row[] = [];
  if (bits.macro !== undefined) rows.push({ name: bits.macro, value: number(bitMask(bits)), doc: bits.doc });
  if (bits.shiftMacro !== undefined)
    rows.push({ name: bits.shiftMacro, value: `${bits.low}`, doc: `Lowest bit: ${bits.doc}` });
  for (const { macro, value, inPlace, doc, name } of bits.values) {
    if (macro === undefined) continue;
    rows.push({
      name: macro,
      value: number(inPlace ? value << BigInt(bits.low) : value),
      doc: doc === '' ? name : doc,
    });
  }
  return [...rows, ...bits.bits.flatMap(bitRows)];
}

function printMacro(module: Module, macro: Macro): void {
  const { printer } = module;
  const scope: CodeScope = {
    fold: (expression) => foldMacro(module, expression, macro.parameters),
    name: (path) => {
      const [name = ''] = path;
      if (macro.parameters.includes(name)) return parameter(name);
      return literal(module.abis.lp64.constantOf(name) ?? 0n);
    },
    call: () => literal(0n),
    runtime: (name) => module.runtime(name),
  };
  printer.blank();
  printer.lines(docComment(macro.doc, 0));
  printer.line(
    `export function ${macro.name}(${macro.parameters.map((name) => `${name}: number`).join(', ')}): number {`,
  );
  printer.indented(() => printer.line(`return ${asNumber(printCode(macro.body, scope)).text};`));
  printer.line('}');
}

function parameter(name: string): Code {
  return { text: `BigInt(${name})`, type: 'bigint', first: null, last: null, atom: true };
}

function foldMacro(
  module: Module,
  expression: Expression,
  parameters: readonly string[],
): bigint | undefined {
  if (expression.kind === 'integer') return expression.value;
  if (expression.kind !== 'name' || parameters.includes(expression.path[0] ?? '')) {
    const free = (each: Expression): boolean =>
      each.kind === 'name' ? !parameters.includes(each.path[0] ?? '') : partsOf(each).every(free);
    return free(expression) ? module.abis.lp64.constant(expression, null) : undefined;
  }
  return module.abis.lp64.constantOf(expression.path.join('.'));
}

function printAlias(module: Module, alias: Alias): void {
  const { model, printer } = module;
  const { target, name, doc, deprecated } = alias;
  const tags = deprecated ? [`@deprecated use ${target}`] : [];
  const struct = model.structs.get(target);
  printer.blank();
  if (struct !== undefined) {
    printer.lines(docComment(doc, 0, tags));
    printer.line(`export type ${module.names.struct(name)} = ${module.structType(target)};`);
    return;
  }
  const owner = ownerOf(module, target);
  if (owner === undefined) return;
  printer.lines(docComment(doc, 0, tags));
  printer.line(`export const ${name} = ${module.value(target, owner)};`);
}

/** The interface that declares a name which TypeScript sees as a value. */
function ownerOf(module: Module, name: string): string | undefined {
  const { flags, enums, constants, macros, ioctls, aliases, structs } = module.model;
  for (const map of [constants, macros, ioctls, aliases, flags, enums]) {
    const found = map.get(name);
    if (found !== undefined) return found.interface;
  }
  for (const set of [...flags.values(), ...enums.values()]) {
    if (set.values.some((value) => value.name === name)) return set.interface;
  }
  for (const struct of structs.values()) {
    const rows = [
      ...(struct.sizeMacro === undefined ? [] : [struct.sizeMacro]),
      ...struct.fields.flatMap((field) => [
        field.macro,
        ...(field.bits ?? []).flatMap(bitRows).map((row) => row.name),
      ]),
    ];
    if (rows.includes(name)) return struct.interface;
  }
  return undefined;
}
