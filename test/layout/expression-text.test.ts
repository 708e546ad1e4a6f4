import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatExpression } from '../../src/layout/expression-text.ts';
import type { BinaryOperator, Expression, UnaryOperator } from '../../src/model/expression.ts';
import { Diagnostics } from '../../src/spec/diagnostic.ts';
import { parseExpression } from '../../src/spec/expression.ts';
import { binary, call, integer, name, noSpan } from './builders.ts';

const binaryOperators: BinaryOperator[] = [
  ...(['*', '/', '%', '+', '-', '<<', '>>', '<', '<=', '>', '>='] as const),
  ...(['==', '!=', '&', '^', '|', '&&', '||'] as const),
];
const unaryOperators: UnaryOperator[] = ['-', '~', '!'];

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5 },
    fc.nat(3).map(integer),
    fc.constantFrom('a', 'flags.readable').map(name),
    fc
      .tuple(tie('expression'), fc.constantFrom(...binaryOperators), tie('expression'))
      .map(([left, operator, right]) => binary(left, operator, right)),
    fc
      .tuple(fc.constantFrom(...unaryOperators), tie('expression'))
      .map(([operator, operand]): Expression => ({ kind: 'unary', operator, operand, span: noSpan })),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(
      ([condition, then, other]): Expression => ({
        kind: 'conditional',
        test: condition,
        then,
        else: other,
        span: noSpan,
      }),
    ),
    fc.tuple(tie('expression'), tie('expression')).map((args) => call('align', ...args)),
  ),
}));

/** The expression without its places in the text. */
function bare(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value) => {
      if (key === 'span') return undefined;
      return typeof value === 'bigint' ? `${value}` : value;
    }),
  );
}

function parse(text: string): Expression | undefined {
  return parseExpression({ kind: 'string', value: text, span: noSpan }, new Diagnostics());
}

describe('formatExpression', () => {
  test('writes what parses to the same expression', () => {
    fc.assert(
      fc.property(expression, (tree) => {
        const parsed = parse(formatExpression(tree));
        expect(parsed).toBeDefined();
        expect(bare(parsed)).toEqual(bare(tree));
      }),
    );
  });

  test('writes no more parentheses than needed', () => {
    const sum = binary(name('a.b'), '+', integer(1));
    expect(formatExpression(binary(sum, '*', sum))).toBe('(a.b + 1) * (a.b + 1)');
    const difference = binary(sum, '-', sum);
    expect(formatExpression(binary(difference, '&&', call('has', name('x'))))).toBe(
      'a.b + 1 - (a.b + 1) && has(x)',
    );
  });
});
