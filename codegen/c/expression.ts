import { InternalError } from '../../src/base/internal-error.ts';
import { type Expression, partsOf } from '../../src/model/expression.ts';
import type { Model } from '../../src/model/model.ts';
import { builtins } from '../../src/model/path.ts';
import { cIntegerNames } from './names.ts';
import { cHex, cLiteral } from './number.ts';
import { type ExpressionStyle, isPrimary, printExpression } from './operators.ts';

/** Prints expressions for one model. */
export interface ExpressionPrinter {
  /**
   * The right side of a macro or enumerator: the schema's expression where C can say it, else its value.
   *
   * `suffix` goes to the literals that give the expression its type; shift counts stay plain.
   */
  value(expression: Expression | null, value: bigint, suffix: string): string;
  /** The body of a function-like macro, its parameters in parentheses. */
  body(expression: Expression, parameters: readonly string[]): string;
}

/** Makes the printer of a model's expressions. */
export function expressionPrinter(model: Model): ExpressionPrinter {
  const known = cIntegerNames(model);
  return {
    value(expression, value, suffix) {
      const wide = value > 0xffff_ffffn ? 'ULL' : value > 0x7fff_ffffn ? 'U' : '';
      const type = suffix === '' && expression?.kind !== 'integer' ? wide : suffix;
      if (expression === null || !isSayable(expression, known)) return cHexOrDecimal(value, type);
      const text = printExpression(suffixed(expression, type), cStyle([]));
      return isPrimary(expression) && !/^[-']/.test(text) ? text : `(${text})`;
    },
    body(expression, parameters) {
      const text = printExpression(expression, cStyle(parameters));
      return isPrimary(expression) ? text : `(${text})`;
    },
  };
}

/** Names that an expression refers to. */
export function namesIn(expression: Expression): readonly string[] {
  return expression.kind === 'name' ? expression.path.slice(0, 1) : partsOf(expression).flatMap(namesIn);
}

function cHexOrDecimal(value: bigint, suffix: string): string {
  if (value < 0n) return `(${value})`;
  return value < 10n ? `${value}${suffix}` : cLiteral(`0x${value.toString(16)}`, value, suffix);
}

/** True where every name of the expression means something in C. (Built-in ones like U64_MAX do not.) */
function isSayable(expression: Expression, known: ReadonlySet<string>): boolean {
  if (expression.kind === 'call') return false;
  if (expression.kind === 'name') return known.has(expression.path.join('.'));
  return partsOf(expression).every((child) => isSayable(child, known));
}

/** The expression with a suffix at every literal but shift counts. */
function suffixed(expression: Expression, suffix: string): Expression {
  if (suffix === '') return expression;
  switch (expression.kind) {
    case 'integer':
      return { ...expression, text: cLiteral(expression.text, expression.value, suffix) };
    case 'unary':
      return { ...expression, operand: suffixed(expression.operand, suffix) };
    case 'binary': {
      const shift = expression.operator === '<<' || expression.operator === '>>';
      const left = suffixed(expression.left, suffix);
      return { ...expression, left, right: shift ? expression.right : suffixed(expression.right, suffix) };
    }
    case 'conditional':
    case 'name':
    case 'call':
      return expression;
  }
}

function cStyle(parameters: readonly string[]): ExpressionStyle {
  return {
    integer: ({ text, value }) => (/[UL]$/.test(text) ? text : cLiteral(text, value, '')),
    name: (path) => {
      const [name = ''] = path;
      if (path.length > 1) return path.join('.');
      const builtin = builtins.get(name);
      if (parameters.includes(name)) return `(${name})`;
      return builtin === undefined ? name : cHex(builtin);
    },
    call: ({ callee }) => {
      throw new InternalError(`${callee}() stands in a C macro`);
    },
  };
}

/** The comment that tells the number behind an expression; empty where the text is the number already. */
export function valueComment(text: string, value: bigint): string {
  const plain = /^\(?-?(0x[0-9a-fA-F]+|[0-9]+)(U|L|UL|LL|ULL)?\)?$/.test(text);
  return plain
    ? ''
    : cHex(value)
        .replace(/ULL/, '')
        .replace(/^\((.*)\)$/, '$1');
}
