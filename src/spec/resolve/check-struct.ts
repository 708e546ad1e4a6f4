import type { Struct } from '../../model/declaration.ts';
import type { Expression } from '../../model/expression.ts';
import type { Field } from '../../model/field.ts';
import { findField } from '../../model/path.ts';
import { scalars, type Type } from '../../model/type.ts';
import { limits } from '../limits.ts';
import { get, type SpecNode } from '../node.ts';
import { areApart } from './availability.ts';
import type { ResolveContext } from './context.ts';

/** Checks what the members of a struct must keep together: names, offsets, conditions, size. */
export function checkStruct(struct: Struct, context: ResolveContext): void {
  if (!struct.inline) checkNames(struct, new Map(), context);
  if (struct.kind === 'registers') {
    checkOffsets(struct, context);
    checkCoverage(struct, context);
  } else checkFlexible(struct, context);
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
    if (
      old !== undefined &&
      old.span.start !== field.span.start &&
      !areApart(old.availability, field.availability)
    ) {
      context.error(
        'duplicate-name',
        field.span,
        `two members are named ${field.name}, expected unique names.`,
      );
    }
    taken.set(field.name, field);
    if (inner?.inline) checkNames(inner, new Map(), context);
  }
}

function checkFlexible(struct: Struct, context: ResolveContext): void {
  for (const [i, field] of struct.fields.entries()) {
    const label = field.name ?? 'the member';
    const last = struct.kind === 'union' || i === struct.fields.length - 1;
    if (!last && hasTail(field.type, context)) {
      const message = `${label} has no length but members after it, expected it to be the last.`;
      context.error('misplaced-array', field.span, message);
    }
    const element =
      field.type.kind === 'array' || field.type.kind === 'flexible' ? field.type.element : undefined;
    if (element !== undefined && hasTail(element, context)) {
      const message = `the elements of ${label} end in an array without a length, expected elements of one size.`;
      context.error('misplaced-array', field.span, message);
    }
  }
}

/** True for a type that ends in an array without a length. */
function hasTail(type: Type, context: ResolveContext): boolean {
  switch (type.kind) {
    case 'flexible':
      return true;
    case 'array':
      return hasTail(type.element, context);
    case 'named': {
      if (context.layout(type.name) === undefined) return false;
      const inner = context.structs.get(type.name);
      if (inner === undefined || inner.kind === 'registers') return false;
      const members = inner.kind === 'union' ? inner.fields : inner.fields.slice(-1);
      return members.some((member) => hasTail(member.type, context));
    }
    case 'scalar':
    case 'pointer':
      return false;
  }
}

/** Every bit of a register that has ranges is named, if only as reserved. */
function checkCoverage(struct: Struct, context: ResolveContext): void {
  for (const field of struct.fields) {
    if (field.bits === undefined || field.bits.length === 0 || field.type.kind !== 'scalar') continue;
    const width = scalars[field.type.name].bytes * 8;
    const covered = new Set(
      field.bits.flatMap(({ low, high }) => Array.from({ length: high - low + 1 }, (_, i) => low + i)),
    );
    const missing = Array.from({ length: width }, (_, bit) => bit).find((bit) => !covered.has(bit));
    if (missing !== undefined) {
      const message = `bit ${missing} of ${field.name} has no name, expected every bit to be named or reserved: true.`;
      context.error('unnamed-bit', field.span, message);
    }
  }
}

/** Keys that only blocks of registers, or only C structs and unions, have. */
export function checkStructKeys(node: SpecNode, kind: Struct['kind'], context: ResolveContext): void {
  const registers = kind === 'registers';
  for (const key of registers ? ['packed', 'aligned'] : ['size', 'size-macro']) {
    const misplaced = get(node, key);
    if (misplaced === undefined) continue;
    const [found, expected] = registers
      ? ['a block of registers', 'a C struct or union']
      : [`a C ${kind}`, 'a block of registers'];
    context.error('unknown-key', misplaced.span, `${key} is in ${found}, expected it in ${expected}.`);
  }
}

function checkOffsets(struct: Struct, context: ResolveContext): void {
  const placed: { field: Field; start: number; end: number }[] = [];
  for (const member of context.layout(struct.name)?.members ?? []) {
    if (member.kind !== 'field') continue;
    const { field, offset: start } = member;
    if (field.macro !== undefined && start === null) {
      context.error(
        'no-offset',
        field.span,
        `${field.name} has a macro for its offset but no fixed offset, expected at with an integer.`,
      );
    }
    if (start === null) continue;
    if (!Number.isSafeInteger(start) || start < 0 || start > limits.structBytes) {
      const span = field.at?.span ?? field.span;
      context.error('bad-offset', span, `${field.name} is at ${start}, expected 0 to ${limits.structBytes}.`);
      continue;
    }
    const end = start + (member.size ?? member.nested?.minSize ?? 0);
    const other = placed.find(
      (one) =>
        one.start < end &&
        start < one.end &&
        one.field.condition === undefined &&
        field.condition === undefined,
    );
    if (other !== undefined) {
      context.error(
        'overlap',
        field.span,
        `${field.name} at ${start} overlaps ${other.field.name} at ${other.start}, expected separate bytes or conditions that exclude each other.`,
      );
    }
    placed.push({ field, start, end });
  }
}

function checkConditionCycles(struct: Struct, context: ResolveContext): void {
  const needs = new Map<string, readonly string[]>();
  for (const field of struct.fields) {
    if (field.name === null) continue;
    const expressions = [field.condition, field.at, field.count].filter((e) => e !== undefined);
    const names = expressions
      .flatMap(rootNames)
      .filter((name) => findField(context, struct.name, name) !== undefined);
    needs.set(field.name, [...(needs.get(field.name) ?? []), ...names]);
  }
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (done.has(name)) return;
    const cut = trail.indexOf(name);
    if (cut !== -1) {
      const field = struct.fields.find((one) => one.name === name);
      const cycle = [...trail.slice(cut), name].join(' -> ');
      context.error(
        'cycle',
        field?.span ?? struct.span,
        `whether ${name} exists depends on itself: ${cycle}.`,
      );
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
    case 'integer':
      return [];
    case 'name':
      return [expression.path[0] ?? ''];
    case 'unary':
      return rootNames(expression.operand);
    case 'binary':
      return [...rootNames(expression.left), ...rootNames(expression.right)];
    case 'conditional':
      return [expression.test, expression.then, expression.else].flatMap(rootNames);
    case 'call':
      return expression.callee.startsWith('sizeof') || expression.callee.startsWith('offsetof')
        ? []
        : expression.args.flatMap(rootNames);
  }
}

function checkSize(struct: Struct, context: ResolveContext): void {
  const layout = context.layout(struct.name);
  const size = layout?.size ?? 0;
  const worst = size >= 0 && size <= limits.structBytes ? (layout?.minSize ?? 0) : size;
  if (worst >= 0 && worst <= limits.structBytes) return;
  const found = Number.isFinite(worst) ? `${worst} bytes` : 'no size';
  context.error(
    'too-big',
    struct.span,
    `${struct.name} has ${found}, expected 0 to ${limits.structBytes} bytes.`,
  );
}
