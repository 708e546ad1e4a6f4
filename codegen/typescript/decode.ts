import { InternalError } from '../../src/base/internal-error.ts';
import type { FunctionContext } from './context.ts';
import { arrayValue, bytesValue } from './decode-arrays.ts';
import { bitFieldValue, bitsObject } from './decode-bits.ts';
import {
  checkedPlace,
  followItem,
  indent,
  isReadAtStart,
  keepReference,
  measureCall,
  readItem,
  readTails,
} from './decode-members.ts';
import { declareReferences } from './decode-references.ts';
import { memberOf, propertyName } from './names.ts';
import { flattenAnonymous, type Item } from './plan.ts';
import { mustBeScalar } from './scalar.ts';

/** The checks of a caller's arguments. */
export function printDecodeChecks(context: FunctionContext): void {
  const { struct, layout } = context.plan;
  const end = context.dynamic ? 'limit' : 'view.byteLength';
  if (context.dynamic) context.line('const limit = Math.min(end, view.byteLength);');
  const test = layout.minSize === 0 ? `offset <= ${end}` : `offset + ${layout.minSize} <= ${end}`;
  const error = `${context.module.runtime('tooShort')}('${struct.name}', offset, ${layout.minSize}, ${end})`;
  context.guard(`!(offset >= 0 && ${test})`, error);
}

/** What reads the bytes and returns the value. */
export function printDecodeBody(context: FunctionContext): void {
  const { struct } = context.plan;
  declareReferences(context);
  if (context.hasFollowers) context.line('let next = offset;');
  const value = objectValue(
    context,
    context.plan.items,
    struct.name,
    'value',
    context.dynamic && struct.size !== undefined,
  );
  checkSize(context);
  context.line(`return ${value};`);
}

/** Statements and the expression for an object with some items; `variable` is used where it must grow. */
function objectValue(
  context: FunctionContext,
  items: readonly Item[],
  struct: string,
  variable: string,
  named: boolean,
): string {
  const all = flattenAnonymous(items);
  const sure = all.findIndex((item) => item.field.condition !== undefined);
  const leading = sure === -1 ? all : all.slice(0, sure);
  const lines = leading.flatMap((item) => entryLines(context, item));
  const literal = lines.length === 0 ? '{}' : `{\n${lines.map(indent).join('\n')}\n}`;
  if (sure === -1 && !named) return literal;
  const type = context.module.structType(struct);
  const complete = all.slice(leading.length).every((item) => item.field.condition !== undefined);
  context.line(
    complete ? `const ${variable}: ${type} = ${literal};` : `const ${variable} = ${literal} as ${type};`,
  );
  for (const item of all.slice(leading.length)) assignItem(context, item, variable);
  return variable;
}

/** The property of an item that is always there. */
function entryLines(context: FunctionContext, item: Item): readonly string[] {
  const value = itemValue(context, item);
  if (item.name === null) return [];
  return [
    value === item.name && propertyName(item.name) === item.name
      ? `${value},`
      : `${propertyName(item.name)}: ${value},`,
  ];
}

function assignItem(context: FunctionContext, item: Item, object: string): void {
  const presence = context.scope.presenceOf(item);
  const condition = context.condition(item);
  const put = (): void => {
    if (item.kind === 'group' && item.name === null) {
      for (const inner of flattenAnonymous(item.items)) assignItem(context, inner, object);
      return;
    }
    const value = itemValue(context, item);
    if (item.name !== null) context.line(`${memberOf(object, item.name)} = ${value};`);
  };
  if (condition === undefined) {
    put();
    return;
  }
  if (presence !== undefined)
    context.line(`${item.isConditional ? '' : 'const '}${presence} = ${condition};`);
  context.block(context.ifLine(presence ?? condition, item.field.condition), put);
}

/** Prints what must come before, and gives the expression for an item's value. */
function itemValue(context: FunctionContext, item: Item): string {
  switch (item.kind) {
    case 'scalar':
      return scalarValue(context, item);
    case 'bits':
      return isReadAtStart(context, item)
        ? context.scope.nameOf(item)
        : keepReference(context, item, bitFieldValue(context, item));
    case 'group':
      return groupValue(context, item);
    case 'struct':
      return structValue(context, item);
    case 'bytes':
      return bytesValue(context, item);
    case 'array':
      return arrayValue(context, item);
  }
}

function scalarValue(context: FunctionContext, item: Item): string {
  const { bits } = item.field;
  if (isReadAtStart(context, item))
    return bits === undefined
      ? context.scope.nameOf(item)
      : bitsObject(context, item, context.scope.nameOf(item));
  const place = checkedPlace(context, item, mustBeScalar(item.field.type, item.abi).bytes);
  const text = keepReference(context, item, readItem(context, item, place));
  followItem(context, item, place, mustBeScalar(item.field.type, item.abi).bytes);
  if (bits === undefined) return text;
  if (context.scope.isReferenced(item)) return bitsObject(context, item, context.scope.nameOf(item));
  const raw = context.scope.nameOf(item);
  context.line(`const ${raw} = ${text};`);
  return bitsObject(context, item, raw);
}

function groupValue(context: FunctionContext, item: Item): string {
  if (item.name === null) throw new InternalError('an anonymous group has no value');
  const type = item.field.type.kind === 'named' ? item.field.type.name : '';
  const variable = flattenAnonymous(item.items).some((inner) => inner.field.condition !== undefined)
    ? context.scope.nameOf(item)
    : '';
  return objectValue(context, item.items, type, variable, false);
}

function structValue(context: FunctionContext, item: Item): string {
  const name = item.field.type.kind === 'named' ? item.field.type.name : '';
  const dynamic = context.facts.isDynamic(name);
  const decode = dynamic
    ? context.module.codecPart(name, context.facts, 'decode', '')
    : context.module.nestedPart(name, context.facts, 'read');
  const place = dynamic ? context.place(item) : checkedPlace(context, item, context.bytesOf(item) ?? 0);
  const call = `${decode}(view, ${context.text(place)}${context.nestedArguments(name, true)})`;
  if (!dynamic) {
    readTails(context, item);
    followItem(context, item, place, context.bytesOf(item) ?? 0);
    return call;
  }
  const variable = context.scope.nameOf(item);
  context.line(`let ${variable}: ${context.module.structType(name)};`);
  context.block('try {', () => context.line(`${variable} = ${call};`), '} catch (error) {');
  context.printer.indented(() =>
    context.line(`throw ${context.module.runtime('inside')}(${context.where(item)}, error);`),
  );
  context.line('}');
  readTails(context, item);
  if (context.isFollowed(item))
    context.line(`next = ${context.text(place)} + ${measureCall(context, name, variable)};`);
  return variable;
}

/** Refuses a block that is longer than the room it has. */
function checkSize(context: FunctionContext): void {
  const { size, name } = context.plan.struct;
  if (size === undefined || !context.dynamic) return;
  const code = context.scope.number(size, [name]);
  const local = context.scope.locals.uniqueName('size');
  const error = `${context.module.runtime('tooShort')}('${name}', offset, ${local}, limit)`;
  context.line(`const ${local} = ${code.text};`);
  context.guard(`!(offset + ${local} <= limit)`, error);
}
