import type { Struct } from '../../model/declaration.ts';
import type { Expression } from '../../model/expression.ts';
import type { Field } from '../../model/field.ts';
import { findField } from '../../model/path.ts';
import { limits } from '../limits.ts';
import type { ResolveContext } from './context.ts';

/** Checks what the members of a struct must keep together: names, offsets, conditions, size. */
export function checkStruct(struct: Struct, context: ResolveContext): void {
  if (!struct.inline) checkNames(struct, new Map(), context);
  if (struct.kind === 'struct') checkFlexible(struct, context);
  if (struct.kind === 'registers') checkOffsets(struct, context);
  else checkRegisterKeys(struct, context);
  checkConditionCycles(struct, context);
  checkSize(struct, context);
}

/** Members of anonymous structs share the names of the struct around. */
function checkNames(struct: Struct, taken: Map<string, Field>, context: ResolveContext): void {
  for (const field of struct.fields) {
    const inner = field.type.kind === 'named' ? context.structs.get(field.type.name) : undefined;
    if (field.name === null) {
      if (inner !== undefined) checkNames(inner, taken, context);
      continue;
    }
    const old = taken.get(field.name);
    if (old !== undefined && old.span.start !== field.span.start && !apart(old, field)) {
      context.error('duplicate-name', field.span, `two members are named ${field.name}, expected names of their own.`);
    }
    taken.set(field.name, field);
    if (inner?.inline) checkNames(inner, new Map(), context);
  }
}

/** Two members of one name are fine where no release has both. */
function apart(a: Field, b: Field): boolean {
  return a.availability.until.length > 0 || b.availability.until.length > 0;
}

function checkFlexible(struct: Struct, context: ResolveContext): void {
  for (const field of struct.fields.slice(0, -1)) {
    if (field.type.kind === 'flexible') {
      context.error('misplaced-array', field.span, `${field.name} has no length but members after it, expected it to be the last.`);
    }
  }
}

function checkRegisterKeys(struct: Struct, context: ResolveContext): void {
  for (const field of struct.fields) {
    if (field.at !== undefined) context.error('unknown-key', field.at.span, 'at stands in a C struct, expected it in a block of registers.');
  }
}

function checkOffsets(struct: Struct, context: ResolveContext): void {
  const placed: { field: Field; start: number; end: number }[] = [];
  for (const member of context.layout(struct.name)?.members ?? []) {
    if (member.kind !== 'field') continue;
    const { field, offset: start } = member;
    if (field.macro !== undefined && start === null) {
      context.error('no-offset', field.span, `${field.name} has a macro for its offset but no fixed offset, expected at with an integer.`);
    }
    if (start === null) continue;
    const end = start + (member.size ?? member.nested?.minSize ?? 0);
    const other = placed.find((one) => one.start < end && start < one.end && one.field.condition === undefined && field.condition === undefined);
    if (other !== undefined) {
      context.error('overlap', field.span, `${field.name} at ${start} overlaps ${other.field.name} at ${other.start}, expected separate bytes or conditions that exclude each other.`);
    }
    placed.push({ field, start, end });
  }
}

function checkConditionCycles(struct: Struct, context: ResolveContext): void {
  const needs = new Map<string, readonly string[]>();
  for (const field of struct.fields) {
    if (field.name === null) continue;
    const expressions = [field.condition, field.at, field.count].filter((e) => e !== undefined);
    const names = expressions.flatMap(rootNames).filter((name) => findField(context, struct.name, name) !== undefined);
    needs.set(field.name, [...(needs.get(field.name) ?? []), ...names]);
  }
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (done.has(name)) return;
    const cut = trail.indexOf(name);
    if (cut !== -1) {
      const field = struct.fields.find((one) => one.name === name);
      const cycle = [...trail.slice(cut), name].join(' -> ');
      context.error('cycle', field?.span ?? struct.span, `whether ${name} exists depends on itself: ${cycle}.`);
      return;
    }
    for (const next of needs.get(name) ?? []) visit(next, [...trail, name]);
    done.add(name);
  };
  for (const name of needs.keys()) visit(name, []);
}

/** First parts of all paths in an expression. */
function rootNames(expression: Expression): string[] {
  switch (expression.kind) {
    case 'integer': return [];
    case 'name': return [expression.path[0] ?? ''];
    case 'unary': return rootNames(expression.operand);
    case 'binary': return [...rootNames(expression.left), ...rootNames(expression.right)];
    case 'conditional': return [expression.test, expression.then, expression.else].flatMap(rootNames);
    case 'call': return expression.callee.startsWith('sizeof') || expression.callee.startsWith('offsetof') ? [] : expression.args.flatMap(rootNames);
  }
}

function checkSize(struct: Struct, context: ResolveContext): void {
  const minSize = context.layout(struct.name)?.minSize ?? 0;
  if (minSize > limits.structBytes) {
    context.error('too-big', struct.span, `${struct.name} has ${minSize} bytes, expected at most ${limits.structBytes}.`);
  }
}
