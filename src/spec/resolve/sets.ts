import type { Enumeration, FlagSet, SetValue } from '../../model/declaration.ts';
import { type ScalarName, scalars } from '../../model/type.ts';
import { get, getFlag, getInteger, getList, getString, type MapEntry, type SpecNode } from '../node.ts';
import { areApart, resolveAvailability } from './availability.ts';
import type { ResolveContext } from './context.ts';

/** Resolves a set of flags and declares its names. */
export function resolveFlagSet(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const base = setBase(entry, interfaceName, context);
  if (base === undefined) return;
  const values = declareValues(entry, base.c, context, (node) => {
    const bit = getInteger(node, 'bit');
    const bitNode = get(node, 'bit');
    const mask = get(node, 'mask');
    if (bitNode !== undefined && mask !== undefined) {
      context.error('conflict', mask.span, 'the flag has both bit and mask, expected one of them.');
    }
    if (bit !== undefined && bitNode !== undefined) {
      const width = scalars[base.type].bytes * 8;
      if (bit < 0n || bit >= BigInt(width)) {
        context.error(
          'bad-bit',
          bitNode.span,
          `bit ${bit} does not fit in a ${base.type}, expected 0 to ${width - 1}.`,
        );
        return undefined;
      }
      return { value: () => 1n << bit, expression: null };
    }
    const expression = context.expression(node, 'mask');
    if (expression !== undefined) return { value: () => context.constant(expression), expression };
    context.error('missing-key', node.span, `the flag has no bit, expected one (or a mask).`);
    return undefined;
  });
  context.later(() => {
    const resolved = values().map((value) =>
      isSingleBit(value)
        ? value
        : { ...value, role: value.role === 'member' ? ('mask' as const) : value.role },
    );
    checkValues(entry, base, resolved, context, 'flag');
    context.flags.set(entry.key, { ...base, kind: 'flags', values: resolved });
  });
  context.flags.set(entry.key, { ...base, kind: 'flags', values: [] });
}

/** Resolves a set of values and declares their names. */
export function resolveEnumeration(entry: MapEntry, interfaceName: string, context: ResolveContext): void {
  const base = setBase(entry, interfaceName, context);
  if (base === undefined) return;
  let start: () => bigint | undefined = () => 0n;
  let steps = 0n;
  const values = declareValues(entry, base.c, context, (node) => {
    const expression = context.expression(node, 'value');
    if (expression === undefined && get(node, 'value') !== undefined) return undefined;
    if (expression !== undefined) {
      start = once(() => context.constant(expression));
      steps = 0n;
    }
    const [from, distance] = [start, steps++];
    return { value: () => plus(from(), distance), expression: expression ?? null };
  });
  context.later(() => {
    const resolved = values();
    checkValues(entry, base, resolved, context, 'value');
    context.enums.set(entry.key, { ...base, kind: 'enum', values: resolved });
  });
  context.enums.set(entry.key, { ...base, kind: 'enum', values: [] });
}

type SetBase = Omit<FlagSet, 'kind' | 'values'> & Omit<Enumeration, 'kind' | 'values'>;

function setBase(entry: MapEntry, interfaceName: string, context: ResolveContext): SetBase | undefined {
  const { key, keySpan, value } = entry;
  if (!context.checkCName(key, keySpan)) return undefined;
  const taken = context.flags.get(key) ?? context.enums.get(key);
  if (taken !== undefined) {
    context.error('duplicate-name', keySpan, `the set ${key} is declared twice, expected once.`);
    return undefined;
  }
  return {
    name: key,
    doc: getString(value, 'doc') ?? '',
    span: keySpan,
    interface: interfaceName,
    availability: resolveAvailability(value, context),
    order: context.orderOf(keySpan),
    c: (getString(value, 'c') as FlagSet['c'] | undefined) ?? 'enum',
    type: (getString(value, 'type') as ScalarName | undefined) ?? 'u32',
    prefix: getString(value, 'prefix') ?? '',
  };
}

interface LazyValue {
  readonly value: () => bigint | undefined;
  readonly expression: SetValue['expression'];
}

/** Declares the names of a set; the result gives them with their values, once all names are known. */
function declareValues(
  entry: MapEntry,
  c: FlagSet['c'],
  context: ResolveContext,
  read: (node: SpecNode) => LazyValue | undefined,
): () => readonly SetValue[] {
  const declared: { node: SpecNode; name: string; lazy: LazyValue }[] = [];
  for (const node of getList(entry.value, 'values')) {
    const name = getString(node, 'name');
    const lazy = read(node);
    if (name === undefined || lazy === undefined) continue;
    const span = get(node, 'name')?.span ?? node.span;
    const what = c === 'define' ? 'a macro' : 'an enumerator';
    if (context.declare(name, { span, what, value: lazy.value, shared: false }))
      declared.push({ node, name, lazy });
  }
  return () =>
    declared.flatMap(({ node, name, lazy }) => {
      const value = context.lookupConstant(name);
      if (value === undefined) return [];
      return [
        {
          name,
          value,
          expression: lazy.expression,
          doc: getString(node, 'doc') ?? '',
          span: get(node, 'name')?.span ?? node.span,
          availability: resolveAvailability(node, context),
          role: getFlag(node, 'alias')
            ? ('alias' as const)
            : getFlag(node, 'bound')
              ? ('bound' as const)
              : ('member' as const),
          suffix: getString(node, 'suffix') ?? '',
        },
      ];
    });
}

/** Values that do not fit the type, and members of one value without being marked as aliases. */
function checkValues(
  entry: MapEntry,
  { type, c }: Pick<FlagSet, 'type' | 'c'>,
  values: readonly SetValue[],
  context: ResolveContext,
  what: 'flag' | 'value',
): void {
  const { bytes, signed } = scalars[type];
  const bits = BigInt(bytes * 8);
  const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  const taken = new Map<bigint, SetValue>();
  const meant = new Set(values.filter(({ role }) => role !== 'alias').map(({ value }) => value));
  for (const current of values) {
    const { name, value, span, role, availability } = current;
    if (value < least || value > most) {
      context.error(
        'does-not-fit',
        span,
        `${name} is ${value}, expected ${least} to ${most} (the ${what}s of ${entry.key} are ${type}).`,
      );
    }
    if (c !== 'define' && (value > 0x7fff_ffffn || value < -0x8000_0000n)) {
      context.error(
        'does-not-fit',
        span,
        `${name} is ${value}, which no C int holds, expected it in a set with c: define.`,
      );
    }
    if (role === 'alias' && !meant.has(value)) {
      context.error(
        'unknown-value',
        span,
        `${name} is an alias of ${value}, which no other ${what} of ${entry.key} has, expected one that has.`,
      );
    }
    if (role !== 'member') continue;
    const other = taken.get(value);
    if (other !== undefined && !areApart(other.availability, availability)) {
      const hint = what === 'flag' ? 'a unique bit' : 'a unique value';
      context.error(
        what === 'flag' ? 'overlap' : 'duplicate-value',
        span,
        `${name} has the same ${what === 'flag' ? 'bit' : 'value'} as ${other.name} (${value}), expected ${hint} or alias: true.`,
      );
    }
    taken.set(value, current);
  }
}

function isSingleBit({ value }: SetValue): boolean {
  return value > 0n && (value & (value - 1n)) === 0n;
}

function plus(value: bigint | undefined, distance: bigint): bigint | undefined {
  return value === undefined ? undefined : value + distance;
}

/** The same function, called at most once. */
function once<T>(work: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: work() };
    return result.value;
  };
}
