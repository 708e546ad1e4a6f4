import type { Chain, VariantSet } from '../../model/declaration.ts';
import { resolvePath } from '../../model/path.ts';
import { type ScalarName, scalars } from '../../model/type.ts';
import { parseExpression } from '../expression.ts';
import { get, getFlag, getInteger, getList, getString, type MapEntry, type SpecNode } from '../node.ts';
import { resolveAvailability } from './availability.ts';
import { checkChain } from './check-chain.ts';
import { checkExpression } from './check-expression.ts';
import { optional, type ResolveContext } from './context.ts';
import { resolveErrno, resolveSetUse } from './set-use.ts';

/** Resolves a set of structs chosen by tags. */
export function resolveVariantSet(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const { key: name, keySpan: span, value: node } = entry;
  if (!context.checkOwnName(name, span)) return;
  if (context.variants.has(name)) {
    context.error('duplicate-name', span, `the variant set ${name} is declared twice, expected once.`);
    return;
  }
  const tags = getList(node, 'tags').flatMap((item): VariantSet['tags'][number][] => {
    const tag = getString(item, 'name');
    const type = (getString(item, 'type') as ScalarName | undefined) ?? 'u32';
    return tag === undefined
      ? []
      : [{ name: tag, type, ...optional('enumeration', resolveSetUse(item, 'enum', context)) }];
  });
  context.variants.set(name, {
    kind: 'variants',
    name,
    span,
    interface: interfaceName,
    doc: getString(node, 'doc') ?? '',
    availability: resolveAvailability(node, context),
    order: context.orderOf(span),
    tags,
    unknown: resolveErrno(node, 'unknown'),
  });
}

/** Resolves a chain declaration. */
export function resolveChain(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const { key: name, keySpan: span, value: node } = entry;
  if (!context.checkOwnName(name, span)) return;
  if (context.chains.has(name)) {
    context.error('duplicate-name', span, `the chain ${name} is declared twice, expected once.`);
    return;
  }
  const header = getString(node, 'header') ?? '';
  const head = resolveHead(node, context);
  const elements = getString(node, 'elements') ?? '';
  if (head === undefined) return;
  context.later(() => {
    checkStructName(node, 'header', context);
    if (!context.variants.has(elements)) {
      context.unknown('variant set', elements, get(node, 'elements')?.span ?? span, context.variants.keys());
    }
  });
  const condition = context.expression(node, 'if');
  if (condition !== undefined && head.kind === 'field')
    context.check(() => checkExpression(condition, head.struct, context));
  const path = (key: string, of: SpecNode | undefined): readonly string[] => {
    const text = getString(of, key) ?? '';
    context.check(() => checkHeaderPath(text, header, get(of, key)?.span ?? span, context));
    return text.split('.');
  };
  const next = get(node, 'next');
  const nextPath = path('field', next);
  const chain: Chain = {
    kind: 'chain',
    name,
    span,
    interface: interfaceName,
    doc: getString(node, 'doc') ?? '',
    availability: resolveAvailability(node, context),
    order: context.orderOf(span),
    head,
    header,
    id: path('id', node),
    version: get(node, 'version') === undefined ? null : path('version', node),
    next: { path: nextPath, mask: maskOf(next, context), width: 0 },
    base: (getString(node, 'base') as Chain['base'] | undefined) ?? 'buffer',
    first: Number(getInteger(node, 'first') ?? 0n),
    last: get(node, 'last') === undefined ? null : Number(getInteger(node, 'last')),
    alignment: Number(getInteger(node, 'align') ?? 1n),
    end:
      get(node, 'end') === undefined
        ? [0n]
        : getList(node, 'end').flatMap((item) => (item.kind === 'integer' ? [item.value] : [])),
    endIds: getList(node, 'end-ids').map((item) => ({
      id: getInteger(item, 'id') ?? 0n,
      meaning: (getString(item, 'meaning') as 'empty' | 'broken' | undefined) ?? 'empty',
    })),
    endHeaders: getList(node, 'end-headers').flatMap((item) => {
      const expression = context.expression(item, 'value');
      const value = expression && context.constant(expression);
      return value === undefined
        ? []
        : [{ value, meaning: (getString(item, 'meaning') as 'empty' | 'broken' | undefined) ?? 'empty' }];
    }),
    limit: resolveLimit(node, context),
    ascending: getFlag(node, 'ascending'),
    elements,
    ...optional('condition', condition),
    ...optional('requires', resolveRequires(node, context)),
  };
  context.chains.set(name, chain);
  checkChain(chain, node, context);
  context.check(() => {
    context.chains.set(name, {
      ...chain,
      next: { ...chain.next, width: pathWidth(header, nextPath, context) },
    });
  });
}

function resolveHead(node: SpecNode, context: ResolveContext): Chain['head'] | undefined {
  const head = get(node, 'head');
  const offset = getInteger(head, 'offset');
  if (offset !== undefined) return { kind: 'fixed', offset: Number(offset) };
  const [struct, field] = [getString(head, 'struct'), getString(head, 'field')];
  if (struct === undefined || field === undefined) {
    context.error(
      'missing-key',
      head?.span ?? node.span,
      'the head has no place, expected offset, or struct and field.',
    );
    return undefined;
  }
  context.later(() => checkStructName(head, 'struct', context));
  context.check(() => checkHeaderPath(field, struct, get(head, 'field')?.span ?? node.span, context));
  return { kind: 'field', struct, path: field.split('.'), mask: maskOf(head, context) };
}

function maskOf(node: SpecNode | undefined, context: ResolveContext): bigint {
  const expression = context.expression(node, 'mask');
  const mask = expression && context.constant(expression);
  return mask ?? 0xffff_ffff_ffff_ffffn;
}

function resolveLimit(node: SpecNode, context: ResolveContext): number {
  const limit = getInteger(node, 'limit') ?? 0n;
  if (limit >= 1n && limit <= 65536n) return Number(limit);
  context.error(
    'bad-limit',
    get(node, 'limit')?.span ?? node.span,
    `the limit is ${limit}, expected 1 to 65536 elements.`,
  );
  return 1;
}

function resolveRequires(node: SpecNode, context: ResolveContext): Chain['requires'] {
  const requires = get(node, 'requires');
  const chain = getString(requires, 'chain');
  if (requires === undefined || chain === undefined) return undefined;
  context.later(() => {
    if (!context.chains.has(chain))
      context.unknown('chain', chain, get(requires, 'chain')?.span ?? requires.span, context.chains.keys());
  });
  const ids = getList(requires, 'ids').flatMap((item) => parseExpression(item, context.diagnostics) ?? []);
  for (const id of ids) context.later(() => void context.constant(id));
  return { chain, ids };
}

function checkStructName(node: SpecNode | undefined, key: string, context: ResolveContext): void {
  const name = getString(node, key);
  const span = get(node, key)?.span;
  if (name === undefined || span === undefined || context.typeNames.has(name)) return;
  context.unknown('struct', name, span, context.typeNames.keys());
}

function checkHeaderPath(text: string, struct: string, span: Chain['span'], context: ResolveContext): void {
  if (!context.structs.has(struct)) return;
  const target = resolvePath(context, struct, text.split('.'), () => undefined);
  if (target?.kind === 'field') return;
  const fields = (context.structs.get(struct)?.fields ?? []).flatMap((field) => [
    ...(field.name === null ? [] : [field.name]),
    ...(field.bits ?? []).map((bits) => `${field.name}.${bits.name}`),
  ]);
  context.unknown('field', text, span, fields);
}

/** Width in bits of the value that a path of the header leads to. */
function pathWidth(struct: string, path: readonly string[], context: ResolveContext): number {
  const target = resolvePath(context, struct, path, () => undefined);
  if (target?.kind !== 'field') return 0;
  if (target.bits !== undefined) return target.bits.high - target.bits.low + 1;
  const type = target.steps.at(-1)?.field.type;
  return type?.kind === 'scalar' ? scalars[type.name].bytes * 8 : 0;
}
