import type { Expression } from '../../model/expression.ts';
import { findField, resolvePath } from '../../model/path.ts';
import { didYouMean } from '../suggestion.ts';
import type { ResolveContext } from './context.ts';

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
      for (const part of [expression.test, expression.then, expression.else]) checkExpression(part, struct, context);
      return;
    case 'call':
      checkCall(expression, struct, context);
  }
}

function checkCall(call: Extract<Expression, { kind: 'call' }>, struct: string, context: ResolveContext): void {
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
    return;
  }
  const name = first.path.join('.');
  const type = name === 'self' ? struct : name;
  if (name !== 'self' && !context.typeNames.has(name)) {
    context.unknown('type', name, first.span, ['self', ...context.typeNames.keys()]);
  } else if (second !== undefined) {
    const field = second.kind === 'name' ? second.path.join('.') : '';
    if (findField(context, type, field) === undefined) {
      context.error('unknown-name', second.span, `unknown field ${field} of ${type}, expected one of its fields.`);
    }
  }
}

function checkPath(path: readonly string[], expression: Expression, struct: string, context: ResolveContext): void {
  if (resolvePath(context, struct, path, (name) => context.lookupConstant(name)) !== undefined) return;
  const known = [...fieldNames(struct, context), ...(path.length > 1 ? flagNames(struct, path, context) : context.names.keys())];
  const name = path.join('.');
  const hint = didYouMean(name, known) || `, expected a field of ${struct} or a constant.`;
  context.error('unknown-name', expression.span, `unknown name ${name.slice(0, 80)}${hint}`);
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
  const flags = set?.values.map((value) => value.name.slice(value.name.startsWith(set.prefix) ? set.prefix.length : 0).toLowerCase()) ?? [];
  return [...bits, ...flags].map((name) => `${path[0]}.${name}`);
}
