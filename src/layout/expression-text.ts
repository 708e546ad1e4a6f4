import { unreachable } from '../base/internal-error.ts';
import { type Expression, precedence } from '../model/expression.ts';

const unaryPower = 11;

/** An expression as the schema language writes it, with no more parentheses than it needs. */
export function formatExpression(expression: Expression): string {
  return format(expression, 0);
}

/** The text of an expression that stands where operators weaker than `power` need parentheses. */
function format(expression: Expression, power: number): string {
  switch (expression.kind) {
    case 'integer':
      return expression.value < 0n && power > 0 ? `(${expression.text})` : expression.text;
    case 'name':
      return expression.path.join('.');
    case 'unary': {
      const text = `${expression.operator}${format(expression.operand, unaryPower)}`;
      // `--` would be another operator in C.
      return text.startsWith('--') ? `-(${text.slice(1)})` : text;
    }
    case 'binary': {
      const own = precedence[expression.operator];
      // The language refuses `a < b < c`, so a comparison on the left needs parentheses too.
      const left = own === 7 ? own + 1 : own;
      const text = `${format(expression.left, left)} ${expression.operator} ${format(expression.right, own + 1)}`;
      return own < power ? `(${text})` : text;
    }
    case 'conditional': {
      const { test, then, else: otherwise } = expression;
      const text = `${format(test, 1)} ? ${format(then, 0)} : ${format(otherwise, 0)}`;
      return power > 0 ? `(${text})` : text;
    }
    case 'call':
      return `${expression.callee}(${expression.args.map(formatExpression).join(', ')})`;
    default:
      return unreachable(expression);
  }
}
