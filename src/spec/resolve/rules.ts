import type { Rule } from '../../model/declaration.ts';
import { resolvePath } from '../../model/path.ts';
import { parseExpression } from '../expression.ts';
import { get, getFlag, getList, getString, type SpecNode } from '../node.ts';
import { resolveAvailability } from './availability.ts';
import { checkExpression } from './check-expression.ts';
import { optional, type ResolveContext } from './context.ts';
import { resolveErrno } from './set-use.ts';

/** Reads the rules of a struct, in the kernel's order of checks. */
export function resolveRules(node: SpecNode, struct: string, context: ResolveContext): readonly Rule[] {
  const ids = new Set<string>();
  return getList(node, 'rules').flatMap((item) => {
    const id = getString(item, 'id');
    if (id === undefined) return [];
    const span = get(item, 'id')?.span ?? item.span;
    if (ids.has(id))
      context.error('duplicate-name', span, `two rules are named ${id}, expected unique names.`);
    ids.add(id);
    const check = resolveCheck(item, struct, context);
    if (check === undefined) return [];
    const condition = context.expression(item, 'if');
    if (condition !== undefined) context.check(() => checkExpression(condition, struct, context));
    const stage = getString(item, 'stage') as Rule['stage'] | undefined;
    if (
      check.kind === 'described' &&
      stage !== 'state' &&
      stage !== 'memory' &&
      !getFlag(item, 'unchecked')
    ) {
      context.error(
        'missing-key',
        span,
        `the rule ${id} has no check, expected one unless its stage is state or memory.`,
      );
    }
    const beforeArgument = getFlag(item, 'before-argument');
    if (beforeArgument && (stage !== 'state' || check.kind !== 'described')) {
      context.error(
        'conflict',
        get(item, 'before-argument')?.span ?? span,
        `the rule ${id} has before-argument, expected stage: state and a doc instead of check or fields.`,
      );
    }
    return [
      {
        id,
        doc: getString(item, 'doc') ?? '',
        span,
        availability: resolveAvailability(item, context),
        ...optional('condition', condition),
        check,
        errno: resolveErrno(item, 'errno') ?? 'EINVAL',
        stage: stage ?? 'payload',
        beforeArgument,
        unchecked: getFlag(item, 'unchecked'),
      },
    ];
  });
}

function resolveCheck(node: SpecNode, struct: string, context: ResolveContext): Rule['check'] | undefined {
  const checkNode = get(node, 'check');
  const fieldNodes = getList(node, 'fields').flatMap((item) => (item.kind === 'string' ? [item] : []));
  if (checkNode !== undefined && fieldNodes.length > 0) {
    context.error('conflict', checkNode.span, 'the rule has both check and fields, expected one of them.');
    return undefined;
  }
  if (checkNode !== undefined) {
    const expression = parseExpression(checkNode, context.diagnostics);
    if (expression === undefined) return undefined;
    context.check(() => checkExpression(expression, struct, context));
    return { kind: 'expression', expression };
  }
  if (fieldNodes.length === 0) return { kind: 'described' };
  for (const item of fieldNodes) {
    context.check(() => {
      if (resolvePath(context, struct, item.value.split('.'), () => undefined)?.kind === 'field') return;
      const fields = (context.structs.get(struct)?.fields ?? []).flatMap((field) => field.name ?? []);
      context.unknown('field', item.value, item.span, fields);
    });
  }
  return { kind: 'fields', fields: fieldNodes.map((item) => item.value) };
}
