import { applyBinary, applyFunction, applyUnary } from '../model/evaluate.ts';
import type { BinaryOperator, FunctionName, UnaryOperator } from '../model/expression.ts';
import { type Place, placeEnd, rangeOfPlace } from './place.ts';

/** Smallest and largest value that something can have; null where no bound is known. */
export interface Bounds {
  readonly first: bigint | null;
  readonly last: bigint | null;
}

/** An expression in which every name is a number or a place in the bytes. */
export type Term = Bounds &
  (
    | { readonly kind: 'constant'; readonly value: bigint }
    | { readonly kind: 'read'; readonly place: Place }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Term }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Term;
        readonly right: Term;
      }
    | { readonly kind: 'conditional'; readonly test: Term; readonly then: Term; readonly otherwise: Term }
    | { readonly kind: 'call'; readonly callee: ArithmeticName; readonly args: readonly [Term, Term | null] }
  );

/** Functions that need nothing but numbers. */
export type ArithmeticName = Extract<
  FunctionName,
  'align' | 'aligned' | 'min' | 'max' | 'log2' | 'lowbit' | 'popcount'
>;

const unbounded: Bounds = { first: null, last: null };
const truthBounds: Bounds = { first: 0n, last: 1n };

/** A number. */
export function constant(value: bigint): Term {
  return { kind: 'constant', value, first: value, last: value };
}

/** The integer at a place. */
export function read(place: Place): Term {
  return { kind: 'read', place, ...rangeOfPlace(place) };
}

/** `-x`, `~x`, `!x`. */
export function unary(operator: UnaryOperator, operand: Term): Term {
  if (operand.kind === 'constant') return constant(applyUnary(operator, operand.value));
  if (operator === '!') return { kind: 'unary', operator, operand, ...truthBounds };
  const { first, last } = operand;
  const negated = { first: last === null ? null : -last, last: first === null ? null : -first };
  const bounds = operator === '-' ? negated : moved(negated, -1n);
  return { kind: 'unary', operator, operand, ...bounds };
}

function moved({ first, last }: Bounds, by: bigint): Bounds {
  return { first: first === null ? null : first + by, last: last === null ? null : last + by };
}

/** An operator between two terms; `&&` and `||` are decided by one side where it is known. */
export function binary(operator: BinaryOperator, left: Term, right: Term): Term {
  if (left.kind === 'constant' && right.kind === 'constant') {
    return constant(applyBinary(operator, left.value, right.value));
  }
  if (operator === '&&' || operator === '||') {
    const absorbing = operator === '||';
    for (const [side, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (side.kind !== 'constant') continue;
      return (side.value !== 0n) === absorbing ? constant(absorbing ? 1n : 0n) : truth(other);
    }
  }
  const decided = decidedBy(operator, left, right);
  if (decided !== undefined) return constant(decided ? 1n : 0n);
  return { kind: 'binary', operator, left, right, ...boundsOf(operator, left, right) };
}

/** A comparison that the bounds decide, whatever the values are. */
function decidedBy(operator: BinaryOperator, left: Bounds, right: Bounds): boolean | undefined {
  switch (operator) {
    case '<':
      return isBelow(left, right) ? true : isNotBelow(left, right) ? false : undefined;
    case '>':
      return decidedBy('<', right, left);
    case '<=':
    case '>=': {
      const opposite = decidedBy(operator === '<=' ? '>' : '<', left, right);
      return opposite === undefined ? undefined : !opposite;
    }
    case '==':
      return isBelow(left, right) || isBelow(right, left) ? false : undefined;
    case '!=':
      return isBelow(left, right) || isBelow(right, left) ? true : undefined;
    default:
      return undefined;
  }
}

function isBelow(left: Bounds, right: Bounds): boolean {
  return left.last !== null && right.first !== null && left.last < right.first;
}

function isNotBelow(left: Bounds, right: Bounds): boolean {
  return left.first !== null && right.last !== null && left.first >= right.last;
}

/** 1 where the term is not 0. */
function truth(term: Term): Term {
  return isTruth(term) ? term : binary('!=', term, constant(0n));
}

/** True for a term that is 0 or 1. */
export function isTruth({ first, last }: Bounds): boolean {
  return first !== null && last !== null && first >= 0n && last <= 1n;
}

function boundsOf(operator: BinaryOperator, left: Bounds, right: Bounds): Bounds {
  const { first: a, last: b } = left;
  const { first: c, last: d } = right;
  switch (operator) {
    case '+':
      return {
        first: a === null || c === null ? null : a + c,
        last: b === null || d === null ? null : b + d,
      };
    case '-':
      return {
        first: a === null || d === null ? null : a - d,
        last: b === null || c === null ? null : b - c,
      };
    case '*': {
      if (a === null || b === null || c === null || d === null) return unbounded;
      return spanOf([a * c, a * d, b * c, b * d]);
    }
    case '/':
      return a !== null && a >= 0n && c !== null && c >= 0n ? { first: 0n, last: b } : unbounded;
    case '%': {
      if (a === null || a < 0n || c === null || c < 0n) return unbounded;
      const most = d === null || d === 0n ? d : d - 1n;
      return { first: 0n, last: most === null || (b !== null && b < most) ? b : most };
    }
    case '&': {
      const mosts = [left, right].flatMap(({ first, last }) => (first !== null && first >= 0n ? [last] : []));
      if (mosts.length === 0) return unbounded;
      return { first: 0n, last: mosts.reduce((x, y) => (x === null || (y !== null && y < x) ? y : x)) };
    }
    case '|':
    case '^': {
      if (a === null || a < 0n || c === null || c < 0n || b === null || d === null) return unbounded;
      return { first: 0n, last: (1n << BigInt((b | d).toString(2).length)) - 1n };
    }
    case '>>':
      return a !== null && a >= 0n ? { first: 0n, last: b } : unbounded;
    case '<<': {
      if (a === null || a < 0n || b === null || c === null || c < 0n || d === null || d > 128n)
        return unbounded;
      return { first: 0n, last: b << d };
    }
    default:
      return truthBounds;
  }
}

function spanOf(values: readonly bigint[]): Bounds {
  return {
    first: values.reduce(smaller),
    last: values.reduce((x, y) => (smaller(x, y) === x ? y : x)),
  };
}

function smaller(x: bigint, y: bigint): bigint {
  return x < y ? x : y;
}

/** `test ? then : otherwise`. */
export function conditional(test: Term, then: Term, otherwise: Term): Term {
  if (test.kind === 'constant') return test.value !== 0n ? then : otherwise;
  const bounded = [then, otherwise].every(({ first, last }) => first !== null && last !== null);
  const bounds = bounded
    ? spanOf([then, otherwise].flatMap(({ first, last }) => [first ?? 0n, last ?? 0n]))
    : unbounded;
  return { kind: 'conditional', test, then, otherwise, ...bounds };
}

/** A function of numbers. */
export function call(callee: ArithmeticName, x: Term, y: Term | null): Term {
  if (x.kind === 'constant' && (y === null || y.kind === 'constant')) {
    return constant(applyFunction(callee, x.value, y?.value ?? 0n) ?? 0n);
  }
  return { kind: 'call', callee, args: [x, y], ...boundsOfCall(callee, x, y) };
}

function boundsOfCall(callee: ArithmeticName, x: Bounds, y: Bounds | null): Bounds {
  const natural = x.first !== null && x.first >= 0n;
  switch (callee) {
    case 'aligned':
      return truthBounds;
    case 'log2':
    case 'popcount':
      return { first: 0n, last: x.last === null ? null : BigInt(Math.max(1, x.last.toString(2).length)) };
    case 'lowbit':
      return natural ? { first: 0n, last: x.last } : unbounded;
    case 'align': {
      const last = x.last === null || y?.last == null ? null : x.last + (y.last > 0n ? y.last : 0n);
      return natural ? { first: 0n, last } : unbounded;
    }
    case 'min':
    case 'max': {
      if (y === null || x.first === null || x.last === null || y.first === null || y.last === null)
        return unbounded;
      const pick = (p: bigint, q: bigint): bigint => (p < q === (callee === 'min') ? p : q);
      return { first: pick(x.first, y.first), last: pick(x.last, y.last) };
    }
  }
}

/** Calls back for every place that a term reads. */
export function forEachPlace(term: Term, use: (place: Place) => void): void {
  switch (term.kind) {
    case 'constant':
      return;
    case 'read':
      use(term.place);
      return;
    case 'unary':
      forEachPlace(term.operand, use);
      return;
    case 'binary':
      forEachPlace(term.left, use);
      forEachPlace(term.right, use);
      return;
    case 'conditional':
      for (const part of [term.test, term.then, term.otherwise]) forEachPlace(part, use);
      return;
    case 'call':
      for (const part of term.args) if (part !== null) forEachPlace(part, use);
  }
}

/** A term as it is when only the first bytes of the struct are there: integers of which a byte is missing count as 0. */
export function within(term: Term, size: number): Term {
  switch (term.kind) {
    case 'constant':
      return term;
    case 'read':
      return placeEnd(term.place) > size ? constant(0n) : term;
    case 'unary':
      return unary(term.operator, within(term.operand, size));
    case 'binary':
      return binary(term.operator, within(term.left, size), within(term.right, size));
    case 'conditional':
      return conditional(within(term.test, size), within(term.then, size), within(term.otherwise, size));
    case 'call': {
      const [x, y] = term.args;
      return call(term.callee, within(x, size), y === null ? null : within(y, size));
    }
  }
}
