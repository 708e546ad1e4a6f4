import type { Constant } from '../../model/declaration.ts';
import type { Expression } from '../../model/expression.ts';
import { parseExpression } from '../expression.ts';
import { get, getFlag, getList, getString, type MapEntry } from '../node.ts';
import { resolveAvailability } from './availability.ts';
import type { ResolveContext } from './context.ts';

/** Resolves a named integer or string. */
export function resolveConstant(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const { key: name, keySpan: span, value: node } = entry;
  const text = getString(node, 'string');
  const source = node.kind === 'map' ? get(node, 'value') : node;
  if (text === undefined && source === undefined) {
    context.error('missing-key', span, `${name} has no value, expected one (or a string).`);
    return;
  }
  if (text !== undefined && source !== undefined) {
    context.error('conflict', source.span, `${name} has both value and string, expected one of them.`);
  }
  const base = {
    kind: 'constant' as const,
    name,
    span,
    interface: interfaceName,
    doc: getString(node, 'doc') ?? '',
    availability: resolveAvailability(node, context),
    order: context.orderOf(span),
    suffix: getString(node, 'suffix') ?? '',
    c: (getString(node, 'c') as Constant['c'] | undefined) ?? ('define' as const),
    beside: getString(node, 'beside') ?? null,
  };
  if (text !== undefined) {
    if (context.declare(name, { span, what: 'a string', value: null, shared: false })) {
      context.constants.set(name, { ...base, value: { kind: 'string', value: text } });
    }
    return;
  }
  const expression = source === undefined ? undefined : parseExpression(source, context.diagnostics);
  if (expression === undefined) return;
  const value = (): bigint | undefined => context.constant(expression);
  if (!context.declare(name, { span, what: 'a constant', value, shared: false })) return;
  context.later(() => {
    const known = context.lookupConstant(name);
    if (known !== undefined)
      context.constants.set(name, { ...base, value: { kind: 'integer', value: known, expression } });
  });
}

/** Resolves a function-like macro; its body may use the parameters and constants. */
export function resolveMacro(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const { key: name, keySpan: span, value: node } = entry;
  const body = context.expression(node, 'body');
  if (!context.declare(name, { span, what: 'a macro', value: null, shared: false }) || body === undefined)
    return;
  const parameters = getList(node, 'params').flatMap((item) => (item.kind === 'string' ? [item] : []));
  const names = new Set<string>();
  for (const { value: parameter, span: place } of parameters) {
    context.checkCName(parameter, place);
    if (names.has(parameter)) {
      context.error('duplicate-name', place, `the parameter ${parameter} is given twice, expected once.`);
    }
    names.add(parameter);
  }
  context.later(() => checkBody(body, names, context));
  context.macros.set(name, {
    kind: 'macro',
    name,
    span,
    interface: interfaceName,
    doc: getString(node, 'doc') ?? '',
    availability: resolveAvailability(node, context),
    order: context.orderOf(span),
    parameters: [...names],
    body,
    beside: getString(node, 'beside') ?? null,
  });
}

/** Resolves a second name for something. */
export function resolveAlias(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const { key: name, keySpan: span, value: node } = entry;
  const target = node.kind === 'string' ? node.value : getString(node, 'of');
  if (target === undefined) return;
  const targetSpan = node.kind === 'string' ? node.span : (get(node, 'of')?.span ?? span);
  const value = (): bigint | undefined => context.lookupConstant(target);
  if (!context.declare(name, { span, what: 'an alias', value, shared: false })) return;
  context.later(() => {
    if (!context.names.has(target)) context.unknown('name', target, targetSpan, context.names.keys());
    else context.lookupConstant(name);
  });
  context.aliases.set(name, {
    kind: 'alias',
    name,
    span,
    interface: interfaceName,
    doc: getString(node, 'doc') ?? '',
    availability: resolveAvailability(node, context),
    order: context.orderOf(span),
    target,
    deprecated: getFlag(node, 'deprecated'),
  });
}

/** Names in a macro's body are parameters or constants; functions are not C. */
function checkBody(expression: Expression, parameters: ReadonlySet<string>, context: ResolveContext): void {
  switch (expression.kind) {
    case 'integer':
      return;
    case 'name': {
      const name = expression.path.join('.');
      if (parameters.has(name) || context.lookupConstant(name) !== undefined) return;
      if (context.macros.has(name)) {
        const message = `${name} is a macro with parameters, expected a parameter or a constant: a macro cannot use another one.`;
        context.error('not-constant', expression.span, message);
        return;
      }
      context.unknown('name', name, expression.span, [...parameters, ...context.names.keys()]);
      return;
    }
    case 'unary':
      checkBody(expression.operand, parameters, context);
      return;
    case 'binary':
      checkBody(expression.left, parameters, context);
      checkBody(expression.right, parameters, context);
      return;
    case 'conditional':
      for (const part of [expression.test, expression.then, expression.else])
        checkBody(part, parameters, context);
      return;
    case 'call':
      context.error(
        'not-constant',
        expression.span,
        `${expression.callee} is used in a macro, expected operators and names only.`,
      );
  }
}
