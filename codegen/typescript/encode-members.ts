import { asBigint, asNumber, literalText } from './code.ts';
import type { FunctionContext, Place } from './context.ts';
import { memberOf } from './names.ts';
import type { Item } from './plan.ts';
import { checkFunction, isNot, mustBeScalar, type Scalar, scalarName, writeScalar } from './scalar.ts';

/** Zeros up to this many bytes are written out instead of filled. */
const longestZeros = 32;

/** Whether the variable of an item is declared at the start of the function, since not every value has it. */
export function isDeclared(item: Item): boolean {
  return item.field.condition !== undefined || item.isConditional;
}

/** Writes zeros at a place. */
export function writeZeros(context: FunctionContext, place: Place, bytes: number): void {
  if (bytes === 0) return;
  if (bytes > longestZeros) {
    context.line(
      `${context.module.runtime('zeroFill')}(view, ${context.text(place)}, ${context.text(place, bytes)});`,
    );
    return;
  }
  for (let i = 0; i < bytes; ) {
    const left = bytes - i;
    const step = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    const at = context.text(place, i);
    context.line(step === 8 ? `view.setBigUint64(${at}, 0n);` : `view.setUint${step * 8}(${at}, 0);`);
    i += step;
  }
}

/** The expression that reads an item's property. */
export function givenFor(context: FunctionContext, item: Item): string {
  const around = item.id.slice(0, item.id.lastIndexOf('/'));
  const object = objectOf(context, around);
  const given = memberOf(object, item.name ?? '');
  // Every object has some properties of its prototype, which are no members.
  return (item.name ?? '') in Object.prototype
    ? `(Object.hasOwn(${object}, '${item.name}') ? ${given} : undefined)`
    : given;
}

function objectOf(context: FunctionContext, id: string): string {
  if (id === '') return 'value';
  return context.objects.get(id) ?? objectOf(context, id.slice(0, id.lastIndexOf('/')));
}

/** What an item gets when the caller gives nothing. */
export function defaultOf(context: FunctionContext, item: Item): string {
  const { js } = mustBeScalar(item.field.type, item.abi);
  const number = js === 'number' || (item.member.kind === 'bits' && item.member.bitWidth <= 32);
  const computed = computedDefault(context, item);
  if (computed !== undefined) {
    if (/\?\?|\|\|/.test(computed)) return number ? `(${computed})` : `BigInt(${computed})`;
    return computed;
  }
  return literalText(item.field.default ?? 0n, number);
}

/** What the schema says about a missing value: `auto`, or the length of the array that the field counts. */
export function computedDefault(context: FunctionContext, item: Item): string | undefined {
  const { auto } = item.field;
  const number = mustBeScalar(item.field.type, item.abi).js === 'number' || item.member.kind === 'bits';
  if (auto !== undefined) {
    const code = context.scope.autoCode(
      auto,
      item.scopes,
      (array) => `${givenFor(context, array)}?.length ?? 0`,
    );
    return number ? asNumber(code).text : asBigint(code).text;
  }
  const array = countedBy(context, item, undefined);
  if (array === undefined) return undefined;
  const length = `${givenFor(context, array)}?.length ?? ${literalText(item.field.default ?? 0n, true)}`;
  return length;
}

/** The array whose number of elements is an item, or a range of its bits. */
export function countedBy(context: FunctionContext, item: Item, bits: string | undefined): Item | undefined {
  return context.plan.all.find((array) => {
    const { count, type } = array.field;
    if (count === undefined || type.kind !== 'flexible' || array.name === null) return false;
    const field = context.scope.fieldIn(count, array.scopes);
    return field !== undefined && field.item === item && field.bits?.name === bits;
  });
}

/** Checks and writes a plain integer. */
export function writeInteger(context: FunctionContext, item: Item): void {
  const scalar = mustBeScalar(item.field.type, item.abi);
  const place = roomFor(context, item, scalar.bytes);
  const given = `${givenFor(context, item)} ?? ${defaultOf(context, item)}`;
  const checked = (): string => checkCall(context, scalar, context.where(item), given, context.text(place));
  const inPlace = context.module.isNested(context.plan.struct.name);
  if (inPlace && context.plan.struct.kind !== 'registers') {
    // Checks in place are faster by a few percent; for bigints only in loops over elements. Blocks of registers
    // are long and read better with a call.
    const name = context.scope.nameOf(item);
    context.line(
      `${context.scope.isReferenced(item) && isDeclared(item) ? '' : 'const '}${name} = ${given};`,
    );
    const args = `'${scalarName(scalar)}', ${context.where(item)}, ${name}, ${context.text(place)}`;
    context.guard(isNot(scalar, name), `${context.module.runtime('notInteger')}(${args})`);
    context.line(writeScalar(scalar, context.text(place), name));
  } else if (context.scope.isReferenced(item)) {
    const name = context.scope.nameOf(item);
    context.line(`${isDeclared(item) ? '' : 'const '}${name} = ${checked()};`);
    context.line(writeScalar(scalar, context.text(place), name));
  } else context.line(writeScalar(scalar, context.text(place), checked()));
  followItem(context, item, place, `${scalar.bytes}`);
}

/** The call that checks an integer and gives it back. */
export function checkCall(
  context: FunctionContext,
  scalar: Scalar,
  where: string,
  value: string,
  at: string,
): string {
  return `${context.module.runtime(checkFunction(scalar))}(${where}, ${value}, ${at})`;
}

/** The object that the caller gives for an item, or one without members. */
export function objectGiven(context: FunctionContext, item: Item, place: Place): string {
  return `${context.module.runtime('checkObject')}(${context.where(item)}, ${givenFor(context, item)} ?? {}, ${context.text(place)})`;
}

/** Parts of an integer, combined. */
export function printCombined(
  context: FunctionContext,
  before: string,
  parts: readonly string[],
  wide: boolean,
): void {
  const all = parts.length === 0 ? [wide ? '0n' : '0'] : parts;
  const one = `${before}${wide ? '' : '('}${all.join(' | ')}${wide ? '' : ') >>> 0'};`;
  if (one.length <= 108) {
    context.line(one);
    return;
  }
  context.line(`${before}${wide ? '' : '('}`.trimEnd());
  context.printer.indented(() => {
    context.printer.lines(
      all.map((part, i) => `${i === 0 ? '' : '| '}${part}${wide && i === all.length - 1 ? ';' : ''}`),
    );
  });
  if (!wide) context.line(') >>> 0;');
}

/** True for the member whose length makes the length of a C struct. */
export function ownsBytes(context: FunctionContext, item: Item): boolean {
  return !context.tracks && (item === context.plan.items.at(-1) || context.plan.struct.kind === 'union');
}

/** The place of an item; makes room for it where that depends on the contents. */
export function roomFor(
  context: FunctionContext,
  item: Item,
  bytes: number | string,
  gapOnly = false,
): Place {
  const place = context.place(item);
  if (!context.tracks) return place;
  if (typeof bytes === 'number' && !gapOnly && context.isSure(item, bytes)) return place;
  context.line(
    `filled = ${context.module.runtime('claim')}(${context.where(item)}, view, filled, ${context.text(place)}, ${bytes});`,
  );
  return place;
}

/** Notes where the next field begins, if one stands right behind the item. */
export function followItem(context: FunctionContext, item: Item, place: Place, bytes: string): void {
  if (context.isFollowed(item)) context.line(`next = ${context.text(place)} + ${bytes};`);
}
