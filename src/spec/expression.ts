import type { Span } from '../base/span.ts';
import { didYouMean } from '../base/suggestion.ts';
import {
  type BinaryOperator,
  type Expression,
  type FunctionName,
  functionArity,
  precedence,
} from '../model/expression.ts';
import type { Diagnostics } from './diagnostic.ts';
import { limits } from './limits.ts';
import type { SpecNode } from './node.ts';
import { integerOf, type Token, tokenize } from './tokens.ts';

/**
 * Parses an expression from a node of the tree: an integer, or text in the expression language.
 *
 * Reports one mistake and returns undefined where the text is no expression.
 */
export function parseExpression(node: SpecNode, diagnostics: Diagnostics): Expression | undefined {
  if (node.kind === 'integer')
    return { kind: 'integer', value: node.value, text: node.text, span: node.span };
  if (node.kind === 'boolean') {
    return { kind: 'integer', value: node.value ? 1n : 0n, text: node.value ? '1' : '0', span: node.span };
  }
  if (node.kind !== 'string') return undefined;
  try {
    return new Parser(node.value, node.span, node.verbatim).parse();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    diagnostics.error('bad-expression', error.span, error.message);
    return undefined;
  }
}

/** Thrown inside the parser only, caught above. */
class SyntaxProblem extends Error {
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

const powers: Readonly<Record<string, number>> = precedence;

/** The power of `< <= > >=`. */
const comparing = 7;

/** Operators on the longest way through an expression. */
export function expressionDepth(expression: Expression): number {
  switch (expression.kind) {
    case 'integer':
    case 'name':
      return 0;
    case 'unary':
      return 1 + expressionDepth(expression.operand);
    case 'binary':
      return 1 + Math.max(expressionDepth(expression.left), expressionDepth(expression.right));
    case 'conditional':
      return 1 + Math.max(...[expression.test, expression.then, expression.else].map(expressionDepth));
    case 'call':
      return 1 + Math.max(0, ...expression.args.map(expressionDepth));
  }
}

/** What to write for a number as C or Python has it. */
function numberHint(text: string): string {
  const [, digits] = /^(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]+\b/.exec(text) ?? [];
  if (digits !== undefined) return `; write ${digits}: the C suffix goes into the key suffix`;
  const [, bits] = /^0[bB]([01]{1,64})\b/.exec(text) ?? [];
  if (bits !== undefined) return `; write 0x${BigInt(`0b${bits}`).toString(16)}`;
  const [grouped] = /^[0-9]+(?:_[0-9]+)+\b/.exec(text) ?? [];
  return grouped === undefined ? '' : `; write ${grouped.replaceAll('_', '')}`;
}

class Parser {
  readonly #text: string;
  readonly #span: Span;
  readonly #verbatim: number | undefined;
  #tokens: readonly Token[] = [];
  readonly #inParentheses = new WeakSet<Expression>();
  #next = 0;
  #depth = 0;

  constructor(text: string, span: Span, verbatim: number | undefined) {
    this.#text = text;
    this.#span = span;
    this.#verbatim = verbatim;
    if (text.length > limits.expressionLength) {
      throw new SyntaxProblem(
        `the expression has ${text.length} characters, at most ${limits.expressionLength} are read.`,
        span,
      );
    }
  }

  parse(): Expression {
    const { tokens, wrong } = tokenize(this.#text);
    if (wrong !== null) {
      const found = this.#text.slice(wrong, wrong + 12);
      const message = `found "${found}", expected a number, a name or an operator${numberHint(this.#text.slice(wrong))}.`;
      throw new SyntaxProblem(message, this.#at(wrong, wrong + 1));
    }
    this.#tokens = tokens;
    const expression = this.#conditional();
    const rest = this.#peek();
    if (rest.kind !== 'end') {
      this.#fail(`found "${rest.text}", expected an operator or the end of the expression.`, rest);
    }
    if (expressionDepth(expression) > limits.expressionDepth) {
      const message = `the expression has more than ${limits.expressionDepth} operators after each other, expected fewer.`;
      throw new SyntaxProblem(message, this.#span);
    }
    return expression;
  }

  #conditional(): Expression {
    this.#enter();
    const test = this.#binary(1);
    if (!this.#take('?')) return this.#leave(test);
    const then = this.#conditional();
    this.#expect(':');
    const otherwise = this.#conditional();
    return this.#leave({
      kind: 'conditional',
      test,
      then,
      else: otherwise,
      span: this.#join(test, otherwise),
    });
  }

  #binary(least: number): Expression {
    let left = this.#unary();
    for (;;) {
      const { kind, text } = this.#peek();
      const power = kind === 'operator' ? powers[text] : undefined;
      if (power === undefined || power < least) return left;
      const operator = this.#peek();
      this.#next++;
      const right = this.#binary(power + 1);
      if (power === comparing && [left, right].some((side) => this.#isComparison(side))) {
        this.#fail(
          `found "${text}" after a comparison, expected two comparisons joined by && (or parentheses).`,
          operator,
        );
      }
      left = { kind: 'binary', operator: text as BinaryOperator, left, right, span: this.#join(left, right) };
    }
  }

  /** `a < b < c` compares 0 or 1 with c, which nobody means; with parentheses somebody does. */
  #isComparison(side: Expression): boolean {
    return side.kind === 'binary' && powers[side.operator] === comparing && !this.#inParentheses.has(side);
  }

  #unary(): Expression {
    const token = this.#peek();
    if (token.kind !== 'operator' || !['-', '~', '!'].includes(token.text)) return this.#primary();
    this.#next++;
    this.#enter();
    const operand = this.#unary();
    const span = this.#at(token.at, token.at + 1);
    const operator = token.text as '-' | '~' | '!';
    return this.#leave({ kind: 'unary', operator, operand, span: { ...span, end: operand.span.end } });
  }

  #primary(): Expression {
    const token = this.#peek();
    this.#next++;
    const span = this.#at(token.at, token.at + token.text.length);
    if (token.kind === 'integer') {
      if (/^0[0-9]/.test(token.text)) {
        this.#fail(
          `found ${token.text}, expected a number without leading zeros (C would read it as octal).`,
          token,
        );
      }
      return { kind: 'integer', value: integerOf(token.text), text: token.text, span };
    }
    if (token.kind === 'name') {
      return this.#peek().text === '(' && this.#peek().kind === 'operator'
        ? this.#call(token, span)
        : { kind: 'name', path: token.text.split('.'), span };
    }
    if (token.text === '(') {
      const inner = this.#conditional();
      this.#expect(')');
      this.#inParentheses.add(inner);
      return inner;
    }
    return this.#fail(
      `found ${token.kind === 'end' ? 'the end' : `"${token.text}"`}, expected a number, a name or "(".`,
      token,
    );
  }

  #call(name: Token, span: Span): Expression {
    if (!Object.hasOwn(functionArity, name.text)) {
      this.#fail(
        `unknown function ${name.text}${didYouMean(name.text, Object.keys(functionArity)) || '.'}`,
        name,
      );
    }
    const callee = name.text as FunctionName;
    this.#expect('(');
    const args: Expression[] = [];
    if (!this.#take(')')) {
      do args.push(this.#conditional());
      while (this.#take(','));
      this.#expect(')');
    }
    const arity = functionArity[callee];
    if (args.length !== arity) {
      this.#fail(`${callee} is given ${args.length} arguments, expected ${arity}.`, name);
    }
    return { kind: 'call', callee, args, span };
  }

  #enter(): void {
    if (++this.#depth > limits.expressionNesting) {
      this.#fail(`the expression is nested more than ${limits.expressionNesting} levels deep.`, this.#peek());
    }
  }

  #leave(expression: Expression): Expression {
    this.#depth--;
    return expression;
  }

  #peek(): Token {
    return (
      this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] ?? { kind: 'end', text: 'the end', at: 0 }
    );
  }

  #take(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'operator' || token.text !== text) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    const token = this.#peek();
    if (!this.#take(text))
      this.#fail(`found ${token.kind === 'end' ? 'the end' : `"${token.text}"`}, expected "${text}".`, token);
  }

  #fail(message: string, token: Token): never {
    throw new SyntaxProblem(
      message,
      this.#at(token.at, token.at + (token.kind === 'end' ? 1 : token.text.length)),
    );
  }

  #at(start: number, end: number): Span {
    if (this.#verbatim === undefined) return this.#span;
    const [from, to] = [this.#verbatim + start, this.#verbatim + end];
    return {
      file: this.#span.file,
      start: Math.min(from, this.#span.end),
      end: Math.min(to, this.#span.end),
    };
  }

  #join(left: Expression, right: Expression): Span {
    return { file: this.#span.file, start: left.span.start, end: right.span.end };
  }
}
