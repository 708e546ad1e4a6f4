import type { FunctionContext, Place } from './context.ts';
import { checkCall, givenFor, writeZeros } from './encode-members.ts';
import type { Item } from './plan.ts';
import { mustBeScalar, scalarName, writeScalar } from './scalar.ts';

/** True where the members are plain integers of one type without conditions. */
export function sameScalars(context: FunctionContext, items: readonly Item[]): boolean {
  const [first] = items;
  return (
    items.length > 1 &&
    items.every((item) => {
      const same =
        item.scalar?.bytes === first?.scalar?.bytes &&
        item.scalar?.signed === first?.scalar?.signed &&
        item.scalar?.littleEndian === first?.scalar?.littleEndian;
      const plain =
        item.kind === 'scalar' &&
        item.field.bits === undefined &&
        item.field.condition === undefined &&
        item.field.auto === undefined &&
        item.field.default === undefined;
      return same && plain && !context.scope.isReferenced(item);
    })
  );
}

/** Writes one integer for all members of a union, which must agree on it. */
export function writeSharedScalar(
  context: FunctionContext,
  items: readonly Item[],
  base: number,
  size: number,
): void {
  const [first] = items;
  if (first === undefined) return;
  const scalar = mustBeScalar(first.field.type, first.abi);
  const place: Place = { base: 'offset', delta: base };
  const zero = scalar.js === 'bigint' ? '0n' : '0';
  const name = context.scope.nameOf(first);
  const paths = items.map((item) => context.where(item));
  const given = items.map((item) => givenFor(context, item));
  const where = paths.reduceRight((rest, path, i) => `${given[i]} != null ? ${path} : ${rest}`);
  const check = checkCall(context, scalar, where, `${given.join(' ?? ')} ?? ${zero}`, context.text(place));
  context.line(`const ${name} = ${check};`);
  for (const [i, other] of given.entries()) {
    if (i === 0) continue;
    const error = `${context.module.runtime('unlike')}('${scalarName(scalar)}', ${paths[i]}, ${other}, ${context.text(place)})`;
    context.guard(`(${other} ?? ${name}) !== ${name}`, error);
  }
  context.line(writeScalar(scalar, context.text(place), name));
  if (size > scalar.bytes)
    writeZeros(context, { base: 'offset', delta: base + scalar.bytes }, size - scalar.bytes);
}

/** True where each member's condition compares the same thing with another constant. */
export function excludeEachOther(context: FunctionContext, items: readonly Item[]): boolean {
  const seen = new Set<string>();
  let subject = '';
  for (const item of items) {
    const { condition } = item.field;
    if (condition?.kind !== 'binary' || condition.operator !== '==') return false;
    const value = context.facts.constant(condition.right, null);
    const path = condition.left.kind === 'name' ? condition.left.path.join('.') : '';
    if (value === undefined || path === '' || (subject !== '' && subject !== path) || seen.has(`${value}`))
      return false;
    subject = path;
    seen.add(`${value}`);
  }
  return true;
}
