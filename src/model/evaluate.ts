import { unreachable } from '../base/internal-error.ts';
import type { BinaryOperator, Expression, FunctionName, UnaryOperator } from './expression.ts';

/** What the names and calls of an expression stand for. */
export interface Scope {
  /** The value of a name or dotted path; undefined where the scope does not know it. */
  lookup(path: readonly string[]): bigint | undefined;
  /**
   * The value of a function over declarations or payloads: sizeof, offsetof, offsetofend, count, length, has.
   * The arithmetic functions never get here.
   */
  call?(callee: FunctionName, args: readonly Expression[]): bigint | undefined;
}

/** Thrown by a strict evaluation at the first name or call that the scope does not know. */
export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
  /** What the scope does not know. */
  readonly expression: Expression;
  constructor(expression: Expression) {
    const text = expression.kind === 'name' ? expression.path.join('.') : expression.kind;
    super(`unknown name in an expression: ${text}`);
    this.expression = expression;
  }
}

/** Shifts by more bits than this, or by a negative number of bits, give 0. */
export const shiftMax = 128n;

/**
 * The value of an expression; total: every expression has one in every scope.
 *
 * Comparisons give 1 or 0; division and remainder by zero give 0 and else truncate towards zero as in C;
 * `&&`, `||` and `?:` evaluate only the side they need. What the scope does not know is 0.
 *
 * @param strict throws {@link UnknownNameError} for what the scope does not know, instead of taking 0
 */
export function evaluate(expression: Expression, scope: Scope, strict = false): bigint {
  switch (expression.kind) {
    case 'integer':
      return expression.value;
    case 'name':
      return known(scope.lookup(expression.path), expression, strict);
    case 'unary':
      return applyUnary(expression.operator, evaluate(expression.operand, scope, strict));
    case 'binary': {
      const left = evaluate(expression.left, scope, strict);
      if (expression.operator === '&&' && left === 0n) return 0n;
      if (expression.operator === '||' && left !== 0n) return 1n;
      return applyBinary(expression.operator, left, evaluate(expression.right, scope, strict));
    }
    case 'conditional': {
      const test = evaluate(expression.test, scope, strict) !== 0n;
      return evaluate(test ? expression.then : expression.else, scope, strict);
    }
    case 'call': {
      const [x = 0n, y = 0n] = isArithmetic(expression.callee)
        ? expression.args.map((argument) => evaluate(argument, scope, strict))
        : [];
      const value = applyFunction(expression.callee, x, y);
      return value ?? known(scope.call?.(expression.callee, expression.args), expression, strict);
    }
    default:
      return unreachable(expression);
  }
}

/** The value of an expression that needs nothing beyond the scope; undefined where it does. */
export function fold(expression: Expression, scope: Scope): bigint | undefined {
  try {
    return evaluate(expression, scope, true);
  } catch (error) {
    if (error instanceof UnknownNameError) return undefined;
    throw error;
  }
}

/** A scope that knows nothing. */
export const emptyScope: Scope = { lookup: () => undefined };

function known(value: bigint | undefined, expression: Expression, strict: boolean): bigint {
  if (value === undefined && strict) throw new UnknownNameError(expression);
  return value ?? 0n;
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}

/** The value of an operator before one operand. */
export function applyUnary(operator: UnaryOperator, value: bigint): bigint {
  switch (operator) {
    case '-':
      return -value;
    case '~':
      return ~value;
    case '!':
      return truth(value === 0n);
    default:
      return unreachable(operator);
  }
}

/** The value of an operator between two operands, both of them evaluated. */
export function applyBinary(operator: BinaryOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '*':
      return left * right;
    case '/':
      return right === 0n ? 0n : left / right;
    case '%':
      return right === 0n ? 0n : left % right;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '<<':
      return right < 0n || right > shiftMax ? 0n : left << right;
    case '>>':
      return right < 0n || right > shiftMax ? 0n : left >> right;
    case '<':
      return truth(left < right);
    case '<=':
      return truth(left <= right);
    case '>':
      return truth(left > right);
    case '>=':
      return truth(left >= right);
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    case '|':
      return left | right;
    case '&&':
      return truth(left !== 0n && right !== 0n);
    case '||':
      return truth(left !== 0n || right !== 0n);
    default:
      return unreachable(operator);
  }
}

function isArithmetic(callee: FunctionName): boolean {
  return applyFunction(callee, 0n, 0n) !== undefined;
}

/** The arithmetic functions; undefined for those that the scope must answer. */
export function applyFunction(callee: FunctionName, x: bigint, y: bigint): bigint | undefined {
  switch (callee) {
    case 'align':
      return alignUp(x, y);
    case 'aligned':
      return truth(alignUp(x, y) === x);
    case 'min':
      return x < y ? x : y;
    case 'max':
      return x > y ? x : y;
    case 'log2':
      return x <= 0n ? 0n : BigInt(x.toString(2).length - 1);
    case 'lowbit':
      return x & -x;
    case 'popcount':
      return x <= 0n ? 0n : BigInt(x.toString(2).replaceAll('0', '').length);
    case 'sizeof':
    case 'offsetof':
    case 'offsetofend':
    case 'count':
    case 'length':
    case 'has':
      return undefined;
    default:
      return unreachable(callee);
  }
}

/** The smallest multiple of `unit` that is not below `value`; 0 where `unit` is not positive. */
function alignUp(value: bigint, unit: bigint): bigint {
  if (unit <= 0n) return 0n;
  const rest = ((value % unit) + unit) % unit;
  return rest === 0n ? value : value + unit - rest;
}
