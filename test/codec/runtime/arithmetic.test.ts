import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as arithmetic from '../../../src/codec/runtime/arithmetic.ts';
import { emptyScope, evaluate } from '../../../src/model/evaluate.ts';
import type { BinaryOperator, Expression, FunctionName } from '../../../src/model/expression.ts';

const span = { file: 'test', start: 0, end: 0 };

function integer(value: bigint): Expression {
  return { kind: 'integer', value, text: `${value}`, span };
}

const some = fc.oneof(fc.bigInt(-300n, 300n), fc.bigInt(-(1n << 70n), 1n << 70n));

describe('arithmetic of generated code', () => {
  const operators: readonly (readonly [BinaryOperator, (left: bigint, right: bigint) => bigint])[] = [
    ['/', arithmetic.divide],
    ['%', arithmetic.remainder],
    ['<<', arithmetic.shiftLeft],
    ['>>', arithmetic.shiftRight],
  ];
  test.each(operators)('%s is that of the schema language', (operator, apply) => {
    const law = fc.property(some, some, (left, right) => {
      const expression: Expression = {
        kind: 'binary',
        operator,
        left: integer(left),
        right: integer(right),
        span,
      };
      expect(apply(left, right)).toBe(evaluate(expression, emptyScope));
    });
    fc.assert(law);
  });

  const functions: readonly (readonly [FunctionName, (x: bigint, y: bigint) => bigint])[] = [
    ['align', arithmetic.alignUp],
    ['min', arithmetic.smaller],
    ['max', arithmetic.larger],
    ['log2', arithmetic.log2],
    ['popcount', arithmetic.popcount],
  ];
  test.each(functions)('%s is that of the schema language', (callee, apply) => {
    const law = fc.property(some, some, (x, y) => {
      const expression: Expression = { kind: 'call', callee, args: [integer(x), integer(y)], span };
      expect(apply(x, y)).toBe(evaluate(expression, emptyScope));
    });
    fc.assert(law);
  });
});
