import type { Abi } from '../layout/abi.ts';
import { constantScope } from '../layout/constants.ts';
import { type Layout, layOut } from '../layout/layout.ts';
import { integerNamed } from '../layout/named-integer.ts';
import { evaluate } from '../model/evaluate.ts';
import type { BinaryOperator, Expression } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import { resolvePath } from '../model/path.ts';
import { ChainError } from './chain-error.ts';
import { type Place, placeEnd, placeOf, readPlace, readWidePlace } from './place.ts';

/** A condition over the bytes of a struct; bytes that are not there count as 0. */
export interface BytesCondition {
  holds(view: DataView, start: number, end: number): boolean;
  /** Single bits that the condition asks for, joined by `&&`: an editor may set or clear them. */
  readonly bits: readonly ConditionBit[];
}

/** A bit or flag that must be set for a condition to hold. */
export interface ConditionBit {
  readonly place: Place;
  /** In the integer at the place. */
  readonly mask: bigint;
}

/** The struct that a condition is about. */
export interface BytesSubject {
  readonly model: Model;
  readonly struct: string;
  readonly abi: Abi;
}

type Compiled = (view: DataView, start: number, end: number) => number;

interface Leaf {
  readonly place: Place;
  readonly mask: bigint | null;
}

/**
 * Makes a condition that is decided on bytes, without decoding the struct.
 *
 * @throws ChainError where it needs a field whose place depends on the contents
 */
export function compileCondition(expression: Expression, subject: BytesSubject): BytesCondition {
  const { model, struct, abi } = subject;
  const layout = layOut(model, struct, abi);
  const leaves = new Map<string, Leaf | bigint>();
  const leafOf = (path: readonly string[]): Leaf | bigint => {
    const key = path.join('.');
    const known = leaves.get(key) ?? resolveLeaf(path, layout, subject);
    leaves.set(key, known);
    return known;
  };
  for (const path of namesIn(expression)) leafOf(path);
  const quick = compileNumbers(expression, leafOf);
  const constants = constantScope(model, (name) =>
    model.structs.has(name) ? layOut(model, name, abi) : undefined,
  );
  const slow: Compiled = (view, start, end) => {
    const lookup = (path: readonly string[]): bigint => {
      const leaf = leafOf(path);
      return typeof leaf === 'bigint' ? leaf : readLeaf(leaf, view, start, end);
    };
    return evaluate(expression, { ...constants, lookup }) === 0n ? 0 : 1;
  };
  const decide = quick ?? slow;
  return { holds: (view, start, end) => decide(view, start, end) !== 0, bits: bitsIn(expression, leafOf) };
}

function resolveLeaf(
  path: readonly string[],
  layout: Layout,
  { model, struct, abi }: BytesSubject,
): Leaf | bigint {
  const target = resolvePath(model, struct, path, (name) => integerNamed(model, name, abi));
  if (target?.kind === 'constant') return target.value;
  const place = target && placeOf(model, layout, target, abi);
  if (place === undefined) {
    const what = `${struct}.${path.join('.')}`;
    throw new ChainError('bad-format', 'a condition of a chain needs an integer at a fixed place.', { what });
  }
  return { place, mask: target?.kind === 'field' && target.flag !== undefined ? target.flag.value : null };
}

function readLeaf({ place, mask }: Leaf, view: DataView, start: number, end: number): bigint {
  if (start + placeEnd(place) > end) return 0n;
  const value = readWidePlace(view, start, place);
  if (mask === null) return value;
  return (value & mask) === 0n ? 0n : 1n;
}

/** An expression as a function over numbers; undefined where it has more than comparisons and logic of small integers. */
function compileNumbers(
  expression: Expression,
  leafOf: (path: readonly string[]) => Leaf | bigint,
): Compiled | undefined {
  switch (expression.kind) {
    case 'integer':
      return constantOf(expression.value);
    case 'name': {
      const leaf = leafOf(expression.path);
      return typeof leaf === 'bigint' ? constantOf(leaf) : compileLeaf(leaf);
    }
    case 'unary': {
      const operand = compileNumbers(expression.operand, leafOf);
      if (operand === undefined || expression.operator !== '!') return undefined;
      return (view, start, end) => (operand(view, start, end) === 0 ? 1 : 0);
    }
    case 'binary': {
      const left = compileNumbers(expression.left, leafOf);
      const right = compileNumbers(expression.right, leafOf);
      return left && right && compileBinary(expression.operator, left, right);
    }
    default:
      return undefined;
  }
}

function constantOf(value: bigint): Compiled | undefined {
  const number = Number(value);
  return value >= 0n && Number.isSafeInteger(number) ? () => number : undefined;
}

function compileLeaf({ place, mask }: Leaf): Compiled | undefined {
  if (place.bytes > 4 || (mask !== null && mask > 0xffff_ffffn)) return undefined;
  const last = placeEnd(place);
  if (mask === null) return (view, start, end) => (start + last > end ? 0 : readPlace(view, start, place));
  const bits = Number(mask);
  return (view, start, end) => (start + last > end || (readPlace(view, start, place) & bits) === 0 ? 0 : 1);
}

function compileBinary(operator: BinaryOperator, left: Compiled, right: Compiled): Compiled | undefined {
  switch (operator) {
    case '&&':
      return (view, start, end) => (left(view, start, end) !== 0 && right(view, start, end) !== 0 ? 1 : 0);
    case '||':
      return (view, start, end) => (left(view, start, end) !== 0 || right(view, start, end) !== 0 ? 1 : 0);
    case '==':
      return (view, start, end) => (left(view, start, end) === right(view, start, end) ? 1 : 0);
    case '!=':
      return (view, start, end) => (left(view, start, end) !== right(view, start, end) ? 1 : 0);
    case '<':
      return (view, start, end) => (left(view, start, end) < right(view, start, end) ? 1 : 0);
    case '<=':
      return (view, start, end) => (left(view, start, end) <= right(view, start, end) ? 1 : 0);
    case '>':
      return (view, start, end) => (left(view, start, end) > right(view, start, end) ? 1 : 0);
    case '>=':
      return (view, start, end) => (left(view, start, end) >= right(view, start, end) ? 1 : 0);
    default:
      return undefined;
  }
}

function bitsIn(expression: Expression, leafOf: (path: readonly string[]) => Leaf | bigint): ConditionBit[] {
  if (expression.kind === 'binary' && expression.operator === '&&') {
    return [...bitsIn(expression.left, leafOf), ...bitsIn(expression.right, leafOf)];
  }
  if (expression.kind !== 'name') return [];
  const leaf = leafOf(expression.path);
  if (typeof leaf === 'bigint') return [];
  if (leaf.mask !== null) return [{ place: leaf.place, mask: leaf.mask }];
  return leaf.place.width === 1 ? [{ place: leaf.place, mask: 1n }] : [];
}

function namesIn(expression: Expression): (readonly string[])[] {
  switch (expression.kind) {
    case 'integer':
      return [];
    case 'name':
      return [expression.path];
    case 'unary':
      return namesIn(expression.operand);
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case 'conditional':
      return [expression.test, expression.then, expression.else].flatMap(namesIn);
    case 'call':
      return expression.callee === 'sizeof' || expression.callee.startsWith('offsetof')
        ? []
        : expression.args.flatMap(namesIn);
  }
}
