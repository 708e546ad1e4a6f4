import type { Derived, Extensible, Negotiated, Struct, VariantMembership } from '../../model/declaration.ts';
import type { Expression } from '../../model/expression.ts';
import type { Direction, Field } from '../../model/field.ts';
import { findField } from '../../model/path.ts';
import { parseExpression } from '../expression.ts';
import { limits } from '../limits.ts';
import { cNameProblem } from '../names.ts';
import { get, getFlag, getList, getString, type MapEntry, type SpecNode } from '../node.ts';
import { resolveAvailability } from './availability.ts';
import { declareMacro } from './bits.ts';
import { checkExpression } from './check-expression.ts';
import { checkGrowth } from './check-growth.ts';
import { checkStruct, checkStructKeys } from './check-struct.ts';
import { byteCount, optional, type ResolveContext } from './context.ts';
import { alignment, directionOf, resolveField } from './field.ts';
import { resolveRules } from './rules.ts';
import { resolveErrno } from './set-use.ts';

/** What the members of a struct take from it. */
interface Surroundings {
  readonly interface: string;
  readonly direction: Direction;
  readonly depth: number;
}

/** Resolves a struct, union or register block, with those declared inside it. */
export function resolveStruct(
  entry: MapEntry,
  kind: Struct['kind'],
  interfaceName: string,
  context: ResolveContext,
): void {
  const direction = directionOf(getString(entry.value, 'dir') ?? 'in');
  makeStruct(
    entry.key,
    entry.keySpan,
    entry.value,
    kind,
    { interface: interfaceName, direction, depth: 0 },
    context,
  );
}

function makeStruct(
  name: string,
  span: Struct['span'],
  node: SpecNode,
  kind: Struct['kind'],
  around: Surroundings,
  context: ResolveContext,
): void {
  const order = context.orderOf(span);
  const inlineKey = around.depth === 0 ? 'fields' : kind;
  const nodes = getList(node, inlineKey);
  if (nodes.length === 0) {
    context.error('empty-struct', span, `${labelOf(name)} has no members, expected at least one.`);
  }
  if (nodes.length > limits.fields) {
    context.error('too-big', span, `${name} has ${nodes.length} members, at most ${limits.fields} are read.`);
    return;
  }
  let anonymous = 0;
  const fields: Field[] = [];
  for (const item of nodes) {
    const field = resolveField(
      item,
      {
        struct: name,
        kind,
        direction: around.direction,
        inline: (inner, innerKind, member) => {
          const innerName = inlineName(inner, `${name}::${member ?? anonymous++}`, context);
          if (around.depth >= limits.structNesting) {
            context.error(
              'too-deep',
              inner.span,
              `structs are nested more than ${limits.structNesting} deep.`,
            );
            return innerName;
          }
          const direction = getString(inner, 'dir');
          const inside = {
            ...around,
            depth: around.depth + 1,
            direction: direction === undefined ? around.direction : directionOf(direction),
          };
          makeStruct(innerName, get(inner, 'name')?.span ?? inner.span, inner, innerKind, inside, context);
          return innerName;
        },
      },
      context,
    );
    if (field !== undefined) fields.push(field);
  }
  const struct: Struct = {
    kind,
    name,
    doc: getString(node, 'doc') ?? '',
    span,
    interface: around.interface,
    availability: resolveAvailability(node, context),
    order,
    fields,
    inline: around.depth > 0,
    packed: getFlag(node, 'packed'),
    memberOf: around.depth > 0 ? [] : resolveMemberships(node, name, context),
    rules: around.depth > 0 ? [] : resolveRules(node, name, context),
    derived: around.depth > 0 ? [] : resolveDerived(node, name, context),
    ...optional('tag', resolveTag(node)),
    ...optional('aligned', around.depth > 0 ? undefined : alignment(node, context)),
    ...optional('size', structSize(node, name, context)),
    ...optional('sizeMacro', getString(node, 'size-macro')),
    ...optional('extensible', resolveExtensible(node, name, context)),
    ...optional('negotiated', resolveNegotiated(node, name, context)),
    ...optional('chain', around.depth > 0 ? undefined : structChain(node, context)),
    ...optional('source', getString(node, 'source')),
  };
  context.structs.set(name, struct);
  declareMacro(node, 'size-macro', () => sizeOf(name, context), context);
  context.check(() => {
    checkStruct(struct, context);
    checkGrowth(struct, node, context);
  });
  if (around.depth === 0) checkStructKeys(node, kind, context);
}

/** What a struct is called in messages. */
function labelOf(name: string): string {
  const own = name.split('::').at(-1) ?? name;
  return /^[0-9]/.test(own) ? 'the anonymous member' : own;
}

/** The tag of a struct declared in place, else a made-up name; so too where the tag is taken. */
function inlineName(node: SpecNode, madeUp: string, context: ResolveContext): string {
  const tag = getString(node, 'tag');
  const span = get(node, 'tag')?.span ?? node.span;
  const unique = context.structs.has(madeUp) ? `${madeUp}.${context.structs.size}` : madeUp;
  if (tag === undefined || !context.checkCName(tag, span)) return unique;
  if (context.typeNames.has(tag)) {
    context.error('duplicate-name', span, `the type ${tag} is declared twice, expected once.`);
    return unique;
  }
  context.typeNames.set(tag, span);
  return tag;
}

function resolveTag(node: SpecNode): string | undefined {
  const tag = getString(node, 'tag');
  return tag !== undefined && cNameProblem(tag) === undefined ? tag : undefined;
}

function structSize(node: SpecNode, name: string, context: ResolveContext): Expression | undefined {
  const size = context.expression(node, 'size');
  if (size !== undefined) context.check(() => checkExpression(size, name, context));
  return size;
}

function structChain(node: SpecNode, context: ResolveContext): string | undefined {
  const chain = getString(node, 'chain');
  if (chain === undefined) return undefined;
  const span = get(node, 'chain')?.span ?? node.span;
  context.later(() => {
    if (!context.chains.has(chain)) context.unknown('chain', chain, span, context.chains.keys());
  });
  return chain;
}

function resolveExtensible(node: SpecNode, struct: string, context: ResolveContext): Extensible | undefined {
  const extensible = get(node, 'extensible');
  if (extensible === undefined) return undefined;
  return {
    sizeField: fieldName(extensible, 'size-field', struct, context),
    minThrough: fieldName(extensible, 'min-through', struct, context),
    short: resolveErrno(extensible, 'short') ?? 'EINVAL',
    unknownTail: resolveErrno(extensible, 'unknown-tail') ?? 'E2BIG',
  };
}

function resolveNegotiated(node: SpecNode, struct: string, context: ResolveContext): Negotiated | undefined {
  const negotiated = get(node, 'negotiated');
  if (negotiated === undefined) return undefined;
  const chain = get(negotiated, 'chain');
  const name = getString(chain, 'name');
  if (chain !== undefined && name !== undefined) {
    const span = get(chain, 'name')?.span ?? chain.span;
    context.later(() => {
      if (!context.chains.has(name)) context.unknown('chain', name, span, context.chains.keys());
    });
    const flag = context.expression(chain, 'flag');
    if (flag !== undefined) context.check(() => checkExpression(flag, struct, context));
  }
  return {
    sizeField: fieldName(negotiated, 'size-field', struct, context),
    minThrough: fieldName(negotiated, 'min-through', struct, context),
    short: resolveErrno(negotiated, 'short') ?? 'EINVAL',
    ...(chain === undefined || name === undefined
      ? {}
      : {
          chain: {
            name,
            offsetField: fieldName(chain, 'offset', struct, context),
            flag: getString(chain, 'flag') ?? '',
          },
        }),
  };
}

/** The name of one of the struct's fields; reports one that it has not. */
function fieldName(node: SpecNode, key: string, struct: string, context: ResolveContext): string {
  const name = getString(node, key) ?? '';
  const span = get(node, key)?.span ?? node.span;
  context.check(() => {
    if (findField(context, struct, name) !== undefined) return;
    const fields = (context.structs.get(struct)?.fields ?? []).flatMap((field) => field.name ?? []);
    context.unknown('field', name, span, fields);
  });
  return name;
}

function resolveMemberships(
  node: SpecNode,
  struct: string,
  context: ResolveContext,
): readonly VariantMembership[] {
  return getList(node, 'member-of').flatMap((item) => {
    const set = getString(item, 'set');
    const tagNode = get(item, 'tag');
    if (set === undefined || tagNode === undefined) return [];
    const items = tagNode.kind === 'seq' ? tagNode.items : [tagNode];
    const tags = items.map((tag) =>
      tag.kind === 'null' ? null : (parseExpression(tag, context.diagnostics) ?? null),
    );
    const condition = context.expression(item, 'if');
    if (condition !== undefined) context.check(() => checkExpression(condition, struct, context));
    const span = get(item, 'set')?.span ?? item.span;
    context.later(() => {
      const declared = context.variants.get(set);
      if (declared === undefined) context.unknown('variant set', set, span, context.variants.keys());
      else if (declared.tags.length !== tags.length) {
        context.error(
          'wrong-count',
          tagNode.span,
          `${tags.length} tags are given, expected the ${declared.tags.length} of ${set}.`,
        );
      }
      for (const tag of tags) if (tag !== null) context.constant(tag);
    });
    const minThrough =
      get(item, 'min-through') === undefined ? undefined : fieldName(item, 'min-through', struct, context);
    return [{ set, tags, ...optional('minThrough', minThrough), ...optional('condition', condition) }];
  });
}

function resolveDerived(node: SpecNode, struct: string, context: ResolveContext): readonly Derived[] {
  return getList(node, 'derived').flatMap((item) => {
    const name = getString(item, 'name');
    const value = context.expression(item, 'value');
    if (name === undefined || value === undefined) return [];
    const condition = context.expression(item, 'if');
    context.check(() => checkExpression(value, struct, context));
    if (condition !== undefined) context.check(() => checkExpression(condition, struct, context));
    return [
      {
        name,
        doc: getString(item, 'doc') ?? '',
        value,
        span: get(item, 'name')?.span ?? item.span,
        ...optional('condition', condition),
        ...optional('unit', getString(item, 'unit')),
        ...optional('format', getString(item, 'format') as Derived['format'] | undefined),
      } as Derived,
    ];
  });
}

/** Size of a register block in bytes; the smallest one where it depends on the contents. */
function sizeOf(name: string, context: ResolveContext): bigint | undefined {
  const layout = context.layout(name);
  return layout && byteCount(layout.size ?? layout.minSize);
}
