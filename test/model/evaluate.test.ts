import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyScope, evaluate, fold, type Scope, UnknownNameError } from '../../src/model/evaluate.ts';
import type { BinaryOperator, Expression, FunctionName } from '../../src/model/expression.ts';
import { binary, call, integer, name, noSpan } from '../layout/builders.ts';

const big = fc.bigInt({ min: -(1n << 70n), max: 1n << 70n });

function apply(left: bigint, operator: BinaryOperator, right: bigint): bigint {
  return evaluate(binary(integer(left), operator, integer(right)), emptyScope);
}

function callOf(callee: FunctionName, ...args: bigint[]): bigint {
  return evaluate(call(callee, ...args.map(integer)), emptyScope);
}

function conditional(test: Expression, then: Expression, otherwise: Expression): Expression {
  return { kind: 'conditional', test, then, else: otherwise, span: noSpan };
}

describe('evaluate', () => {
  test('compares to 1 or 0', () => {
    fc.assert(
      fc.property(big, big, (a, b) => {
        expect(apply(a, '<', b)).toBe(a < b ? 1n : 0n);
        expect(apply(a, '>=', b)).toBe(a < b ? 0n : 1n);
        expect(apply(a, '==', a)).toBe(1n);
        expect(apply(a, '!=', b)).toBe(a === b ? 0n : 1n);
      }),
    );
  });

  test('divides towards zero, and by zero to 0', () => {
    fc.assert(
      fc.property(big, big, (a, b) => {
        const quotient = apply(a, '/', b);
        const rest = apply(a, '%', b);
        if (b === 0n) expect([quotient, rest]).toEqual([0n, 0n]);
        else expect(quotient * b + rest).toBe(a);
      }),
    );
    expect([apply(-7n, '/', 2n), apply(-7n, '%', 2n), apply(1n, '/', 0n), apply(1n, '%', 0n)]).toEqual([
      -3n,
      -1n,
      0n,
      0n,
    ]);
  });

  test('shifts by more than 128 or by less than 0 to 0', () => {
    expect(apply(1n, '<<', 128n)).toBe(1n << 128n);
    expect([
      apply(1n, '<<', 129n),
      apply(1n, '<<', -1n),
      apply(-1n, '>>', 129n),
      apply(4n, '>>', -1n),
    ]).toEqual([0n, 0n, 0n, 0n]);
    expect(apply(1n, '<<', 1n << 64n)).toBe(0n);
  });

  test('evaluates only the side that it needs', () => {
    const asked: string[] = [];
    const scope: Scope = {
      lookup(path) {
        asked.push(path.join('.'));
        return 2n;
      },
    };
    expect(evaluate(binary(integer(0), '&&', name('a')), scope)).toBe(0n);
    expect(evaluate(binary(integer(5), '||', name('b')), scope)).toBe(1n);
    expect(evaluate(conditional(integer(1), integer(7), name('c')), scope)).toBe(7n);
    expect(evaluate(conditional(integer(0), name('d'), integer(8)), scope)).toBe(8n);
    expect(asked).toEqual([]);
    expect(evaluate(binary(integer(5), '&&', name('e.f')), scope)).toBe(1n);
    expect(asked).toEqual(['e.f']);
  });

  test('rounds up to multiples; there is none of 0', () => {
    fc.assert(
      fc.property(big, fc.bigInt({ min: 1n, max: 1n << 40n }), (x, unit) => {
        const up = callOf('align', x, unit);
        expect(up % unit).toBe(0n);
        expect(up - x >= 0n && up - x < unit).toBe(true);
        expect(callOf('aligned', x, unit)).toBe(x % unit === 0n ? 1n : 0n);
      }),
    );
    expect([callOf('align', 5n, 0n), callOf('aligned', 5n, 0n)]).toEqual([0n, 0n]);
  });

  test('counts bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1n << 70n }), (x) => {
        const top = callOf('log2', x);
        expect(x >> top).toBe(1n);
        const low = callOf('lowbit', x);
        expect(x % low).toBe(0n);
        expect((x / low) % 2n).toBe(1n);
        expect(callOf('popcount', x)).toBe(callOf('popcount', x - low) + 1n);
      }),
    );
    expect([callOf('log2', 0n), callOf('lowbit', 0n), callOf('popcount', 0n), callOf('log2', -4n)]).toEqual([
      0n,
      0n,
      0n,
      0n,
    ]);
    expect([callOf('min', -1n, 2n), callOf('max', -1n, 2n)]).toEqual([-1n, 2n]);
  });

  test('applies ~ - ! to integers of any size', () => {
    const unary = (operator: '~' | '-' | '!', value: bigint) =>
      evaluate({ kind: 'unary', operator, operand: integer(value), span: noSpan }, emptyScope);
    expect([unary('~', 5n), unary('-', 5n), unary('!', 5n), unary('!', 0n)]).toEqual([-6n, -5n, 0n, 1n]);
  });

  test('takes 0 for what the scope does not know, unless strict', () => {
    const unknown = [name('a.b'), call('has', name('x')), call('sizeof', name('x'))];
    for (const expression of unknown) {
      expect(evaluate(expression, emptyScope)).toBe(0n);
      expect(() => evaluate(expression, emptyScope, true)).toThrow(UnknownNameError);
      expect(fold(expression, emptyScope)).toBeUndefined();
      expect(fold(binary(integer(0), '&&', expression), emptyScope)).toBe(0n);
    }
  });

  test('asks the scope for calls over declarations with their arguments as written', () => {
    const scope: Scope = {
      lookup: () => 1n,
      call: (callee, args) => (callee === 'count' ? BigInt(args.length) : undefined),
    };
    expect(evaluate(call('count', name('list')), scope)).toBe(1n);
    expect(evaluate(call('min', integer(9), call('count', name('list'))), scope)).toBe(1n);
  });
});
