import type { Expression } from '../../model/expression.ts';
import { findField, resolvePath } from '../../model/path.ts';
import type { SpecNode } from '../node.ts';
import type { ResolveContext } from './context.ts';

/** The expression under a key, whose names are looked up in a struct; undefined where there is none. */
export function structExpression(
  node: SpecNode,
  key: string,
  struct: string,
  context: ResolveContext,
): Expression | undefined {
  const expression = context.expression(node, key);
  if (expression !== undefined) context.check(() => checkExpression(expression, struct, context));
  return expression;
}

/** Checks that every name of an expression means something inside a struct, and every function's arguments too. */
export function checkExpression(expression: Expression, struct: string, context: ResolveContext): void {
  switch (expression.kind) {
    case 'integer':
      return;
    case 'name':
      checkPath(expression.path, expression, struct, context);
      return;
    case 'unary':
      checkExpression(expression.operand, struct, context);
      return;
    case 'binary':
      checkExpression(expression.left, struct, context);
      checkExpression(expression.right, struct, context);
      return;
    case 'conditional':
      for (const part of [expression.test, expression.then, expression.else])
        checkExpression(part, struct, context);
      return;
    case 'call':
      checkCall(expression, struct, context);
  }
}

function checkCall(
  call: Extract<Expression, { kind: 'call' }>,
  struct: string,
  context: ResolveContext,
): void {
  const [first, second] = call.args;
  if (!['sizeof', 'offsetof', 'offsetofend', 'count', 'length', 'has'].includes(call.callee)) {
    for (const argument of call.args) checkExpression(argument, struct, context);
    return;
  }
  if (first?.kind !== 'name') {
    context.error('bad-expression', call.span, `${call.callee} is given an expression, expected a name.`);
    return;
  }
  if (['count', 'length', 'has'].includes(call.callee)) {
    checkPath(first.path, first, struct, context);
    if (call.callee !== 'has') checkMeasured(call.callee, first, struct, context);
    return;
  }
  const name = first.path.join('.');
  const type = name === 'self' ? struct : name;
  if (name !== 'self' && !context.typeNames.has(name)) {
    context.unknown('type', name, first.span, ['self', ...context.typeNames.keys()]);
  } else if (second !== undefined) {
    const field = second.kind === 'name' ? second.path.join('.') : '';
    if (findField(context, type, field) === undefined) {
      context.error(
        'unknown-name',
        second.span,
        `unknown field ${field} of ${type}, expected one of its fields.`,
      );
    }
  }
}

/** `count` and `length` measure an array, or the memory that a field points to. */
function checkMeasured(
  callee: string,
  name: Extract<Expression, { kind: 'name' }>,
  struct: string,
  context: ResolveContext,
): void {
  const target = resolvePath(context, struct, name.path, () => undefined);
  const field =
    target?.kind === 'field' && target.bits === undefined ? target.steps.at(-1)?.field : undefined;
  if (field === undefined || field.userPointer !== undefined || field.variant !== undefined) return;
  if (field.type.kind === 'array' || field.type.kind === 'flexible') return;
  if (callee === 'length' && field.type.kind === 'named') return;
  const message = `${callee} is given ${name.path.join('.')}, expected an array or a field with user-ptr.`;
  context.error('wrong-type', name.span, message);
}

function checkPath(
  path: readonly string[],
  expression: Expression,
  struct: string,
  context: ResolveContext,
): void {
  if (resolvePath(context, struct, path, (name) => context.lookupConstant(name)) !== undefined) return;
  const name = path.join('.');
  const hint =
    context.suggest(name, knownPaths(struct, path, context)) ||
    `, expected a field of ${struct} or a constant.`;
  context.error('unknown-name', expression.span, `unknown name ${name.slice(0, 80)}${hint}`);
}

/** What a path could have meant. */
function* knownPaths(struct: string, path: readonly string[], context: ResolveContext): Generator<string> {
  yield* fieldNames(struct, context);
  yield* path.length > 1 ? flagNames(struct, path, context) : context.names.keys();
}

function fieldNames(struct: string, context: ResolveContext): string[] {
  return (context.structs.get(struct)?.fields ?? []).flatMap((field) => {
    if (field.name !== null) return [field.name];
    return field.type.kind === 'named' ? fieldNames(field.type.name, context) : [];
  });
}

/** What may follow the first part of a path, for suggestions. */
function flagNames(struct: string, path: readonly string[], context: ResolveContext): string[] {
  const field = findField(context, struct, path[0] ?? '')?.at(-1)?.field;
  const bits = field?.bits?.map((range) => range.name) ?? [];
  const set = field?.flags === undefined ? undefined : context.flags.get(field.flags.name);
  const flags =
    set?.values.map((value) =>
      value.name.slice(value.name.startsWith(set.prefix) ? set.prefix.length : 0).toLowerCase(),
    ) ?? [];
  return [...bits, ...flags].map((name) => `${path[0]}.${name}`);
}
