import type { Span } from '../../src/base/span.ts';
import type { BitField } from '../../src/model/bits.ts';
import type { Constant, FlagSet, Struct } from '../../src/model/declaration.ts';
import type { BinaryOperator, Expression, FunctionName } from '../../src/model/expression.ts';
import type { Field } from '../../src/model/field.ts';
import type { Model } from '../../src/model/model.ts';
import { type Availability, always, parseRelease, type Release } from '../../src/model/release.ts';
import type { ScalarName, Type } from '../../src/model/type.ts';

export const noSpan: Span = { file: 'test', start: 0, end: 0 };

export function release(text: string): Release {
  const parsed = parseRelease(text);
  if (parsed === undefined) throw new Error(`no release: ${text}`);
  return parsed;
}

export function since(...texts: string[]): Availability {
  return { since: texts.map(release), until: [] };
}

export function until(...texts: string[]): Availability {
  return { since: [], until: texts.map(release) };
}

export function integer(value: number | bigint): Expression {
  return { kind: 'integer', value: BigInt(value), text: `${value}`, span: noSpan };
}

export function name(path: string): Expression {
  return { kind: 'name', path: path.split('.'), span: noSpan };
}

export function binary(left: Expression, operator: BinaryOperator, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, span: noSpan };
}

export function call(callee: FunctionName, ...args: Expression[]): Expression {
  return { kind: 'call', callee, args, span: noSpan };
}

export function scalar(scalarName: ScalarName): Type {
  return { kind: 'scalar', name: scalarName };
}

export function array(element: Type, length: number): Type {
  return { kind: 'array', element, length, expression: integer(length) };
}

export function flexible(element: Type): Type {
  return { kind: 'flexible', element };
}

export function named(structName: string): Type {
  return { kind: 'named', name: structName };
}

export function field(fieldName: string | null, type: Type | ScalarName, more: Partial<Field> = {}): Field {
  return {
    name: fieldName,
    type: typeof type === 'string' ? scalar(type) : type,
    doc: '',
    span: noSpan,
    availability: always,
    direction: { in: true, out: false },
    ...more,
  };
}

export function bitRange(
  rangeName: string,
  high: number,
  low: number,
  more: Partial<BitField> = {},
): BitField {
  return {
    name: rangeName,
    suffix: '',
    low,
    high,
    doc: '',
    span: noSpan,
    availability: always,
    reserved: false,
    values: [],
    bits: [],
    ...more,
  };
}

const declaration = { doc: '', span: noSpan, interface: 'test', availability: always, order: 0 };

export function struct(structName: string, fields: readonly Field[], more: Partial<Struct> = {}): Struct {
  return {
    ...declaration,
    name: structName,
    kind: 'struct',
    fields,
    inline: structName.includes('::'),
    packed: false,
    memberOf: [],
    rules: [],
    derived: [],
    ...more,
  };
}

export function constant(constantName: string, value: bigint): Constant {
  return {
    ...declaration,
    kind: 'constant',
    name: constantName,
    value: { kind: 'integer', value, expression: integer(value) },
    suffix: '',
    c: 'define',
    beside: null,
  };
}

export function flagSet(
  setName: string,
  values: readonly { name: string; value: bigint; availability?: Availability }[],
): FlagSet {
  return {
    ...declaration,
    kind: 'flags',
    name: setName,
    c: 'enum',
    type: 'u32',
    prefix: '',
    values: values.map((value) => ({
      expression: null,
      doc: '',
      span: noSpan,
      availability: always,
      role: 'member',
      suffix: '',
      ...value,
    })),
  };
}

export function model(structs: readonly Struct[], more: Partial<Model> = {}): Model {
  const none = new Map<string, never>();
  return {
    root: 'test',
    release: null,
    architecture: null,
    interfaces: none,
    structs: byName(structs),
    flags: none,
    enums: none,
    constants: none,
    macros: none,
    aliases: none,
    ioctls: none,
    handles: none,
    fds: none,
    variants: none,
    chains: none,
    ...more,
  };
}

export function byName<T extends { readonly name: string }>(
  declarations: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(declarations.map((item) => [item.name, item]));
}
