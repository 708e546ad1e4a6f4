import type { BitField, BitValue, RegisterAccess } from '../../model/bits.ts';
import type { ScalarName } from '../../model/type.ts';
import { limits } from '../limits.ts';
import { get, getFlag, getList, getString, type SpecNode } from '../node.ts';
import { resolveAvailability } from './availability.ts';
import { checkExpression } from './check-expression.ts';
import { checkCompany, checkSetFits } from './check-field.ts';
import { optional, type ResolveContext } from './context.ts';
import { resolveSetUse } from './set-use.ts';

/** The integer that ranges of bits lie in. */
export interface BitHost {
  /** Lowest and highest bit that a range may have. */
  readonly low: number;
  readonly high: number;
  /** The type of the integer. */
  readonly scalar: ScalarName;
  /** The struct or block, for checks of conditions. */
  readonly struct: string;
}

/** Reads the ranges of bits of an integer; reports ranges that do not fit or overlap. */
export function resolveBits(
  nodes: readonly SpecNode[],
  host: BitHost,
  context: ResolveContext,
): readonly BitField[] {
  const all: BitField[] = [];
  const last = nodes[limits.bitRanges];
  if (last !== undefined) {
    context.error(
      'too-big',
      last.span,
      `there are ${nodes.length} ranges of bits, at most ${limits.bitRanges} are read.`,
    );
    return all;
  }
  for (const node of nodes) {
    const bits = resolveRange(node, host, context);
    if (bits === undefined) continue;
    const twin = all.find((other) => other.name === bits.name && !other.reserved);
    if (twin !== undefined && !bits.reserved && !exclusive(twin, bits)) {
      context.error(
        'duplicate-name',
        bits.span,
        `two ranges of bits are named ${bits.name}, expected unique names.`,
      );
    }
    const other = all.find((one) => one.low <= bits.high && bits.low <= one.high && !exclusive(one, bits));
    if (other !== undefined) {
      context.error(
        'overlap',
        bits.span,
        `bits ${format(bits)} (${bits.name}) overlap bits ${format(other)} (${other.name}), expected separate ranges.`,
      );
    }
    all.push(bits);
  }
  return all;
}

/** Ranges under conditions may lie over each other: a register's meaning can depend on the device. */
function exclusive(a: BitField, b: BitField): boolean {
  return a.condition !== undefined && b.condition !== undefined;
}

function format({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? String(low) : `${high}:${low}`;
}

function resolveRange(node: SpecNode, host: BitHost, context: ResolveContext): BitField | undefined {
  const name = getString(node, 'name');
  const range = get(node, 'bits');
  if (name === undefined || range === undefined) return undefined;
  const span = get(node, 'name')?.span ?? node.span;
  context.checkOwnName(name, span);
  const [first = '', second = first] =
    range.kind === 'integer' ? [String(range.value)] : range.kind === 'string' ? range.value.split(':') : [];
  const [high, low] = [Number(first), Number(second)];
  if (!(low >= host.low && low <= high && high <= host.high)) {
    context.error(
      'bad-bit',
      range.span,
      `bits ${first === second ? first : `${first}:${second}`} of ${name} do not fit, expected HIGH:LOW within ${host.high}:${host.low}.`,
    );
    return undefined;
  }
  const condition = context.expression(node, 'if');
  if (condition !== undefined) context.check(() => checkExpression(condition, host.struct, context));
  checkCompany(node, name, context);
  checkSetFits(node, { scalar: host.scalar, bits: high - low + 1 }, context);
  const bits: BitField = {
    name,
    low,
    high,
    doc: getString(node, 'doc') ?? '',
    span,
    availability: resolveAvailability(node, context),
    reserved: getFlag(node, 'reserved'),
    suffix: getString(node, 'suffix') ?? '',
    values: getList(node, 'values').flatMap((item) =>
      resolveBitValue(item, { low, high, name }, getFlag(node, 'in-place'), context),
    ),
    bits: resolveBits(getList(node, 'within'), { ...host, low, high }, context),
    ...optional('access', getString(node, 'access') as RegisterAccess | undefined),
    ...optional('condition', condition),
    ...optional('enumeration', resolveSetUse(node, 'enum', context)),
    ...optional('flags', resolveSetUse(node, 'flags', context)),
    ...optional('unit', getString(node, 'unit')),
    ...optional('macro', getString(node, 'macro')),
    ...optional('shiftMacro', getString(node, 'shift-macro')),
  };
  checkBitValues(bits, context);
  const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
  declareMacro(node, 'macro', () => mask, context);
  declareMacro(node, 'shift-macro', () => BigInt(low), context);
  return bits;
}

function checkBitValues({ values, name }: BitField, context: ResolveContext): void {
  const taken = new Map<bigint, string>();
  for (const value of values) {
    const other = taken.get(value.value);
    if (other !== undefined) {
      context.error(
        'duplicate-value',
        value.span,
        `${value.name} of ${name} has the value ${value.value} of ${other}, expected a unique one.`,
      );
    }
    taken.set(value.value, value.name);
  }
}

function resolveBitValue(
  node: SpecNode,
  range: { readonly low: number; readonly high: number; readonly name: string },
  inPlace: boolean,
  context: ResolveContext,
): BitValue[] {
  const expression = context.expression(node, 'value');
  const value = expression && context.constant(expression);
  if (value === undefined) return [];
  const width = range.high - range.low + 1;
  const span = get(node, 'value')?.span ?? node.span;
  if (value < 0n || value >= 1n << BigInt(width)) {
    context.error(
      'does-not-fit',
      span,
      `the value ${value} does not fit in the ${width} bits of ${range.name}, expected 0 to ${(1n << BigInt(width)) - 1n}.`,
    );
    return [];
  }
  declareMacro(node, 'macro', () => (inPlace ? value << BigInt(range.low) : value), context);
  return [
    {
      value,
      name: getString(node, 'name') ?? '',
      doc: getString(node, 'doc') ?? '',
      span,
      inPlace,
      ...optional('macro', getString(node, 'macro')),
    },
  ];
}

/** Declares the C macro under a key, if there is one. */
export function declareMacro(
  node: SpecNode,
  key: string,
  value: () => bigint | undefined,
  context: ResolveContext,
): void {
  const macro = getString(node, key);
  if (macro === undefined) return;
  const span = get(node, key)?.span ?? node.span;
  context.declare(macro, { span, what: 'a register macro', value, shared: true });
}
