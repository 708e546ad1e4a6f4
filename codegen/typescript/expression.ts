import { unreachable } from '../../src/base/internal-error.ts';
import type { Expression } from '../../src/model/expression.ts';
import {
  asBigint,
  asBoolean,
  asNumber,
  boolean,
  type Code,
  isSafe,
  literal,
  operand,
  truth,
  within,
} from './code.ts';

type Call = Expression & { kind: 'call' };
type Binary = Expression & { kind: 'binary' };

/** What the names and calls of an expression are in the code around it. */
export interface CodeScope {
  /** The value of an expression that does not depend on the contents. */
  fold(expression: Expression): bigint | undefined;
  name(path: readonly string[]): Code;
  /** count, length, has. */
  call(call: Call): Code;
  /** Notes that a function of the runtime is used, and gives its name. */
  runtime(name: string): string;
}

const u31Last = 0x7fff_ffffn;
const u32Last = 0xffff_ffffn;

/** An expression of the schema language in TypeScript; numbers where these are exact, else bigints. */
export function printCode(expression: Expression, scope: CodeScope): Code {
  const constant = scope.fold(expression);
  if (constant !== undefined) return literal(constant);
  switch (expression.kind) {
    case 'integer':
      return literal(expression.value);
    case 'name':
      return scope.name(expression.path);
    case 'unary':
      return printUnary(expression.operator, printCode(expression.operand, scope));
    case 'binary':
      return printBinary(expression, scope);
    case 'conditional':
      return printConditional(expression, scope);
    case 'call':
      return printCall(expression, scope);
    default:
      return unreachable(expression);
  }
}

function printUnary(operator: '-' | '~' | '!', value: Code): Code {
  if (operator === '!') {
    const test = asBoolean(value);
    const negated = / !== (0n?)$/.exec(test.text);
    const simple = negated !== null && value.type !== 'boolean';
    return simple ? boolean(test.text.replace(/ !== (0n?)$/, ' === $1')) : boolean(`!${operand(test)}`, true);
  }
  const plain = value.type === 'boolean' ? asNumber(value) : value;
  const bounds = { first: negate(plain.last, operator), last: negate(plain.first, operator) };
  const one = plain.type === 'bigint' ? '-1n' : '-1';
  const text = operator === '-' ? `-${operand(plain)}` : `${one} - ${operand(plain)}`;
  return { ...plain, ...bounds, text, atom: false };
}

function negate(value: bigint | null, operator: '-' | '~'): bigint | null {
  if (value === null) return null;
  return operator === '-' ? -value : -1n - value;
}

function printBinary(expression: Binary, scope: CodeScope): Code {
  const { operator } = expression;
  const left = printCode(expression.left, scope);
  const right = printCode(expression.right, scope);
  switch (operator) {
    case '&&':
    case '||':
      return boolean(
        [left, right].map((side) => logicalOperand(asBoolean(side), operator)).join(` ${operator} `),
      );
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(operator, left, right);
    case '+':
    case '-':
    case '*':
      return arithmetic(operator, left, right);
    case '/':
    case '%':
      return division(operator, left, right, scope);
    case '<<':
    case '>>':
      return shift(operator, left, right, scope);
    case '&':
    case '|':
    case '^':
      return bitwise(operator, left, right);
    default:
      return unreachable(operator);
  }
}

function logicalOperand(code: Code, operator: '&&' | '||'): string {
  const other = operator === '&&' ? '||' : '&&';
  return code.atom || !(code.text.includes(` ${other} `) || code.text.includes(' ? '))
    ? code.text
    : `(${code.text})`;
}

function comparison(operator: string, left: Code, right: Code): Code {
  const [a, b] = unify(left, right);
  if (a.first !== null && a.first === a.last && b.first !== null && b.first === b.last) {
    return truth(holds(operator, a.first, b.first));
  }
  const text = operator === '==' ? '===' : operator === '!=' ? '!==' : operator;
  return boolean(`${operand(a)} ${text} ${operand(b)}`);
}

function holds(operator: string, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}

/** Both as numbers, or both as bigints where one is. */
function unify(left: Code, right: Code): readonly [Code, Code] {
  if (left.type === 'bigint' || right.type === 'bigint') return [asBigint(left), asBigint(right)];
  return [asNumber(left), asNumber(right)];
}

function arithmetic(operator: '+' | '-' | '*', left: Code, right: Code): Code {
  const bounds = boundsOf(operator, left, right);
  const exact = bounds.first !== null && bounds.last !== null && isSafe(bounds.first) && isSafe(bounds.last);
  const numbers = exact && left.type !== 'bigint' && right.type !== 'bigint';
  const [a, b] = numbers ? [asNumber(left), asNumber(right)] : [asBigint(left), asBigint(right)];
  const type = numbers ? 'number' : 'bigint';
  const text = `${term(a, operator)} ${operator} ${operator === '-' ? operand(b) : term(b, operator)}`;
  return { ...bounds, text, type, atom: false };
}

/** An operand of a sum or product, without parentheses where multiplication binds tighter anyway. */
function term(code: Code, operator: '+' | '-' | '*'): string {
  const product = /^[\w.]+( \* [\w.]+)*$/.test(code.text);
  const sum = /^[\w.]+( [+*] [\w.]+)*$/.test(code.text);
  return product || (operator === '+' && sum) ? code.text : operand(code);
}

function boundsOf(operator: '+' | '-' | '*', left: Code, right: Code): Pick<Code, 'first' | 'last'> {
  if (left.first === null || left.last === null || right.first === null || right.last === null) {
    return { first: null, last: null };
  }
  const apply = (a: bigint, b: bigint): bigint =>
    operator === '+' ? a + b : operator === '-' ? a - b : a * b;
  const corners = [left.first, left.last].flatMap((a) =>
    [right.first ?? 0n, right.last ?? 0n].map((b) => apply(a, b)),
  );
  return { first: min(corners), last: max(corners) };
}

function division(operator: '/' | '%', left: Code, right: Code, scope: CodeScope): Code {
  const divisor = right.first !== null && right.first === right.last ? right.first : 0n;
  if (divisor > 0n && isSafe(divisor) && left.type !== 'bigint' && left.first !== null && left.first >= 0n) {
    const [a, b] = [asNumber(left), asNumber(right)];
    const text = `${operand(a)} ${operator} ${operand(b)}`;
    if (operator === '%') return { text, type: 'number', first: 0n, last: divisor - 1n, atom: false };
    const last = left.last === null ? null : left.last / divisor;
    return { text: `Math.floor(${text})`, type: 'number', first: 0n, last, atom: true };
  }
  const name = scope.runtime(operator === '/' ? 'divide' : 'remainder');
  return bigintCall(name, [left, right]);
}

function shift(operator: '<<' | '>>', left: Code, right: Code, scope: CodeScope): Code {
  const most = right.last;
  const small = within(right, 0n, 31n) && most !== null;
  if (
    operator === '<<' &&
    small &&
    within(left, 0n, u31Last) &&
    left.last !== null &&
    left.last << most <= u31Last
  ) {
    const [a, b] = [asNumber(left), asNumber(right)];
    const first = 0n;
    return {
      text: `${operand(a)} << ${operand(b)}`,
      type: 'number',
      first,
      last: left.last << most,
      atom: false,
    };
  }
  if (
    operator === '<<' &&
    right.first !== null &&
    right.first === right.last &&
    right.first >= 0n &&
    right.first <= 128n
  ) {
    return arithmetic('*', left, literal(1n << right.first));
  }
  if (operator === '>>' && small && within(left, 0n, u32Last)) {
    const [a, b] = [asNumber(left), asNumber(right)];
    const last = left.last === null ? null : left.last >> (right.first ?? 0n);
    return { text: `${operand(a)} >>> ${operand(b)}`, type: 'number', first: 0n, last, atom: false };
  }
  return bigintCall(scope.runtime(operator === '<<' ? 'shiftLeft' : 'shiftRight'), [left, right]);
}

function bitwise(operator: '&' | '|' | '^', left: Code, right: Code): Code {
  const unsigned = within(left, 0n, u32Last) && within(right, 0n, u32Last);
  const masked =
    operator === '&' &&
    [left, right].every((side) => within(side, -u31Last - 1n, u32Last)) &&
    [left, right].some((side) => within(side, 0n, u32Last));
  if (unsigned || masked) {
    const [a, b] = [asNumber(left), asNumber(right)];
    const text = `${operand(a)} ${operator} ${operand(b)}`;
    const lasts = [left, right]
      .filter((side) => (side.first ?? -1n) >= 0n)
      .map((side) => side.last ?? u32Last);
    const last = operator === '&' ? min(lasts) : bitsUpTo(max(lasts));
    const positive = last <= u31Last;
    return { text: positive ? text : `(${text}) >>> 0`, type: 'number', first: 0n, last, atom: false };
  }
  const [a, b] = [asBigint(left), asBigint(right)];
  const bounded = operator === '&' && [left, right].find((side) => (side.first ?? -1n) >= 0n);
  const bounds = bounded ? { first: 0n, last: bounded.last } : { first: null, last: null };
  return { ...bounds, text: `${operand(a)} ${operator} ${operand(b)}`, type: 'bigint', atom: false };
}

function printConditional(expression: Expression & { kind: 'conditional' }, scope: CodeScope): Code {
  const test = asBoolean(printCode(expression.test, scope));
  const [a, b] = unify(printCode(expression.then, scope), printCode(expression.else, scope));
  const known = a.first !== null && a.last !== null && b.first !== null && b.last !== null;
  const bounds = known
    ? { first: min([a.first ?? 0n, b.first ?? 0n]), last: max([a.last ?? 0n, b.last ?? 0n]) }
    : { first: null, last: null };
  const branch = (code: Code): string => (code.text.includes(' ? ') ? operand(code) : code.text);
  const text = `${branch(test)} ? ${branch(a)} : ${b.text}`;
  return { ...bounds, text, type: a.type, atom: false };
}

function printCall(call: Call, scope: CodeScope): Code {
  if (['count', 'length', 'has'].includes(call.callee)) return scope.call(call);
  const [x = literal(0n), y = literal(0n)] = call.args.map((argument) => printCode(argument, scope));
  const numbers = [x, y].every(
    (side) => side.type !== 'bigint' && (side.first ?? -1n) >= 0n && isSafe(side.last ?? -1n),
  );
  const [a, b] = numbers ? [asNumber(x), asNumber(y)] : [asBigint(x), asBigint(y)];
  const constantUnit = y.first !== null && y.first === y.last && y.first > 0n;
  switch (call.callee) {
    case 'align':
      if (!numbers || !constantUnit) return bigintCall(scope.runtime('alignUp'), [x, y]);
      return {
        text: `Math.ceil(${operand(a)} / ${b.text}) * ${b.text}`,
        type: 'number',
        atom: false,
        first: x.first,
        last: (x.last ?? 0n) + (y.last ?? 0n),
      };
    case 'aligned':
      if (numbers && constantUnit) return boolean(`${operand(a)} % ${b.text} === 0`);
      return comparison('==', bigintCall(scope.runtime('alignUp'), [x, y]), asBigint(x));
    case 'min':
    case 'max': {
      if (!numbers) return bigintCall(scope.runtime(call.callee === 'min' ? 'smaller' : 'larger'), [x, y]);
      const pick = call.callee === 'min' ? min : max;
      return {
        text: `Math.${call.callee}(${a.text}, ${b.text})`,
        type: 'number',
        atom: true,
        first: pick([x.first ?? 0n, y.first ?? 0n]),
        last: pick([x.last ?? 0n, y.last ?? 0n]),
      };
    }
    case 'lowbit': {
      const wide = asBigint(x);
      return {
        text: `${operand(wide)} & -${operand(wide)}`,
        type: 'bigint',
        first: null,
        last: null,
        atom: false,
      };
    }
    case 'log2':
    case 'popcount':
      return bigintCall(scope.runtime(call.callee), [x]);
    default:
      return literal(0n);
  }
}

function bigintCall(name: string, args: readonly Code[]): Code {
  const text = `${name}(${args.map((argument) => asBigint(argument).text).join(', ')})`;
  return { text, type: 'bigint', first: null, last: null, atom: true };
}

function bitsUpTo(value: bigint): bigint {
  return (1n << BigInt(value.toString(2).length)) - 1n;
}

function min(values: readonly bigint[]): bigint {
  return [...values].sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;
}

function max(values: readonly bigint[]): bigint {
  return [...values].sort((a, b) => (a > b ? -1 : 1))[0] ?? 0n;
}
