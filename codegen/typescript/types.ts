import { unreachable } from '../../src/base/internal-error.ts';
import { formatExpression } from '../../src/layout/expression-text.ts';
import { type BitField, restName } from '../../src/model/bits.ts';
import type { Struct } from '../../src/model/declaration.ts';
import { type Field, isTextArray } from '../../src/model/field.ts';
import { scalars, type Type } from '../../src/model/type.ts';
import { fieldDocOrUnit } from '../field-doc.ts';
import { bitCover } from './bit-cover.ts';
import { docComment } from './doc.ts';
import { structsIn } from './facts.ts';
import type { Module } from './module.ts';
import { propertyName } from './names.ts';
import { type Item, namedItems, type Plan } from './plan.ts';
import { isByte, mustBeScalar } from './scalar.ts';

/** Prints the interfaces of a struct's values: its own, and those of members declared in place and of packed integers. */
export function printTypes(module: Module, plan: Plan): void {
  for (const item of plan.all) {
    if (item.field.bits !== undefined) printBitsType(module, item, item.field.bits);
    if (item.kind === 'group' && item.name !== null) printGroupType(module, plan, item);
  }
  const { struct } = plan;
  printInterface(module, plan, module.names.struct(struct.name), structDoc(struct), plan.items);
}

function structDoc(struct: Struct): string {
  const kind = struct.kind === 'registers' ? 'Registers' : struct.kind;
  const source = struct.source === undefined ? '' : `\n\nSource: ${struct.source}.`;
  return `${struct.doc}\n\n(${kind} ${struct.tag ?? struct.name})${source}`;
}

function printGroupType(module: Module, plan: Plan, item: Item): void {
  if (item.field.type.kind !== 'named') return;
  const struct = plan.facts.struct(item.field.type.name);
  const doc = `${item.field.doc}\n\n(Member ${item.path.join('.')} of ${plan.struct.name})`;
  printInterface(module, plan, module.names.struct(struct.name), doc, item.items);
}

function printInterface(module: Module, plan: Plan, name: string, doc: string, items: readonly Item[]): void {
  const { printer } = module;
  printer.blank();
  printer.lines(docComment(doc, 0));
  printer.line(`export interface ${name} {`);
  printer.indented(() => printMembers(module, plan, items, false));
  printer.line('}');
}

function printMembers(module: Module, plan: Plan, items: readonly Item[], optional: boolean): void {
  for (const item of items) {
    const maybe = optional || item.field.condition !== undefined;
    if (item.kind === 'group' && item.name === null) printMembers(module, plan, item.items, maybe);
    else if (item.name !== null) printMember(module, plan, item, maybe);
  }
}

function printMember(module: Module, plan: Plan, item: Item, optional: boolean): void {
  const { field } = item;
  const only = field.condition === undefined ? '' : ` Only if ${formatExpression(field.condition)}.`;
  const doc = fieldDocOrUnit(module.model, item.owner, field);
  const unit = doc === `In ${field.unit}.` ? '' : unitText(field.unit);
  module.printer.lines(docComment(`${doc}${only}${unit}`, 2));
  module.printer.line(
    `${propertyName(item.name ?? '')}${optional ? '?' : ''}: ${itemType(module, plan, item)};`,
  );
}

function unitText(unit: string | undefined): string {
  return unit === undefined ? '' : ` (${unit})`;
}

function itemType(module: Module, plan: Plan, item: Item): string {
  const { field, owner } = item;
  if (field.bits !== undefined) return module.names.bits(owner.name, field.name ?? '');
  if (item.member.kind === 'bits') return item.member.bitWidth > 32 ? 'bigint' : 'number';
  return valueType(module, plan, field, field.type);
}

/** The type of values of a field's type, or of what is in it. */
function valueType(module: Module, plan: Plan, field: Field, type: Type): string {
  switch (type.kind) {
    case 'scalar':
    case 'pointer':
      return mustBeScalar(type, plan.facts.abi).js;
    case 'array':
    case 'flexible':
      if (isTextArray(field, type.element)) return module.runtimeType('TextBytes');
      return isByte(type.element) ? 'Uint8Array' : `${valueType(module, plan, field, type.element)}[]`;
    case 'named':
      return module.structType(type.name);
    default:
      return unreachable(type);
  }
}

function printBitsType(module: Module, item: Item, bits: readonly BitField[]): void {
  const { printer } = module;
  const width = item.field.type.kind === 'scalar' ? scalars[item.field.type.name].bytes * 8 : 64;
  const { uncovered } = bitCover(bits, width);
  printer.blank();
  printer.lines(
    docComment(`Bits of ${item.owner.inline ? '' : `${item.owner.name}.`}${item.path.join('.')}.`, 0),
  );
  printer.line(`export interface ${module.names.bits(item.owner.name, item.field.name ?? '')} {`);
  printer.indented(() => {
    for (const [i, range] of bits.entries()) {
      if (bits.findIndex((other) => other.name === range.name) < i) continue;
      printer.lines(docComment(`${rangeDoc(range)}${unitText(range.unit)}`, 2));
      const type = range.high - range.low >= 32 ? 'bigint' : 'number';
      printer.line(`${propertyName(range.name)}${range.condition === undefined ? '' : '?'}: ${type};`);
    }
    if (uncovered === 0n) return;
    printer.lines(docComment('Bits that have no name, in place; only if one is set.', 2));
    printer.line(`${restName(bits)}?: ${width > 32 ? 'bigint' : 'number'};`);
  });
  printer.line('}');
}

function rangeDoc(range: BitField): string {
  const place = range.low === range.high ? `Bit ${range.low}` : `Bits ${range.high}:${range.low}`;
  const doc = range.doc === '' ? (range.reserved ? 'reserved.' : '') : range.doc;
  const only = range.condition === undefined ? '' : ` Only if ${formatExpression(range.condition)}.`;
  const values = range.values.map(({ value, name }) => `${value} ${name}`).join(', ');
  const meanings = values === '' ? '' : ` Values: ${values}.`;
  return `${doc === '' ? place : `${place}: ${doc}`}${only}${meanings}`;
}

/** Prints the tree of member names of a struct. */
export function printMembersOf(module: Module, plan: Plan): void {
  const name = `membersOf${module.names.struct(plan.struct.name)}`;
  const { printer } = module;
  printer.blank();
  printer.lines(docComment(`Names of the members of ${plan.struct.name}.`, 0));
  const head = `export const ${name}: ${module.runtimeType('Members')} = {`;
  const names = memberNames(module, plan.items);
  const line = `${head} ${names.join(', ')} };`;
  if (names.length > 0 && line.length <= 110) {
    printer.line(line);
    return;
  }
  printer.line(head);
  printer.indented(() => printer.filled(names.map((each) => `${each},`)));
  printer.line('};');
}

/** The properties of the tree, one for each member. */
function memberNames(module: Module, items: readonly Item[]): readonly string[] {
  return namedItems(items).map((item) => {
    const key = propertyName(item.name ?? '');
    const { bits, type } = item.field;
    const [inner] = structsIn(type);
    if (item.kind === 'group') return `${key}: { ${memberNames(module, item.items).join(', ')} }`;
    if (bits !== undefined) {
      const width = type.kind === 'scalar' ? scalars[type.name].bytes * 8 : 64;
      const rest = bitCover(bits, width).uncovered === 0n ? [] : [restName(bits)];
      const names = [...new Set(bits.map((range) => range.name)), ...rest];
      return `${key}: { ${names.map((each) => `${propertyName(each)}: null`).join(', ')} }`;
    }
    const struct = inner === undefined ? undefined : module.model.structs.get(inner);
    if (struct === undefined) return `${key}: null`;
    return `${key}: ${module.value(`membersOf${module.names.struct(struct.name)}`, struct.interface)}`;
  });
}
