import type { Kind } from '../../model/declaration.ts';
import type { HandleUse, KindUse, UserPointer, VariantUse } from '../../model/field.ts';
import { parseExpression } from '../expression.ts';
import { get, getList, getString, type SpecNode } from '../node.ts';
import { checkExpression, structExpression } from './check-expression.ts';
import { optional, type ResolveContext } from './context.ts';
import { resolveErrno } from './set-use.ts';
import { resolveType } from './type.ts';

/** Reads what an address points to. */
export function resolveUserPointer(
  node: SpecNode,
  struct: string,
  context: ResolveContext,
): UserPointer | undefined {
  const pointer = get(node, 'user-ptr');
  if (pointer === undefined) return undefined;
  const word = getString(pointer, 'target');
  const use = resolveVariantUse(get(pointer, 'variant'), struct, context);
  const count = structExpression(pointer, 'count', struct, context);
  const stride = structExpression(pointer, 'stride', struct, context);
  if ((word === undefined) === (use === undefined)) {
    const [code, found] =
      word === undefined ? ['missing-key', 'no target'] : ['conflict', 'both target and variant'];
    context.error(code ?? '', pointer.span, `user-ptr has ${found}, expected one of target and variant.`);
    return undefined;
  }
  if (count === undefined) return undefined;
  const type =
    word === undefined || word === 'bytes'
      ? undefined
      : resolveType(word, get(pointer, 'target')?.span ?? pointer.span, context);
  if (word !== undefined && word !== 'bytes' && type === undefined) return undefined;
  return {
    target:
      use !== undefined
        ? { kind: 'variant', use }
        : type === undefined
          ? { kind: 'bytes' }
          : { kind: 'type', type },
    count,
    unit:
      (getString(pointer, 'unit') as UserPointer['unit'] | undefined) ??
      (word === 'bytes' ? 'bytes' : 'elements'),
    access: (getString(pointer, 'access') as UserPointer['access'] | undefined) ?? 'read',
    ...optional('stride', stride),
  };
}

/** Reads the kinds of objects that an id may name. */
export function resolveHandle(
  node: SpecNode,
  struct: string,
  context: ResolveContext,
): HandleUse | undefined {
  const kinds = getList(node, 'handle').flatMap(
    (item) => resolveKindUse(item, 'handle', struct, context) ?? [],
  );
  return kinds.length === 0 ? undefined : { kinds, missing: resolveErrno(node, 'missing') };
}

/** Reads the kind of file that a descriptor may name. */
export function resolveFd(node: SpecNode, struct: string, context: ResolveContext): KindUse | undefined {
  const item = get(node, 'fd');
  return item === undefined ? undefined : resolveKindUse(item, 'fd', struct, context);
}

/** Reads the name of a kind of object or file, alone or with the condition under which it is meant. */
function resolveKindUse(
  item: SpecNode,
  what: Kind['kind'],
  struct: string,
  context: ResolveContext,
): KindUse | undefined {
  const node = item.kind === 'string' ? item : get(item, 'kind');
  if (node?.kind !== 'string') return undefined;
  context.later(() => {
    const known = what === 'fd' ? context.fds : context.handles;
    const any = what === 'fd' && node.value === 'any';
    if (!any && !known.has(node.value)) context.unknown(what, node.value, node.span, known.keys());
  });
  return { name: node.value, ...optional('condition', structExpression(item, 'if', struct, context)) };
}

/** Reads which variant set some bytes belong to, and what chooses the member. */
export function resolveVariantUse(
  node: SpecNode | undefined,
  struct: string,
  context: ResolveContext,
): VariantUse | undefined {
  const set = getString(node, 'set');
  if (node === undefined || set === undefined) return undefined;
  const tags = getList(node, 'tag').flatMap((item) => parseExpression(item, context.diagnostics) ?? []);
  for (const tag of tags) context.check(() => checkExpression(tag, struct, context));
  context.later(() => {
    const declared = context.variants.get(set);
    const span = get(node, 'set')?.span ?? node.span;
    if (declared === undefined) context.unknown('variant set', set, span, context.variants.keys());
    else if (declared.tags.length !== tags.length) {
      context.error(
        'wrong-count',
        span,
        `${tags.length} tags are given, expected the ${declared.tags.length} of ${set}.`,
      );
    }
  });
  return { set, tags };
}

/** Reads the chain whose first element a field points to. */
export function resolveChainHead(node: SpecNode, context: ResolveContext): string | undefined {
  const chain = getString(node, 'chain');
  if (chain === undefined) return undefined;
  const span = get(node, 'chain')?.span ?? node.span;
  context.later(() => {
    if (!context.chains.has(chain)) context.unknown('chain', chain, span, context.chains.keys());
  });
  return chain;
}
