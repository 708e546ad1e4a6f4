import { InternalError } from '../../src/base/internal-error.ts';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import type { Struct } from '../../src/model/declaration.ts';
import type { Field } from '../../src/model/field.ts';
import type { Model } from '../../src/model/model.ts';
import type { ScalarName, Type } from '../../src/model/type.ts';
import { fieldDocOrUnit } from '../field-doc.ts';
import type { Printer } from '../printer.ts';
import { kernelDoc, splitDoc } from './comment.ts';
import type { ExpressionPrinter } from './expression.ts';
import { cStructType } from './names.ts';
import { withoutParentheses } from './parentheses.ts';

/** What printing a struct needs. */
export interface StructContext {
  readonly model: Model;
  readonly print: ExpressionPrinter;
}

/**
 * Prints a struct or union with its kernel-doc.
 *
 * Members declared in place stand in place, except those with a tag: C++ would nest the tag, and allows none
 * inside an anonymous union, so they come before the struct and have the same name in both languages.
 */
export function printStruct(printer: Printer, struct: Struct, context: StructContext): void {
  for (const inner of taggedInside(context.model, struct)) {
    printDefinition(printer, inner, context);
    printer.blank();
  }
  printDefinition(printer, struct, context);
}

function printDefinition(printer: Printer, struct: Struct, context: StructContext): void {
  printer.lines(structDoc(context.model, struct));
  // One word for the whole declaration tells the compilers that C90's or C++'s lack of such members is known.
  const extension = needsExtension(context.model, struct) ? '__extension__ ' : '';
  printer.line(`${extension}${cStructType(struct)} {`);
  printer.indented(() => printFields(printer, struct, context));
  printer.line(`}${attributes(struct)};`);
}

function printFields(printer: Printer, struct: Struct, context: StructContext): void {
  for (const field of struct.fields) {
    const inner = inlineOf(context.model, field.type);
    if (inner !== undefined && inner.tag === undefined) {
      printer.line(`${inner.kind === 'union' ? 'union' : 'struct'} {`);
      printer.indented(() => printFields(printer, inner, context));
      const declarator = field.name === null ? '' : ` ${field.name}${dimensions(field.type, context)}`;
      printer.line(`}${attributes(inner)}${declarator}${alignment(field)};`);
    } else if (field.type.kind === 'flexible' && isAlone(struct)) {
      printAloneFlexible(printer, field, field.type.element, context);
    } else printer.line(declaration(field, struct, context));
  }
}

/** A flexible array that no other member comes before: C wants an empty one there, C++ a length. */
function printAloneFlexible(printer: Printer, field: Field, element: Type, context: StructContext): void {
  const type = typeName(element, context, false);
  printer.flush('#ifdef __cplusplus');
  printer.line(`${type} ${field.name}[0];`);
  printer.flush('#else');
  printer.line('struct {');
  printer.indented(() => {
    printer.line(`struct { } __empty_${field.name};`);
    printer.line(`${type} ${field.name}[];`);
  });
  printer.line('};');
  printer.flush('#endif');
}

function isAlone(struct: Struct): boolean {
  return struct.kind === 'union' || struct.fields.length === 1;
}

function declaration(field: Field, struct: Struct, context: StructContext): string {
  const type = typeName(field.type, context, struct.packed);
  const star = type.endsWith('*') ? '' : ' ';
  if (field.bitWidth !== undefined) {
    const name = field.name === null ? '' : ` ${field.name}`;
    return `${type}${name}${field.name === null ? ' ' : ''}:${field.bitWidth};`;
  }
  const blob = blobLength(field.type, context.model);
  return `${type}${star}${field.name}${dimensions(field.type, context)}${blob}${alignment(field)};`;
}

/** The name of the innermost element's type. */
function typeName(type: Type, context: StructContext, packed: boolean): string {
  switch (type.kind) {
    case 'scalar':
      return cScalar(type.name, packed);
    case 'pointer': {
      const target = type.target === null ? 'void' : typeName(type.target, context, false);
      return `${target}${target.endsWith('*') ? '' : ' '}*`;
    }
    case 'array':
    case 'flexible':
      return typeName(type.element, context, packed);
    case 'named': {
      const struct = context.model.structs.get(type.name);
      if (struct === undefined) throw new InternalError(`unknown struct ${type.name}`);
      return struct.kind === 'registers' ? '__u8' : cStructType(struct);
    }
  }
}

/** A block of registers is bytes in C. */
function blobLength(type: Type, model: Model): string {
  if (type.kind === 'array' || type.kind === 'flexible') return blobLength(type.element, model);
  if (type.kind !== 'named' || model.structs.get(type.name)?.kind !== 'registers') return '';
  return `[${layOut(model, type.name, abis.lp64).minSize}]`;
}

/** The fixed-width types of <linux/types.h>. */
export function cScalar(name: ScalarName, packed = false): string {
  if (name === 'char') return 'char';
  // In a packed struct the alignment that these names carry would come back.
  return packed ? `__${name.replace('aligned_', '')}` : `__${name}`;
}

function dimensions(type: Type, context: StructContext): string {
  if (type.kind === 'flexible') return `[]${dimensions(type.element, context)}`;
  if (type.kind !== 'array') return '';
  const length = context.print.value(type.expression, BigInt(type.length), '');
  const decimal = /^0x/.test(length) && type.expression.kind !== 'integer' ? String(type.length) : length;
  return `[${withoutParentheses(decimal)}]${dimensions(type.element, context)}`;
}

function alignment(field: Field): string {
  return field.aligned === undefined ? '' : ` __attribute__((aligned(${field.aligned})))`;
}

function attributes(struct: Struct): string {
  const packed = struct.packed ? ' __attribute__((packed))' : '';
  return struct.aligned === undefined ? packed : `${packed} __attribute__((aligned(${struct.aligned})))`;
}

function inlineOf(model: Model, type: Type): Struct | undefined {
  if (type.kind === 'array' || type.kind === 'flexible') return inlineOf(model, type.element);
  const struct = type.kind === 'named' ? model.structs.get(type.name) : undefined;
  return struct?.inline ? struct : undefined;
}

function taggedInside(model: Model, struct: Struct): readonly Struct[] {
  return struct.fields.flatMap((field) => {
    const inner = inlineOf(model, field.type);
    if (inner === undefined) return [];
    return [...taggedInside(model, inner), ...(inner.tag === undefined ? [] : [inner])];
  });
}

/** True where a member is beyond C90 or C++: anonymous, flexible, a bit-field of another type than int. */
function needsExtension(model: Model, struct: Struct): boolean {
  return struct.fields.some((field) => {
    if (field.bitWidth !== undefined || hasFlexible(field.type)) return true;
    const inner = field.type.kind === 'named' ? model.structs.get(field.type.name) : undefined;
    if (inner === undefined) return false;
    return (inner.inline && field.name === null) || needsExtension(model, inner);
  });
}

function hasFlexible(type: Type): boolean {
  return type.kind === 'flexible' || (type.kind === 'array' && hasFlexible(type.element));
}

function structDoc(model: Model, struct: Struct): readonly string[] {
  const { brief, rest } = splitDoc(struct.doc);
  return kernelDoc({
    subject: cStructType(struct),
    brief,
    members: memberDocs(model, struct, ''),
    description: rest,
  });
}

function memberDocs(model: Model, struct: Struct, prefix: string): { name: string; doc: string }[] {
  return struct.fields.flatMap((field) => {
    const inner = inlineOf(model, field.type);
    const name = field.name === null ? prefix : `${prefix}${field.name}.`;
    const own =
      field.name === null ? [] : [{ name: prefix + field.name, doc: fieldDocOrUnit(model, struct, field) }];
    return inner === undefined ? own : [...own, ...memberDocs(model, inner, name)];
  });
}
