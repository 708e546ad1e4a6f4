import type { Span } from '../../base/span.ts';
import type { Expression } from '../../model/expression.ts';
import { type ScalarName, scalars, type Type } from '../../model/type.ts';
import { insteadOf, integerWith } from '../c-types.ts';
import { parseExpression } from '../expression.ts';
import { limits } from '../limits.ts';
import type { ResolveContext } from './context.ts';

const typePattern = /^([A-Za-z_][A-Za-z0-9_]*) ?(\*)? ?((?:\[[^\][]*\] ?)*)$/;
/** Several words, as C has them: `unsigned long`, `struct foo *`. */
const wordsPattern = /^([A-Za-z_][\w ]*?) ?((?:\*| |\[[^\][]*\])*)$/;

/** Reads a type as schemas write it: `u32`, `le16[4]`, `foo[]`, `u64*`, `void*`. Reports what is none. */
export function resolveType(text: string, span: Span, context: ResolveContext): Type | undefined {
  const match = text.length > limits.expressionLength ? null : typePattern.exec(text.trim());
  if (match === null) {
    const expected = expectedInstead(text.slice(0, limits.expressionLength).trim());
    context.error('bad-type', span, `found "${text.slice(0, 40)}", expected ${expected}.`);
    return undefined;
  }
  const [, name = '', star, suffix = ''] = match;
  let type = baseType(name, star === '*', { span, suffix: `${star ?? ''}${suffix}`, context });
  if (type === undefined) return undefined;
  const lengths = [...suffix.matchAll(/\[([^\][]*)\]/g)].map((m) => (m[1] ?? '').trim());
  if (lengths.length > limits.dimensions) {
    context.error(
      'bad-type',
      span,
      `the array has ${lengths.length} lengths, at most ${limits.dimensions} are read.`,
    );
    return undefined;
  }
  for (const [i, length] of [...lengths].reverse().entries()) {
    if (length === '' && i !== lengths.length - 1) {
      context.error(
        'bad-type',
        span,
        `found "${text}", expected only the first of several lengths to be open.`,
      );
      return undefined;
    }
    const next: Type | undefined =
      length === '' ? { kind: 'flexible', element: type } : arrayOf(type, length, span, context);
    if (next === undefined) return undefined;
    type = next;
  }
  const elements = elementsOf(type);
  if (elements <= limits.arrayLength) return type;
  context.error(
    'bad-length',
    span,
    `the array has ${elements} elements in all, expected at most ${limits.arrayLength}.`,
  );
  return undefined;
}

function elementsOf(type: Type): number {
  if (type.kind === 'array') return type.length * elementsOf(type.element);
  return type.kind === 'flexible' ? elementsOf(type.element) : 1;
}

/** What somebody wanted who wrote a text that is no type. */
function expectedInstead(text: string): string {
  const usual = 'a type like u32, u8[16], foo[], u64*';
  const [, bits, width] = /^(\w+) ?: ?([0-9]+)$/.exec(text) ?? [];
  if (bits !== undefined)
    return `the width of a bit-field next to its type: type: ${bits}, bit-width: ${width}`;
  const [, words = '', suffix = ''] = wordsPattern.exec(text) ?? [];
  const instead = insteadOf(words, suffix);
  if (instead !== undefined) return instead;
  const [, type, name] = /^(\w+) (\w+)$/.exec(words) ?? [];
  return type !== undefined && Object.hasOwn(scalars, type) ? `name: ${name}, type: ${type}` : usual;
}

function baseType(
  name: string,
  pointer: boolean,
  {
    span,
    suffix,
    context,
  }: { readonly span: Span; readonly suffix: string; readonly context: ResolveContext },
): Type | undefined {
  if (name === 'void') {
    if (pointer) return { kind: 'pointer', target: null };
    context.error('bad-type', span, 'found void, expected a type that has a size.');
    return undefined;
  }
  const type: Type = Object.hasOwn(scalars, name)
    ? { kind: 'scalar', name: name as ScalarName }
    : { kind: 'named', name };
  if (type.kind === 'named') {
    context.later(() => {
      if (!context.typeNames.has(name)) unknownType(name, suffix, span, context);
    });
  }
  return pointer ? { kind: 'pointer', target: type } : type;
}

/** Reports a name that no type has, with what to write instead where that is known. */
export function unknownType(name: string, suffix: string, span: Span, context: ResolveContext): void {
  const set = context.enums.has(name) ? 'enum' : context.flags.has(name) ? 'flags' : undefined;
  const instead = set === undefined ? insteadOf(name, suffix) : integerWith(set, name);
  if (instead === undefined) {
    context.unknown('type', name, span, [...Object.keys(scalars), ...context.typeNames.keys()]);
  } else context.error('unknown-type', span, `unknown type ${name.slice(0, 60)}, expected ${instead}.`);
}

function arrayOf(element: Type, text: string, span: Span, context: ResolveContext): Type | undefined {
  const node = { kind: 'string' as const, value: text, span };
  const expression: Expression | undefined = parseExpression(node, context.diagnostics);
  const length = expression && context.constant(expression);
  if (expression === undefined || length === undefined) return undefined;
  if (length < 1n || length > BigInt(limits.arrayLength)) {
    context.error(
      'bad-length',
      span,
      `the array has ${length} elements, expected 1 to ${limits.arrayLength}.`,
    );
    return undefined;
  }
  return { kind: 'array', element, length: Number(length), expression };
}
