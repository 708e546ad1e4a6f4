import { describe, expect, it } from 'vitest';
import { expressionPrinter, valueComment } from '../../../codegen/c/expression.ts';
import type { BinaryOperator, Expression } from '../../../src/model/expression.ts';
import { binary, constant, integer, modelOf, name, noSpan } from '../builders.ts';
import { compile, compilers } from './compile.ts';

const print = expressionPrinter(modelOf(constant('A', 1n), constant('B', 2n)));
const [a, b] = [name('A'), name('B')];

describe('expressionPrinter', () => {
  it('repeats names and literals as the schema has them', () => {
    expect(print.value({ kind: 'integer', value: 255n, text: '0xff', span: noSpan }, 255n, '')).toBe('0xff');
    expect(print.value(a, 1n, '')).toBe('A');
    expect(print.value(binary(a, '+', integer(3)), 4n, '')).toBe('(A + 3)');
  });

  it('puts a suffix at literals but not at shift counts', () => {
    expect(print.value(binary(integer(1), '<<', integer(24)), 1n << 24n, 'UL')).toBe('(1UL << 24)');
    expect(print.value(integer(5), 5n, 'ULL')).toBe('5ULL');
  });

  it('makes numbers unsigned that no int holds', () => {
    expect(print.value(binary(integer(1), '<<', integer(31)), 1n << 31n, '')).toBe('(1U << 31)');
    expect(print.value(binary(integer(1), '<<', integer(40)), 1n << 40n, '')).toBe('(1ULL << 40)');
    expect(print.value(integer(0x8000_0000), 0x8000_0000n, '')).toBe('0x80000000');
  });

  it('prints the number where C does not know a name', () => {
    expect(print.value(name('U64_MAX'), 0xffff_ffff_ffff_ffffn, '')).toBe('0xffffffffffffffffULL');
    expect(print.value(null, 7n, '')).toBe('7');
    expect(print.value(null, -7n, '')).toBe('(-7)');
  });

  it('parenthesises parameters and bodies of macros', () => {
    expect(print.body(binary(name('x'), '*', integer(2)), ['x'])).toBe('((x) * 2)');
    expect(print.body(name('x'), ['x'])).toBe('(x)');
  });

  it('has parentheses where the compilers want them, and the value of the tree', () => {
    const operators: readonly BinaryOperator[] = ['*', '+', '-', '<<', '<', '==', '&', '^', '|', '&&', '||'];
    const cases: { text: string; value: bigint }[] = [];
    for (const outer of operators) {
      for (const inner of operators) {
        if (outer === '<<' && inner === '<<') continue; // more than an int holds
        const nested = binary(integer(6), inner, integer(3));
        for (const tree of [binary(nested, outer, integer(2)), binary(integer(2), outer, nested)]) {
          cases.push({ text: print.value(tree, 0n, ''), value: evaluate(tree) });
        }
      }
    }
    const checks = cases.map(({ text, value }) => `_Static_assert(${text} == ${value}, "");`).join('\n');
    const [gcc] = compilers().filter(({ command, standard }) => command === 'gcc' && standard === 'c11');
    if (gcc === undefined) return;
    // Constant operands of && and comparisons of comparisons are no matter of parentheses.
    const { diagnostics } = compile(`${checks}\nint main(void) { return 0; }\n`, gcc);
    const asked = diagnostics.split('\n').filter((line) => /parenthes|static assertion/.test(line));
    expect(asked).toEqual([]);
  });
});

describe('valueComment', () => {
  it('tells the number behind an expression and is silent for a number', () => {
    expect(valueComment('(A + 3)', 0x66n)).toBe('0x66');
    expect(valueComment('0x66UL', 0x66n)).toBe('');
    expect(valueComment('(-1)', -1n)).toBe('');
    expect(valueComment(print.value(b, 2n, ''), 2n)).toBe('0x2');
  });
});

function evaluate(expression: Expression): bigint {
  if (expression.kind === 'integer') return expression.value;
  if (expression.kind !== 'binary') throw new Error(expression.kind);
  const [l, r] = [evaluate(expression.left), evaluate(expression.right)];
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  const results: Partial<Record<BinaryOperator, bigint>> = {
    '*': l * r,
    '+': l + r,
    '-': l - r,
    '<<': l << (r < 0n ? 0n : r),
    '<': truth(l < r),
    '==': truth(l === r),
    '&': l & r,
    '^': l ^ r,
    '|': l | r,
    '&&': truth(l !== 0n && r !== 0n),
    '||': truth(l !== 0n || r !== 0n),
  };
  return results[expression.operator] ?? 0n;
}
