import { InternalError } from '../../src/base/internal-error.ts';
import { isTextArray } from '../../src/model/field.ts';
import type { Type } from '../../src/model/type.ts';
import type { FunctionContext, Place } from './context.ts';
import { checkCall, followItem, givenFor, ownsBytes, roomFor } from './encode-members.ts';
import type { Item } from './plan.ts';
import { isByte, mustBeScalar, writeScalar } from './scalar.ts';

/** Writes an array of bytes. */
export function writeByteArray(context: FunctionContext, item: Item): void {
  const { type } = item.field;
  const name = context.scope.nameOf(item);
  const fixed = type.kind === 'array' ? type.length : null;
  const place = fixed === null ? context.place(item) : roomFor(context, item, fixed);
  const field = context.scope.countOf(item);
  context.line(
    `const ${name} = ${givenBytes(context, item, type, `${givenFor(context, item)} ?? undefined`)};`,
  );
  context.line(
    `if (${name} !== undefined) ${context.module.runtime('checkBytes')}(${context.where(item)}, ${name}, ${context.text(place)});`,
  );
  const count = fixed === null ? checkedCount(context, item, name, place, 1, field) : `${fixed}`;
  context.line(
    `${context.module.runtime('writeBytes')}(${context.where(item)}, ${name}, view, ${context.text(place)}, ${count});`,
  );
  followItem(context, item, place, count);
}

/** What is given for an array, a string of text as its bytes. */
function givenBytes(context: FunctionContext, item: Item, type: Type, given: string): string {
  if ((type.kind !== 'array' && type.kind !== 'flexible') || !isTextArray(item.field, type.element))
    return given;
  return `${context.module.runtime('textBytes')}(${given}${type.kind === 'array' ? `, ${type.length}` : ''})`;
}

/** The variable with the number of elements to write, checked against what is given and the room. */
function checkedCount(
  context: FunctionContext,
  item: Item,
  given: string,
  place: Place,
  bytes: number,
  known: string | undefined,
): string {
  const code = context.count(item);
  const plain = code !== undefined && known === undefined && /^\w+$/.test(code.text);
  const name = plain
    ? code.text
    : (known ?? context.scope.locals.uniqueName(`${item.name ?? 'array'}_count`));
  const declare = known === undefined ? 'const ' : '';
  if (code === undefined) context.line(`${declare}${name} = ${given}?.length ?? 0;`);
  else {
    if (!plain) context.line(`${declare}${name} = ${code.text};`);
    const error = `${context.module.runtime('countMismatch')}(${context.where(item)}, ${context.text(place)}, ${name}, ${given}.length)`;
    context.guard(`${given} !== undefined && ${given}.length !== ${name}`, error);
  }
  const size = bytes === 0 ? '0' : bytes === 1 ? name : `${bytes} * ${name}`;
  if (context.tracks) {
    context.line(
      `filled = ${context.module.runtime('claim')}(${context.where(item)}, view, filled, ${context.text(place)}, ${size});`,
    );
    return name;
  }
  const room = `${context.module.runtime('noRoom')}(${context.where(item)}, ${context.text(place)}, ${size}, view.byteLength)`;
  context.guard(`!(${context.text(place)} + ${size} <= view.byteLength)`, room);
  if (ownsBytes(context, item)) {
    const declared = item.field.condition !== undefined || context.plan.struct.kind === 'union';
    context.line(
      `${declared ? '' : 'const '}bytes = ${context.plan.struct.kind === 'union' ? `Math.max(bytes, ${size})` : size};`,
    );
  }
  return name;
}

/** Writes an array of integers or structs. */
export function writeArray(context: FunctionContext, item: Item): void {
  const { type } = item.field;
  if (type.kind !== 'array' && type.kind !== 'flexible') throw new InternalError('no array');
  const name = context.scope.nameOf(item);
  const bytes = context.scope.elementBytes(item);
  const varies = context.facts.isDynamicType(type.element);
  const fixed = type.kind === 'array';
  const place = fixed && !varies ? roomFor(context, item, bytes * type.length) : context.place(item);
  context.line(`const ${name} = ${givenFor(context, item)} ?? undefined;`);
  const error = `${context.module.runtime('wrongType')}(${context.where(item)}, ${name}, ${context.text(place)}, 'an array')`;
  context.guard(`${name} !== undefined && !Array.isArray(${name})`, error);
  const count = fixed
    ? fixedCount(context, item, name, place, type.length)
    : checkedCount(context, item, name, place, varies ? 0 : bytes, context.scope.countOf(item));
  if (varies) {
    writeVaryingLoop(context, item, type.element, name, place, count);
    return;
  }
  writeLoop(context, item, type.element, {
    array: name,
    place,
    count,
    path: context.where(item).slice(1, -1),
    depth: 0,
  });
  followItem(context, item, place, `${bytes} * ${count}`);
}

function fixedCount(
  context: FunctionContext,
  item: Item,
  name: string,
  place: Place,
  length: number,
): string {
  const error = `${context.module.runtime('countMismatch')}(${context.where(item)}, ${context.text(place)}, ${length}, ${name}.length)`;
  context.guard(`${name} !== undefined && ${name}.length !== ${length}`, error);
  return `${length}`;
}

/** Writes elements of fixed size one after the other; zeros or defaults where no array is given. */
function writeLoop(
  context: FunctionContext,
  item: Item,
  type: Type,
  loop: { array: string; place: Place; count: string; path: string; depth: number },
): void {
  const { array, place, count, path, depth } = loop;
  const bytes = context.facts.extent(type).size ?? 0;
  const i = 'ijklmnop'.charAt(depth) || 'z';
  const at = `${context.text(place)} + ${bytes === 1 ? i : `${bytes} * ${i}`}`;
  const where = `\`${path}[\${${i}}]\``;
  if (type.kind === 'named') {
    const write = context.module.nestedPart(type.name, context.facts, 'write');
    const check = context.module.runtime('checkObject');
    const index = context.scope.locals.uniqueName('index');
    const elements = context.scope.locals.uniqueName(`${array}_given`);
    const next = context.scope.locals.uniqueName(`${array}_at`);
    const named = where.replace(`\${${i}}`, `\${${index}}`);
    context.line(`const ${elements} = ${array} ?? ${context.module.runtime('defaults')}(${count});`);
    context.line(`let ${next} = ${context.text(place)};`);
    context.line(`let ${index} = 0;`);
    context.block(
      'try {',
      () => {
        context.block(`for (; ${index} < ${count}; ${index}++, ${next} += ${bytes}) {`, () => {
          const element = `${check}('${type.name}', ${elements}[${index}], ${next})`;
          context.line(`${write}(${element}, view, ${next}${context.nestedArguments(type.name, false)});`);
        });
      },
      '} catch (error) {',
    );
    context.printer.indented(() =>
      context.line(`throw ${context.module.runtime('inside')}(${named}, error);`),
    );
    context.line('}');
    return;
  }
  const element = context.scope.locals.uniqueName(depth === 0 ? 'element' : `element_${i}`);
  const head = `for (let ${i} = 0; ${i} < ${count}; ${i}++) {`;
  if (type.kind !== 'array') {
    const scalar = mustBeScalar(type, item.abi);
    context.line(`if (${array} === undefined) {`);
    context.printer.indented(() =>
      context.line(
        `${context.module.runtime('zeroFill')}(view, ${context.text(place)}, ${context.text(place)} + ${bytes} * ${count});`,
      ),
    );
    context.block('} else {', () => {
      context.block(head, () => {
        context.line(`const ${element} = ${array}[${i}] as ${scalar.js};`);
        context.line(`const ${element}_at = ${at};`);
        context.line(
          writeScalar(scalar, `${element}_at`, checkCall(context, scalar, where, element, `${element}_at`)),
        );
      });
    });
    return;
  }
  const inner = depth === 0 ? `${array} === undefined ? undefined : ${array}[${i}]` : `${array}?.[${i}]`;
  context.block(head, () => {
    context.line(`const ${element} = ${givenBytes(context, item, type, inner)};`);
    if (isByte(type.element)) {
      context.line(
        `if (${array} !== undefined) ${context.module.runtime('checkBytes')}(${where}, ${element}, ${at});`,
      );
      context.line(
        `${context.module.runtime('writeBytes')}(${where}, ${element}, view, ${at}, ${type.length});`,
      );
      return;
    }
    context.guard(
      `${array} !== undefined && !Array.isArray(${element})`,
      `${context.module.runtime('wrongType')}(${where}, ${element}, ${at}, 'an array')`,
    );
    context.guard(
      `${element} !== undefined && ${element}.length !== ${type.length}`,
      `${context.module.runtime('countMismatch')}(${where}, ${at}, ${type.length}, ${element}.length)`,
    );
    writeLoop(context, item, type.element, {
      array: element,
      place: { base: at, delta: 0 },
      count: `${type.length}`,
      path: `${path}[\${${i}}]`,
      depth: depth + 1,
    });
  });
}

/** Writes structs of different sizes one after the other. */
function writeVaryingLoop(
  context: FunctionContext,
  item: Item,
  type: Type,
  array: string,
  place: Place,
  count: string,
): void {
  if (type.kind !== 'named') throw new InternalError('an array of arrays of varying size');
  const encode = context.module.codecPart(type.name, context.facts, 'encode', '');
  const at = context.scope.locals.uniqueName(`${item.name ?? 'item'}_next`);
  const index = context.scope.locals.uniqueName('index');
  const where = `\`${context.where(item).slice(1, -1)}[\${${index}}]\``;
  context.line(`let ${at} = ${context.text(place)};`);
  context.line(`let ${index} = 0;`);
  context.block(
    'try {',
    () => {
      context.block(
        `for (const element of ${array} ?? ${context.module.runtime('defaults')}(${count})) {`,
        () => {
          context.line(
            `${at} += ${encode}(element, view, ${at}${context.nestedArguments(type.name, false)});`,
          );
          context.line(`${index}++;`);
        },
      );
    },
    '} catch (error) {',
  );
  context.printer.indented(() => context.line(`throw ${context.module.runtime('inside')}(${where}, error);`));
  context.line('}');
  if (context.tracks) context.line(`filled = Math.max(filled, ${at});`);
  else if (ownsBytes(context, item))
    context.line(`const bytes = ${at} - ${place.delta === 0 ? place.base : `(${context.text(place)})`};`);
  if (context.isFollowed(item)) context.line(`next = ${at};`);
}
