import type { RegisterAccess } from '../../model/bits.ts';
import { fold } from '../../model/evaluate.ts';
import type { Expression } from '../../model/expression.ts';
import type { Direction, Field, Range, Reserved } from '../../model/field.ts';
import { resolvePath } from '../../model/path.ts';
import { scalars, type Type } from '../../model/type.ts';
import { parseExpression } from '../expression.ts';
import { get, getFlag, getInteger, getList, getString, type SpecNode } from '../node.ts';
import { resolveAvailability } from './availability.ts';
import { declareMacro, resolveBits } from './bits.ts';
import { checkExpression, structExpression } from './check-expression.ts';
import { checkField } from './check-field.ts';
import { byteCount, optional, type ResolveContext } from './context.ts';
import {
  resolveChainHead,
  resolveFd,
  resolveHandle,
  resolveUserPointer,
  resolveVariantUse,
} from './reference.ts';
import { resolveErrno, resolveSetUse } from './set-use.ts';
import { resolveType } from './type.ts';

/** The struct that a field stands in. */
export interface FieldHost {
  readonly struct: string;
  readonly kind: 'struct' | 'union' | 'registers';
  /** Direction of fields that give none. */
  readonly direction: Direction;
  /** Resolves members declared in place and returns the name of the struct that they make. */
  readonly inline: (node: SpecNode, kind: 'struct' | 'union', name: string | null) => string;
}

/** Reads one member of a struct, union or register block. */
export function resolveField(node: SpecNode, host: FieldHost, context: ResolveContext): Field | undefined {
  const name = getString(node, 'name') ?? null;
  const span = get(node, 'name')?.span ?? node.span;
  if (name !== null) checkName(name, node, host, context);
  const type = fieldType(node, name, host, context);
  if (type === undefined) return undefined;
  const expression = (key: string): Expression | undefined =>
    structExpression(node, key, host.struct, context);
  const bitNodes = getList(node, 'bits');
  const width = bitsOf(type);
  const signed = type.kind === 'scalar' && (scalars[type.name].signed || type.name === 'char');
  if (bitNodes.length > 0 && (width === undefined || signed)) {
    context.error(
      'wrong-type',
      bitNodes[0]?.span ?? span,
      `${name ?? 'the field'} has bits, expected an unsigned integer type.`,
    );
  }
  const bits =
    bitNodes.length > 0 && type.kind === 'scalar' && width !== undefined
      ? resolveBits(bitNodes, { low: 0, high: width - 1, scalar: type.name, struct: host.struct }, context)
      : undefined;
  if (name === null && get(node, 'aligned') !== undefined) {
    context.error(
      'unknown-key',
      get(node, 'aligned')?.span ?? span,
      'aligned is given for an anonymous member, expected it on a member with a name.',
    );
  }
  const at = expression('at');
  declareMacro(node, 'macro', () => offsetOf(host.struct, name, context), context);
  const bitWidth = bitFieldWidth(node, type, host, context);
  checkField({ node, type, kind: host.kind, bitWidth, label: name ?? 'the field' }, context);
  return {
    name,
    type,
    doc: getString(node, 'doc') ?? '',
    span,
    availability: resolveAvailability(node, context),
    direction: resolveDirection(get(node, 'dir'), host, context),
    ...optional('bitWidth', bitWidth),
    ...optional('aligned', alignment(node, context)),
    ...optional('at', at),
    ...optional('condition', expression('if')),
    ...optional('reserved', resolveReserved(node)),
    ...optional('flags', resolveSetUse(node, 'flags', context)),
    ...optional('enumeration', resolveSetUse(node, 'enum', context)),
    ...optional('bits', bits),
    ...optional('access', getString(node, 'access') as RegisterAccess | undefined),
    ...optional('auto', expression('auto')),
    ...optional('default', defaultValue(node, type, context)),
    ...optional('count', expression('count')),
    ...optional('userPointer', resolveUserPointer(node, host.struct, context)),
    ...optional('handle', resolveHandle(node, host.struct, context)),
    ...optional('fileDescriptor', resolveFd(node, host.struct, context)),
    ...optional('variant', resolveVariantUse(get(node, 'variant'), host.struct, context)),
    ...optional('chainHead', resolveChainHead(node, context)),
    ...optional('range', resolveRange(node, host.struct, context)),
    ...optional('text', getString(node, 'text') as Field['text'] | undefined),
    ...optional('unit', getString(node, 'unit')),
    ...optional('format', getString(node, 'format') as Field['format'] | undefined),
    ...optional('macro', getString(node, 'macro')),
  } as Field;
}

function checkName(name: string, node: SpecNode, host: FieldHost, context: ResolveContext): void {
  const span = get(node, 'name')?.span ?? node.span;
  if (host.kind === 'registers') context.checkOwnName(name, span);
  else context.checkCName(name, span);
}

function fieldType(
  node: SpecNode,
  name: string | null,
  host: FieldHost,
  context: ResolveContext,
): Type | undefined {
  const [written, struct, union] = [getString(node, 'type'), get(node, 'struct'), get(node, 'union')];
  const given = [written, struct, union].filter((one) => one !== undefined).length;
  const label = name ?? 'the field';
  if (given !== 1) {
    const found = given === 0 ? 'no type' : 'several of type, struct and union';
    context.error(
      'missing-type',
      get(node, 'name')?.span ?? node.span,
      `${label} has ${found}, expected one type, struct or union.`,
    );
    return undefined;
  }
  if (written !== undefined) {
    if (name === null) {
      const message =
        'the field has no name, expected one (only a struct or union declared in place needs none).';
      context.error('missing-key', node.span, message);
      return undefined;
    }
    return resolveType(written, get(node, 'type')?.span ?? node.span, context);
  }
  return { kind: 'named', name: host.inline(node, struct === undefined ? 'union' : 'struct', name) };
}

/** Width in bits of an integer type; undefined for anything else. */
function bitsOf(type: Type): number | undefined {
  return type.kind === 'scalar' ? scalars[type.name].bytes * 8 : undefined;
}

function bitFieldWidth(
  node: SpecNode,
  type: Type,
  host: FieldHost,
  context: ResolveContext,
): number | undefined {
  const width = getInteger(node, 'bit-width');
  if (width === undefined) return undefined;
  const most = bitsOf(type) ?? 0;
  const span = get(node, 'bit-width')?.span ?? node.span;
  if (host.kind === 'registers') return undefined;
  if (width >= 1n && width <= BigInt(most)) return Number(width);
  const expected = most === 0 ? 'an integer type' : `1 to ${most}`;
  context.error(
    'bad-bit',
    span,
    `the bit-field has ${width} ${width === 1n ? 'bit' : 'bits'}, expected ${expected}.`,
  );
  return undefined;
}

/** The alignment that a field or struct asks for: a power of two. */
export function alignment(node: SpecNode, context: ResolveContext): number | undefined {
  const aligned = getInteger(node, 'aligned');
  if (aligned === undefined) return undefined;
  if (aligned >= 1n && aligned <= 4096n && (aligned & (aligned - 1n)) === 0n) return Number(aligned);
  const span = get(node, 'aligned')?.span ?? node.span;
  context.error('bad-alignment', span, `the alignment is ${aligned}, expected a power of two up to 4096.`);
  return undefined;
}

function resolveDirection(node: SpecNode | undefined, host: FieldHost, context: ResolveContext): Direction {
  if (node === undefined) return host.direction;
  if (node.kind === 'string') return directionOf(node.value);
  const side = (key: 'in' | 'out'): boolean | Expression => {
    const value = get(node, key);
    if (value === undefined) return false;
    if (value.kind === 'boolean') return value.value;
    const expression = parseExpression(value, context.diagnostics);
    if (expression !== undefined) context.check(() => checkExpression(expression, host.struct, context));
    return expression ?? false;
  };
  return { in: side('in'), out: side('out') };
}

/** The direction that a word names. */
export function directionOf(word: string): Direction {
  return { in: word !== 'out', out: word !== 'in' };
}

function resolveReserved(node: SpecNode): Reserved | undefined {
  const word = getString(node, 'reserved');
  const padding = getFlag(node, 'pad');
  if (word === undefined) return padding ? { errno: null, padding } : undefined;
  return { errno: word === 'unchecked' ? null : resolveErrno(node, 'reserved'), padding };
}

function defaultValue(node: SpecNode, type: Type, context: ResolveContext): bigint | undefined {
  const expression = context.expression(node, 'default');
  const value = expression && context.constant(expression);
  if (value === undefined) return undefined;
  const span = get(node, 'default')?.span ?? node.span;
  const scalar = type.kind === 'scalar' ? scalars[type.name] : undefined;
  const bits = BigInt((scalar?.bytes ?? 0) * 8);
  const [least, most] = scalar?.signed
    ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
    : [0n, (1n << bits) - 1n];
  if (scalar !== undefined && value >= least && value <= most) return value;
  context.error(
    'does-not-fit',
    span,
    `the default is ${value}, expected ${scalar === undefined ? 'none for this type' : `${least} to ${most}`}.`,
  );
  return undefined;
}

function resolveRange(node: SpecNode, struct: string, context: ResolveContext): Range | undefined {
  const range = get(node, 'range');
  const first = structExpression(range ?? node, 'first', struct, context);
  const last = structExpression(range ?? node, 'last', struct, context);
  if (range === undefined || first === undefined || last === undefined) return undefined;
  context.check(() => checkRangeOrder(first, last, struct, context));
  return { first, last, errno: resolveErrno(range, 'errno') };
}

function checkRangeOrder(first: Expression, last: Expression, struct: string, context: ResolveContext): void {
  const [least, most] = [first, last].map((expression) =>
    fold(expression, {
      lookup: (path) => {
        const target = resolvePath(context, struct, path, (name) => context.lookupConstant(name));
        return target?.kind === 'constant' ? target.value : undefined;
      },
    }),
  );
  if (least === undefined || most === undefined || least <= most) return;
  context.error(
    'wrong-order',
    last.span,
    `the range goes from ${least} to ${most}, expected first below last.`,
  );
}

/** Offset of a register in its block, in bytes; undefined where it depends on the contents. */
function offsetOf(struct: string, name: string | null, context: ResolveContext): bigint | undefined {
  for (const member of context.layout(struct)?.members ?? []) {
    if (member.kind === 'field' && member.field.name === name && member.offset !== null)
      return byteCount(member.offset);
  }
  return undefined;
}
