import { InternalError } from '../../src/base/internal-error.ts';
import type { Abi } from '../../src/layout/abi.ts';
import type { Type } from '../../src/model/type.ts';
import type { FunctionContext, Place } from './context.ts';
import { checkedPlace, followItem, groupedText, indent, measureCall } from './decode-members.ts';
import type { Item } from './plan.ts';
import { isByte, mustBeScalar, readScalar } from './scalar.ts';

/** Arrays of at most so many integers are written out instead of looped over. */
const longestLiteral = 8;

/** The number of elements of a flexible array, checked against what is there. */
function checkedCount(context: FunctionContext, item: Item, place: Place, bytes: number): string {
  const count = context.count(item);
  const left = `limit - ${groupedText(context, place)}`;
  const given = bytes > 1 ? `Math.floor((${left}) / ${bytes})` : left;
  const known = context.scope.countOf(item);
  if (count === undefined) {
    const name = known ?? context.scope.locals.uniqueName(`${item.name ?? 'array'}_count`);
    context.line(`${known === undefined ? 'const ' : ''}${name} = Math.max(${given}, 0);`);
    return name;
  }
  let name = count.text;
  if (known !== undefined) {
    context.line(`${known} = ${count.text};`);
    name = known;
  } else if (!/^\w+$/.test(count.text)) {
    name = context.scope.locals.uniqueName(`${item.name ?? 'array'}_count`);
    context.line(`const ${name} = ${count.text};`);
  }
  const error = `${context.module.runtime('badCount')}(${context.where(item)}, ${context.text(place)}, ${name}, ${given})`;
  const room = `${context.text(place)} + ${bytes === 1 ? '' : `${bytes} * `}${name} <= limit`;
  context.guard(`!(${room})`, error);
  return name;
}

/** The value of an array of bytes. */
export function bytesValue(context: FunctionContext, item: Item): string {
  const { type } = item.field;
  const read = context.module.runtime('readBytes');
  if (type.kind === 'array') {
    const place = checkedPlace(context, item, type.length);
    followItem(context, item, place, type.length);
    return `${read}(view, ${context.text(place)}, ${type.length})`;
  }
  const place = context.place(item);
  const count = checkedCount(context, item, place, 1);
  const name = context.scope.nameOf(item);
  context.line(`const ${name} = ${read}(view, ${context.text(place)}, ${count});`);
  if (context.isFollowed(item)) context.line(`next = ${context.text(place)} + ${count};`);
  return name;
}

/** The value of an array of integers or structs: written out if it is short, else filled by a loop. */
export function arrayValue(context: FunctionContext, item: Item): string {
  const { type } = item.field;
  if (type.kind !== 'array' && type.kind !== 'flexible') throw new InternalError('no array');
  const bytes = context.scope.elementBytes(item);
  const varies = context.facts.isDynamicType(type.element);
  const fixed = type.kind === 'array';
  const place = fixed && !varies ? checkedPlace(context, item, bytes * type.length) : context.place(item);
  const short = fixed && !varies && leaves(type) <= longestLiteral;
  if (short) {
    followItem(context, item, place, bytes * type.length);
    return literalArray(context, type, place, item.abi);
  }
  const count = fixed ? `${type.length}` : checkedCount(context, item, place, Math.max(bytes, 1));
  const name = context.scope.nameOf(item);
  context.line(`const ${name}: ${elementsType(context, type.element)}[] = [];`);
  if (varies) varyingLoop(context, item, name, place, count);
  else {
    loopOver(context, type.element, { array: name, place, count, abi: item.abi, depth: 0 });
    if (context.isFollowed(item)) context.line(`next = ${context.text(place)} + ${bytes} * ${count};`);
  }
  return name;
}

/** The type of an element of an array in values. */
function elementsType(context: FunctionContext, type: Type): string {
  if (type.kind === 'array')
    return isByte(type.element) ? 'Uint8Array' : `${elementsType(context, type.element)}[]`;
  if (type.kind === 'named') return context.module.structType(type.name);
  return mustBeScalar(type, context.facts.abi).js;
}

/** Elements written one by one. */
function literalArray(
  context: FunctionContext,
  type: Type & { kind: 'array' },
  place: Place,
  abi: Abi,
): string {
  const bytes = context.facts.extent(type.element).size ?? 0;
  const elements = Array.from({ length: type.length }, (_, i) => {
    return elementValue(context, type.element, { ...place, delta: place.delta + i * bytes }, abi);
  });
  const line = `[${elements.join(', ')}]`;
  return line.length <= 90 && !line.includes('\n')
    ? line
    : `[\n${elements.map((element) => indent(`${element},`)).join('\n')}\n]`;
}

/** The value of an element of fixed size at a place. */
function elementValue(context: FunctionContext, type: Type, place: Place, abi: Abi): string {
  if (type.kind === 'array') {
    if (isByte(type.element))
      return `${context.module.runtime('readBytes')}(view, ${context.text(place)}, ${type.length})`;
    return literalArray(context, type, place, abi);
  }
  if (type.kind === 'named') {
    const decode = context.module.nestedPart(type.name, context.facts, 'read');
    return `${decode}(view, ${context.text(place)}${context.nestedArguments(type.name, true)})`;
  }
  return readScalar(mustBeScalar(type, abi), context.text(place));
}

/** A loop over elements of fixed size. */
function loopOver(
  context: FunctionContext,
  type: Type,
  loop: { array: string; place: Place; count: string; abi: Abi; depth: number },
): void {
  const { array, place, count, abi, depth } = loop;
  const bytes = context.facts.extent(type).size ?? 0;
  const i = `${'ijklmnop'.charAt(depth) || 'z'}`;
  const step = bytes === 1 ? i : `${bytes} * ${i}`;
  const at = { base: `${context.text(place)} + ${step}`, delta: 0 };
  const head = `for (let ${i} = 0; ${i} < ${count}; ${i}++)`;
  if (type.kind !== 'array' || isByte(type.element) || leaves(type) <= longestLiteral) {
    const element = elementValue(context, type, at, abi);
    context.block(`${head} {`, () => context.line(`${array}.push(${element});`));
    return;
  }
  context.block(`${head} {`, () => {
    const inner = context.scope.locals.uniqueName(`${array}_${i}`);
    context.line(`const ${inner}: ${elementsType(context, type.element)}[] = [];`);
    loopOver(context, type.element, {
      array: inner,
      place: at,
      count: `${type.length}`,
      abi,
      depth: depth + 1,
    });
    context.line(`${array}.push(${inner});`);
  });
}

/** A loop over structs whose sizes differ. */
function varyingLoop(context: FunctionContext, item: Item, array: string, place: Place, count: string): void {
  const type =
    item.field.type.kind === 'array' || item.field.type.kind === 'flexible'
      ? item.field.type.element
      : item.field.type;
  if (type.kind !== 'named') throw new InternalError('an array of arrays of varying size');
  const call = context.module.codecPart(type.name, context.facts, 'decode', '');
  const at = context.scope.locals.uniqueName(`${item.name ?? 'item'}_next`);
  const path = context.where(item).slice(1, -1);
  context.line(`let ${at} = ${context.text(place)};`);
  const until =
    item.field.type.kind === 'flexible' && item.field.count === undefined ? `${at} < limit` : `i < ${count}`;
  context.block(`for (let i = 0; ${until}; i++) {`, () => {
    context.block(
      'try {',
      () => {
        context.line(`const element = ${call}(view, ${at}${context.nestedArguments(type.name, true)});`);
        context.line(`${array}.push(element);`);
        context.line(`${at} += ${measureCall(context, type.name, 'element')};`);
      },
      '} catch (error) {',
    );
    context.printer.indented(() =>
      context.line(`throw ${context.module.runtime('inside')}(\`${path}[\${i}]\`, error);`),
    );
    context.line('}');
  });
  if (context.isFollowed(item)) context.line(`next = ${at};`);
}

/** Number of integers or structs in an array of arrays. */
function leaves(type: Type): number {
  if (type.kind !== 'array') return 1;
  return isByte(type.element) ? 1 : type.length * leaves(type.element);
}
