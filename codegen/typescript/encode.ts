import type { FunctionContext, Place } from './context.ts';
import { writeArray, writeByteArray } from './encode-arrays.ts';
import { writeBitFields, writeRegister } from './encode-bits.ts';
import { zeroGaps } from './encode-gaps.ts';
import {
  followItem,
  givenFor,
  objectGiven,
  ownsBytes,
  roomFor,
  writeInteger,
  writeZeros,
} from './encode-members.ts';
import { declareReferences, readTails } from './encode-references.ts';
import { excludeEachOther, sameScalars, writeSharedScalar } from './encode-union.ts';
import { type Item, namedItems, ownBytes } from './plan.ts';
import { mustBeScalar, readScalar, unsigned } from './scalar.ts';

/** The checks of a caller's arguments. */
export function printEncodeChecks(context: FunctionContext): void {
  const { struct, layout } = context.plan;
  const minimum = layout.minSize;
  const test = minimum === 0 ? 'offset <= view.byteLength' : `offset + ${minimum} <= view.byteLength`;
  const error = `${context.module.runtime('cannotStart')}('${struct.name}', value, offset, ${minimum}, view.byteLength)`;
  // One throw: short functions are put in place of their calls by engines.
  context.guard(`typeof value !== 'object' || value === null || !(offset >= 0 && ${test})`, error);
}

/** What writes the bytes, and returns their number. */
export function printEncodeBody(context: FunctionContext): void {
  const { struct, layout, items } = context.plan;
  declareReferences(context);
  zeroGaps(context, layout);
  if (context.tracks) context.line(`let filled = offset + ${layout.minSize};`);
  if (context.hasFollowers) context.line('let next = offset;');
  if (struct.kind === 'union') writeUnion(context, items, 0, layout.minSize);
  else writeItems(context, items);
  printReturn(context);
}

function printReturn(context: FunctionContext): void {
  const { struct, layout } = context.plan;
  if (!context.dynamic) {
    context.line(`return ${layout.minSize};`);
    return;
  }
  if (struct.size !== undefined) {
    const size = context.scope.locals.uniqueName('size');
    context.line(`const ${size} = ${context.scope.number(struct.size, [struct.name]).text};`);
    const claim = context.module.runtime('claim');
    context.line(`if (offset + ${size} > filled) {`);
    context.printer.indented(() => {
      const error = `${context.module.runtime('noRoom')}('${struct.name}', offset, ${size}, view.byteLength)`;
      context.line(`if (!(offset + ${size} <= view.byteLength)) throw ${error};`);
      context.line(`filled = ${claim}('${struct.name}', view, filled, offset + ${size}, 0);`);
    });
    context.line('}');
  }
  if (context.tracks) context.line('return filled - offset;');
  else if (struct.kind === 'union') context.line('return bytes;');
  else context.line(`return ${flexibleEnd(context)};`);
}

/** The size of a C struct that ends in an array without length. */
function flexibleEnd(context: FunctionContext): string {
  const { layout, items } = context.plan;
  const last = items.at(-1);
  if (last === undefined || last.delta === null) return `${layout.minSize}`;
  return last.delta === layout.minSize
    ? `${last.delta} + bytes`
    : `Math.max(${layout.minSize}, ${last.delta} + bytes)`;
}

/** Writes items in the order of the schema, but what an expression asks for before what asks. */
function writeItems(context: FunctionContext, items: readonly Item[]): void {
  for (const item of items) writeInOrder(context, item, items);
}

function writeInOrder(context: FunctionContext, item: Item, siblings: readonly Item[]): void {
  if (context.written.has(item)) return;
  context.written.add(item);
  for (const needed of neededBy(context, item)) {
    const sibling = siblings.find((each) => each === needed || contains(each, needed));
    if (sibling !== undefined) writeInOrder(context, sibling, siblings);
  }
  writeItem(context, item);
}

function neededBy(context: FunctionContext, item: Item): readonly Item[] {
  const { condition, at, count, auto, type, bits } = item.field;
  const layout = [
    condition,
    at,
    type.kind === 'flexible' ? count : undefined,
    ...(bits ?? []).map((range) => range.condition),
  ];
  const own = layout.flatMap((expression) =>
    expression === undefined ? [] : context.scope.itemsIn(expression, item.scopes, true),
  );
  // What an encoder fills in counts arrays as they are given, not as they are written.
  const filled = auto === undefined ? [] : context.scope.itemsIn(auto, item.scopes, false);
  return [...own, ...filled, ...item.items.flatMap((inner) => neededBy(context, inner))];
}

function writeItem(context: FunctionContext, item: Item): void {
  const condition = context.condition(item);
  if (condition === undefined) {
    writeMember(context, item);
    return;
  }
  const presence = context.scope.presenceOf(item);
  if (presence !== undefined)
    context.line(`${item.isConditional ? '' : 'const '}${presence} = ${condition};`);
  context.line(context.ifLine(presence ?? condition, item.field.condition));
  context.printer.indented(() => writeMember(context, item));
  const leaves = namedItems([item]);
  for (const leaf of leaves) {
    const given = givenFor(context, leaf);
    context.line(`} else if (${given} != null) {`);
    context.printer.indented(() => refuseItem(context, leaf, given));
  }
  context.line('}');
}

function refuseItem(context: FunctionContext, item: Item, given: string): void {
  const at = item.delta === null ? 'offset' : context.text({ base: 'offset', delta: item.delta });
  context.line(
    `throw ${context.module.runtime('unexpectedField')}(${context.where(item)}, ${given}, ${at});`,
  );
}

function writeMember(context: FunctionContext, item: Item): void {
  if (item.kind === 'scalar' && item.field.bits !== undefined) writeRegister(context, item);
  else if (item.kind === 'scalar') writeInteger(context, item);
  else if (item.kind === 'bits') writeBitFields(context, item);
  else if (item.kind === 'group') writeGroup(context, item);
  else if (item.kind === 'struct') writeStruct(context, item);
  else if (item.kind === 'bytes') writeByteArray(context, item);
  else writeArray(context, item);
}

function writeGroup(context: FunctionContext, item: Item): void {
  const base = item.delta ?? 0;
  if (item.name !== null) {
    const object = context.scope.nameOf(item);
    const given = objectGiven(context, item, { base: 'offset', delta: base });
    if (namedItems(item.items).length === 0) context.line(`${given};`);
    else {
      const type = context.module.structType(item.field.type.kind === 'named' ? item.field.type.name : '');
      context.line(`const ${object}: ${context.module.runtimeType('Encodable')}<${type}> = ${given};`);
    }
    context.objects.set(item.id, object);
  }
  if (item.union) writeUnion(context, item.items, base, item.member.size ?? 0);
  else writeItems(context, item.items);
}

/** A union: the members that are given, which must agree on the bytes they share. */
function writeUnion(context: FunctionContext, items: readonly Item[], base: number, size: number): void {
  const place: Place = { base: 'offset', delta: base };
  if (sameScalars(context, items)) {
    writeSharedScalar(context, items, base, size);
    return;
  }
  const apart = items.length < 2 || excludeEachOther(context, items);
  let check = '';
  if (apart) writeZeros(context, place, size);
  else {
    check = context.scope.locals.uniqueName('shared');
    context.line('// The members that are given must agree on the bytes that they share.');
    context.line(
      `const ${check} = new ${context.module.runtime('UnionBytes')}(view, ${context.text(place)}, ${size});`,
    );
  }
  for (const arm of items) writeArm(context, arm, check, base, size);
  for (const { item, tail, name } of context.scope.references.values()) {
    const mine = items.some((arm) => arm === item || contains(arm, item));
    if (mine && tail.length === 0 && item.delta !== null && item.kind === 'scalar') {
      const scalar = mustBeScalar(item.field.type, item.abi);
      context.line(
        `${name} = ${readScalar(item.field.bits === undefined ? scalar : unsigned(scalar), context.text({ base: 'offset', delta: item.delta }))};`,
      );
    }
  }
}

function writeArm(context: FunctionContext, arm: Item, check: string, base: number, size: number): void {
  const leaves = namedItems([arm]);
  if (leaves.length === 0) return;
  const condition = context.condition(arm);
  const given = leaves.map((leaf) => `${givenFor(context, leaf)} != null`).join(' || ');
  context.block(`if (${given}) {`, () => {
    const first = leaves[0] ?? arm;
    if (condition !== undefined) {
      const at = context.text({ base: 'offset', delta: base });
      const error = `${context.module.runtime('unexpectedField')}(${context.where(first)}, ${givenFor(context, first)}, ${at})`;
      context.guard(negated(condition), error);
    }
    writeMember(context, arm);
    if (check === '') return;
    const runs = ownBytes(arm, context.facts, base, size).map(([start, end]) => `[${start}, ${end}]`);
    context.line(`${check}.add(${context.where(first)}, ${givenFor(context, first)}, [${runs.join(', ')}]);`);
  });
}

function writeStruct(context: FunctionContext, item: Item): void {
  const name = item.field.type.kind === 'named' ? item.field.type.name : '';
  const dynamic = context.facts.isDynamic(name);
  const place = roomFor(context, item, dynamic ? 0 : (context.bytesOf(item) ?? 0), dynamic);
  const bytes = dynamic ? bytesName(context, item) : '';
  const value = context.scope.nameOf(item);
  const write = dynamic
    ? context.module.codecPart(name, context.facts, 'encode', '')
    : context.module.nestedPart(name, context.facts, 'write');
  const call = `${write}(${value}, view, ${context.text(place)}${context.nestedArguments(name, false)})`;
  context.line(
    `const ${value} = ${dynamic ? `${givenFor(context, item)} ?? {}` : objectGiven(context, item, place)};`,
  );
  if (dynamic && !ownsBytes(context, item)) context.line(`let ${bytes} = 0;`);
  else if (
    dynamic &&
    item.field.condition === undefined &&
    !item.isConditional &&
    context.plan.struct.kind !== 'union'
  )
    context.line('let bytes = 0;');
  context.block(
    'try {',
    () => {
      context.line(dynamic ? `${bytes} = ${call};` : `${call};`);
    },
    '} catch (error) {',
  );
  context.printer.indented(() =>
    context.line(`throw ${context.module.runtime('inside')}(${context.where(item)}, error);`),
  );
  context.line('}');
  if (dynamic && context.tracks)
    context.line(`filled = Math.max(filled, ${context.text(place)} + ${bytes});`);
  followItem(context, item, place, dynamic ? bytes : `${context.bytesOf(item) ?? 0}`);
  readTails(context, item);
}

function bytesName(context: FunctionContext, item: Item): string {
  return ownsBytes(context, item) ? 'bytes' : context.scope.locals.uniqueName(`${item.name ?? 'it'}_bytes`);
}

/** The opposite of a condition. */
function negated(condition: string): string {
  return /^\S+ === \S+$/.test(condition) ? condition.replace(' === ', ' !== ') : `!(${condition})`;
}

function contains(group: Item, item: Item): boolean {
  return item.id.startsWith(`${group.id}/`);
}
