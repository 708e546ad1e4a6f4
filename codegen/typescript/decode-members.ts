import type { Type } from '../../src/model/type.ts';
import type { FunctionContext, Place } from './context.ts';
import type { Item } from './plan.ts';
import { mustBeScalar, readScalar, unsigned } from './scalar.ts';
import { keyOf, readTail } from './scope.ts';

/** How a variable for an integer of a type starts. */
export function zeroOf(context: FunctionContext, type: Type): string {
  return mustBeScalar(type, context.facts.abi).js === 'bigint' ? ' = 0n' : ' = 0';
}

/** True where {@link declareReferences} has read an item's integer. */
export function isReadAtStart(context: FunctionContext, item: Item): boolean {
  return (
    context.scope.isReferenced(item) &&
    item.field.condition === undefined &&
    !item.isConditional &&
    context.isSure(item, context.bytesOf(item))
  );
}

/** The expression that reads the integer of an item. */
export function readItem(context: FunctionContext, item: Item, place: Place): string {
  const scalar = mustBeScalar(item.field.type, item.abi);
  return readScalar(item.field.bits === undefined ? scalar : unsigned(scalar), context.text(place));
}

/** Stores a referenced integer that was not known before; gives the expression to use from then on. */
export function keepReference(context: FunctionContext, item: Item, text: string): string {
  if (!context.scope.isReferenced(item) || item.name === null) return text;
  context.line(`${context.scope.nameOf(item)} = ${text};`);
  return context.scope.nameOf(item);
}

/** The call that gives the bytes of a nested struct whose size varies. */
export function measureCall(context: FunctionContext, struct: string, variable: string): string {
  const measure = context.module.codecPart(struct, context.facts, 'measure', '');
  return `${measure}(${variable}${context.facts.usesContext(struct) ? ', context' : ''})`;
}

/** Reads integers inside a nested struct that could not be read at the start. */
export function readTails(context: FunctionContext, item: Item): void {
  for (const reference of context.scope.references.values()) {
    if (reference.item !== item || reference.tail.length === 0) continue;
    const read = readTail(reference, context.plan);
    if (read === undefined) continue;
    const declared =
      read.delta + read.bytes <= context.plan.layout.minSize &&
      item.field.condition === undefined &&
      !item.isConditional;
    if (declared) continue;
    const name = context.scope.references.get(keyOf(reference))?.name ?? '';
    context.line(
      `if (offset + ${read.delta + read.bytes} <= ${context.dynamic ? 'limit' : 'view.byteLength'}) ${name} = ${read.text};`,
    );
  }
}

/** The place of an item of known size; refuses to go on where it does not fit. */
export function checkedPlace(context: FunctionContext, item: Item, bytes: number): Place {
  const place = context.place(item);
  if (context.isSure(item, bytes) || !context.dynamic) return place;
  const error = `${context.module.runtime('tooShort')}(${context.where(item)}, ${context.text(place)}, ${bytes}, limit)`;
  context.guard(`!(${context.text(place, bytes)} <= limit)`, error);
  return place;
}

/** A place behind a minus. */
export function groupedText(context: FunctionContext, place: Place): string {
  return place.delta === 0 ? place.base : `(${context.text(place)})`;
}

/** Notes where the next field begins, if one stands right behind the item. */
export function followItem(context: FunctionContext, item: Item, place: Place, bytes: number): void {
  if (context.isFollowed(item)) context.line(`next = ${context.text(place, bytes)};`);
}

/** A text of several lines, one level deeper. */
export function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
