import type { BinaryOperator, Expression } from '../../src/model/expression.ts';

/** Operators from loosest to tightest. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const conditionalLevel = 0;
const unaryLevel = levels.length + 1;
const primaryLevel = unaryLevel + 1;

/** How tightly an expression binds; a higher number binds tighter. */
function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'conditional':
      return conditionalLevel;
    case 'binary':
      return levels.findIndex((level) => level.includes(expression.operator)) + 1;
    case 'unary':
      return unaryLevel;
    case 'integer':
      return expression.value < 0n ? unaryLevel : primaryLevel;
    case 'name':
    case 'call':
      return primaryLevel;
  }
}

/** How names and literals are printed. */
export interface ExpressionStyle {
  integer(expression: Expression & { kind: 'integer' }): string;
  name(path: readonly string[]): string;
  call(expression: Expression & { kind: 'call' }): string;
}

/**
 * Prints an expression with the parentheses that its meaning needs, and those that a reader wants: wherever two
 * binary operators of different precedence meet, except arithmetic in itself and below comparisons, and
 * comparisons below `&&` and `||`. (The compilers' -Wparentheses asks for a part of these.)
 */
export function printExpression(expression: Expression, style: ExpressionStyle): string {
  const print = (inner: Expression): string => printExpression(inner, style);
  switch (expression.kind) {
    case 'integer':
      return style.integer(expression);
    case 'name':
      return style.name(expression.path);
    case 'call':
      return style.call(expression);
    case 'unary': {
      const operand = print(expression.operand);
      const bare = levelOf(expression.operand) >= unaryLevel && !operand.startsWith('-');
      return `${expression.operator}${bare ? operand : `(${operand})`}`;
    }
    case 'binary': {
      const left = printOperand(expression, expression.left, 'left', style);
      const right = printOperand(expression, expression.right, 'right', style);
      return `${left} ${expression.operator} ${right}`;
    }
    case 'conditional': {
      const test =
        levelOf(expression.test) === conditionalLevel
          ? `(${print(expression.test)})`
          : print(expression.test);
      return `${test} ? ${print(expression.then)} : ${print(expression.else)}`;
    }
  }
}

/** True where the expression is one token or a call, so that it needs no parentheses anywhere. */
export function isPrimary(expression: Expression): boolean {
  return levelOf(expression) === primaryLevel;
}

function printOperand(
  parent: Expression & { kind: 'binary' },
  operand: Expression,
  side: 'left' | 'right',
  style: ExpressionStyle,
): string {
  const text = printExpression(operand, style);
  return needsParentheses(parent, operand, side) ? `(${text})` : text;
}

function needsParentheses(
  parent: Expression & { kind: 'binary' },
  operand: Expression,
  side: 'left' | 'right',
): boolean {
  const outer = levelOf(parent);
  const inner = levelOf(operand);
  if (operand.kind !== 'binary') return inner < outer;
  if (inner < outer || (inner === outer && (side === 'right' || isComparison(parent.operator)))) return true;
  if (inner === outer) return false;
  if (isArithmetic(operand.operator)) return !isArithmetic(parent.operator) && !isComparison(parent.operator);
  return !(isComparison(operand.operator) && ['&&', '||'].includes(parent.operator));
}

function isArithmetic(operator: BinaryOperator): boolean {
  return ['+', '-', '*', '/', '%'].includes(operator);
}

function isComparison(operator: BinaryOperator): boolean {
  return ['==', '!=', '<', '<=', '>', '>='].includes(operator);
}
