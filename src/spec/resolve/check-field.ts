import type { Span } from '../../base/span.ts';
import type { SetValue } from '../../model/declaration.ts';
import { type ScalarName, scalars, type Type } from '../../model/type.ts';
import { get, type SpecNode } from '../node.ts';
import type { ResolveContext } from './context.ts';

/** What a field's keys must agree with. */
export interface FieldFacts {
  readonly node: SpecNode;
  readonly type: Type;
  readonly kind: 'struct' | 'union' | 'registers';
  /** Width of a C bit-field. */
  readonly bitWidth: number | undefined;
  readonly label: string;
}

/** Keys that give the value of a field a meaning; a reserved one has none. */
const meanings = [
  'flags',
  'enum',
  'handle',
  'fd',
  'user-ptr',
  'auto',
  'default',
  'range',
  'chain',
  'variant',
  'text',
];

/** Keys of which a field has at most one. */
const alternatives: readonly (readonly string[])[] = [
  ['flags', 'enum'],
  ['handle', 'fd'],
  ['auto', 'default'],
  ...meanings.map((key) => ['reserved', key]),
  ...meanings.map((key) => ['pad', key]),
];

/** Keys that say more about another one. */
const companions: Readonly<Record<string, readonly string[]>> = {
  unknown: ['flags', 'enum'],
  missing: ['handle'],
};

/** Keys that only blocks of registers, or only C structs and unions, have. */
const registerKeys = ['at', 'macro', 'access'];
const structKeys = ['bit-width', 'aligned'];

/** Checks that the keys of a field fit each other, the field's type and the kind of struct around it. */
export function checkField(facts: FieldFacts, context: ResolveContext): void {
  checkCompany(facts.node, facts.label, context);
  checkPlace(facts, context);
  checkTypes(facts, context);
}

/** Keys that exclude each other, and keys that need another one. */
export function checkCompany(node: SpecNode, label: string, context: ResolveContext): void {
  for (const [first = '', second = ''] of alternatives) {
    const extra = get(node, second);
    if (get(node, first) === undefined || extra === undefined) continue;
    context.error('conflict', extra.span, `${label} has both ${first} and ${second}, expected one of them.`);
  }
  for (const [key, needs] of Object.entries(companions)) {
    const alone = get(node, key);
    if (alone === undefined || needs.some((one) => get(node, one) !== undefined)) continue;
    context.error(
      'conflict',
      alone.span,
      `${label} has ${key} alone, expected it together with ${needs.join(' or ')}.`,
    );
  }
}

function checkPlace({ node, kind, type }: FieldFacts, context: ResolveContext): void {
  for (const key of kind === 'registers' ? structKeys : registerKeys) {
    const misplaced = get(node, key);
    if (misplaced === undefined) continue;
    const [found, expected] =
      kind === 'registers'
        ? ['a block of registers', 'a C struct or union']
        : [`a C ${kind}`, 'a block of registers'];
    context.error('unknown-key', misplaced.span, `${key} is in ${found}, expected it in ${expected}.`);
  }
  if (kind === 'registers' && innermost(type).kind === 'pointer') {
    const message = 'a block of registers has a pointer, expected a type whose size is the same everywhere.';
    context.error('wrong-type', get(node, 'type')?.span ?? node.span, message);
  }
}

/** What the type of a field must be for a key to make sense. */
const typeDemands: Readonly<
  Record<string, { readonly fits: (type: Type) => boolean; readonly expected: string }>
> = {
  flags: { fits: isIntegers, expected: 'an integer type' },
  enum: { fits: isIntegers, expected: 'an integer type' },
  handle: { fits: isIntegers, expected: 'an integer type' },
  fd: { fits: isIntegers, expected: 'an integer type' },
  auto: { fits: isInteger, expected: 'an integer type' },
  range: { fits: isInteger, expected: 'an integer type' },
  chain: { fits: isInteger, expected: 'an integer type' },
  format: { fits: isIntegers, expected: 'an integer type' },
  count: { fits: isArray, expected: 'an array' },
  text: { fits: isBytes, expected: 'an array of char or u8' },
  'user-ptr': { fits: isAddress, expected: 'a 64-bit integer or a pointer' },
  variant: { fits: isBytesOrNamed, expected: 'an array of u8, a union or a struct' },
};

function checkTypes({ node, type, label, bitWidth }: FieldFacts, context: ResolveContext): void {
  for (const [key, { fits, expected }] of Object.entries(typeDemands)) {
    const found = get(node, key);
    if (found === undefined || fits(type)) continue;
    context.error(
      'wrong-type',
      found.span,
      `${label} has ${key} but is ${describeType(type)}, expected ${expected}.`,
    );
  }
  const text = get(node, 'text');
  if (text?.kind === 'string' && text.value === 'uuid' && type.kind === 'array' && type.length !== 16) {
    context.error('wrong-type', text.span, `${label} holds a uuid in ${type.length} bytes, expected 16.`);
  }
  const scalar = innermost(type);
  if (scalar.kind === 'scalar') {
    checkSetFits(node, { scalar: scalar.name, bits: bitWidth ?? scalars[scalar.name].bytes * 8 }, context);
  }
}

/** Checks that every flag or value of a set can be held by the integer that uses it. */
export function checkSetFits(
  node: SpecNode,
  holder: { readonly scalar: ScalarName; readonly bits: number },
  context: ResolveContext,
): void {
  for (const key of ['flags', 'enum'] as const) {
    const use = get(node, key);
    if (use?.kind !== 'string') continue;
    context.check(() => {
      const set = key === 'flags' ? context.flags.get(use.value) : context.enums.get(use.value);
      for (const value of set?.values ?? []) checkValueFits(value, holder, use.span, context);
    });
  }
}

function checkValueFits(
  { name, value, role }: SetValue,
  { scalar, bits }: { readonly scalar: ScalarName; readonly bits: number },
  span: Span,
  context: ResolveContext,
): void {
  // A negative value is written with all its upper bits set, in unsigned integers too.
  const fits = value < 0n ? value >= -(1n << BigInt(bits - 1)) : value < 1n << BigInt(bits);
  if (fits || role === 'bound' || role === 'mask') return;
  context.error(
    'does-not-fit',
    span,
    `${name} is ${value}, which ${bits} bits of a ${scalar} cannot hold, expected a wider type.`,
  );
}

function innermost(type: Type): Type {
  return type.kind === 'array' || type.kind === 'flexible' ? innermost(type.element) : type;
}

function isInteger(type: Type): boolean {
  return type.kind === 'scalar' && type.name !== 'char';
}

function isIntegers(type: Type): boolean {
  return isInteger(innermost(type));
}

function isArray(type: Type): boolean {
  return type.kind === 'array' || type.kind === 'flexible';
}

function isBytes(type: Type): boolean {
  if (type.kind !== 'array' && type.kind !== 'flexible') return false;
  return type.element.kind === 'scalar' && (type.element.name === 'u8' || type.element.name === 'char');
}

function isBytesOrNamed(type: Type): boolean {
  return isBytes(type) || type.kind === 'named' || (isArray(type) && innermost(type).kind === 'named');
}

function isAddress(type: Type): boolean {
  return type.kind === 'pointer' || (type.kind === 'scalar' && scalars[type.name].bytes === 8);
}

function describeType(type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return `a ${type.name}`;
    case 'pointer':
      return 'a pointer';
    case 'array':
    case 'flexible':
      return `an array of ${describeType(type.element).replace(/^an? /, '')}`;
    case 'named':
      return type.name.includes('::') ? 'a struct or union' : type.name;
  }
}
