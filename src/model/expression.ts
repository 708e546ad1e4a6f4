import type { Span } from '../base/span.ts';

/**
 * Expressions of the schema language: small, total, over integers of any size (bigint).
 *
 * A comparison gives 1 or 0; zero is false, all else true. Division by zero gives 0 and a shift by more than
 * 128 gives 0, so that every expression has a value for every payload. `&&`, `||` and `?:` evaluate only
 * the side they need.
 */
export type Expression =
  | { readonly kind: 'integer'; readonly value: bigint; readonly text: string; readonly span: Span }
  /** A name or a dotted path: a field, a bit of a register, a flag, a constant, a parameter of a macro. */
  | { readonly kind: 'name'; readonly path: readonly string[]; readonly span: Span }
  | {
      readonly kind: 'unary';
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly else: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'call';
      readonly callee: FunctionName;
      readonly args: readonly Expression[];
      readonly span: Span;
    };

/** Operators before one operand. */
export type UnaryOperator = '-' | '~' | '!';

/** Operators between two operands, with C's precedence. */
export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

/**
 * The functions that an expression may call, with their number of arguments.
 *
 * - `sizeof(T)`: size of a struct in bytes, `sizeof(self)`: of the struct that the expression stands in
 * - `offsetof(T, field)`, `offsetofend(T, field)`: place of a field in bytes
 * - `count(field)`: number of elements of an array field as decoded; `length(field)`: its bytes
 * - `has(path)`: 1 where a conditional field, a capability of the same chain or a user pointer's target is there
 * - `align(x, a)`: x rounded up to a multiple of a; `aligned(x, a)`: 1 where x is such a multiple
 * - `min`, `max`, `log2(x)` (position of the highest bit, 0 for 0), `lowbit(x)` (value of the lowest set bit), `popcount(x)`
 */
export const functionArity = {
  sizeof: 1,
  offsetof: 2,
  offsetofend: 2,
  count: 1,
  length: 1,
  has: 1,
  align: 2,
  aligned: 2,
  min: 2,
  max: 2,
  log2: 1,
  lowbit: 1,
  popcount: 1,
} as const;

/** The name of a function. */
export type FunctionName = keyof typeof functionArity;

/** Binding power of the binary operators, as in C. */
export const precedence: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

/** The parts of an expression. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'integer':
    case 'name':
      return [];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.then, expression.else];
    case 'call':
      return expression.args;
  }
}
