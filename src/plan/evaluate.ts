import { applyBinary, applyFunction, applyUnary } from '../model/evaluate.ts';
import type { BinaryOperator } from '../model/expression.ts';
import { readPlace } from './access.ts';
import type { Place } from './place.ts';
import { isSmall, truthOperators } from './small.ts';
import type { Term } from './term.ts';

/** A term prepared to run: its value in the bytes that start at `base`. */
export type Run<T> = (view: DataView, base: number) => T;

/** The exact value as a bigint. */
export function runBig(term: Term): Run<bigint> {
  switch (term.kind) {
    case 'constant': {
      const { value } = term;
      return () => value;
    }
    case 'read': {
      const { place } = term;
      const { offset, littleEndian } = place;
      if (place.width === 64 && !place.signed)
        return (view, base) => view.getBigUint64(base + offset, littleEndian);
      return (view, base) => readPlace(place, view, base);
    }
    case 'unary': {
      const { operator } = term;
      const operand = runBig(term.operand);
      return (view, base) => applyUnary(operator, operand(view, base));
    }
    case 'binary': {
      if (truthOperators.has(term.operator)) return asBig(runTruth(term));
      const { operator } = term;
      const [left, right] = [runBig(term.left), runBig(term.right)];
      return (view, base) => applyBinary(operator, left(view, base), right(view, base));
    }
    case 'conditional': {
      const test = runTruth(term.test);
      const [then, otherwise] = [runBig(term.then), runBig(term.otherwise)];
      return (view, base) => (test(view, base) ? then(view, base) : otherwise(view, base));
    }
    case 'call': {
      const { callee, args } = term;
      const x = runBig(args[0]);
      const y = args[1] === null ? undefined : runBig(args[1]);
      return (view, base) => applyFunction(callee, x(view, base), y?.(view, base) ?? 0n) ?? 0n;
    }
  }
}

function asBig(truth: Run<boolean>): Run<bigint> {
  return (view, base) => (truth(view, base) ? 1n : 0n);
}

/** The exact value as a number; only for terms that are small. */
export function runNumber(term: Term): Run<number> {
  switch (term.kind) {
    case 'constant': {
      const value = Number(term.value);
      return () => value;
    }
    case 'read':
      return runRead(term.place);
    case 'unary': {
      if (term.operator === '!') return asNumber(runTruth(term));
      const operand = runNumber(term.operand);
      return term.operator === '-'
        ? (view, base) => -operand(view, base)
        : (view, base) => -operand(view, base) - 1;
    }
    case 'binary':
      return truthOperators.has(term.operator) ? asNumber(runTruth(term)) : runBinary(term);
    case 'conditional': {
      const test = runTruth(term.test);
      const [then, otherwise] = [runNumber(term.then), runNumber(term.otherwise)];
      return (view, base) => (test(view, base) ? then(view, base) : otherwise(view, base));
    }
    case 'call': {
      const exact = runBig(term);
      return (view, base) => Number(exact(view, base));
    }
  }
}

function asNumber(truth: Run<boolean>): Run<number> {
  return (view, base) => (truth(view, base) ? 1 : 0);
}

/** The integer at a place of at most 53 bits. */
export function runRead(place: Place): Run<number> {
  const { offset, bytes, littleEndian, signed, shift, width } = place;
  if (bytes === 8 || (signed && width !== bytes * 8))
    return (view, base) => Number(readPlace(place, view, base));
  if (signed) {
    if (bytes === 4) return (view, base) => view.getInt32(base + offset, littleEndian);
    return bytes === 2
      ? (view, base) => view.getInt16(base + offset, littleEndian)
      : (view, base) => view.getInt8(base + offset);
  }
  const raw: Run<number> =
    bytes === 4
      ? (view, base) => view.getUint32(base + offset, littleEndian)
      : bytes === 2
        ? (view, base) => view.getUint16(base + offset, littleEndian)
        : (view, base) => view.getUint8(base + offset);
  if (width === bytes * 8) return raw;
  const modulus = 2 ** width;
  return (view, base) => (raw(view, base) >>> shift) % modulus;
}

function runBinary({ operator, left, right }: Term & { kind: 'binary' }): Run<number> {
  const [a, b] = [runNumber(left), runNumber(right)];
  switch (operator) {
    case '+':
      return (view, base) => a(view, base) + b(view, base);
    case '-':
      return (view, base) => a(view, base) - b(view, base);
    case '*':
      return (view, base) => a(view, base) * b(view, base);
    case '/':
      return (view, base) => {
        const divisor = b(view, base);
        return divisor === 0 ? 0 : Math.floor(a(view, base) / divisor);
      };
    case '%':
      return (view, base) => {
        const divisor = b(view, base);
        return divisor === 0 ? 0 : a(view, base) % divisor;
      };
    case '<<':
      return (view, base) => a(view, base) * 2 ** b(view, base);
    case '>>':
      return (view, base) => Math.floor(a(view, base) / 2 ** b(view, base));
    case '&':
      return (view, base) => (a(view, base) & b(view, base)) >>> 0;
    case '|':
      return (view, base) => (a(view, base) | b(view, base)) >>> 0;
    default:
      return (view, base) => (a(view, base) ^ b(view, base)) >>> 0;
  }
}

/** Whether the value is not 0. */
export function runTruth(term: Term): Run<boolean> {
  if (term.kind === 'unary' && term.operator === '!') {
    const operand = runTruth(term.operand);
    return (view, base) => !operand(view, base);
  }
  if (term.kind === 'binary') {
    const { operator, left, right } = term;
    if (operator === '&&' || operator === '||') {
      const [a, b] = [runTruth(left), runTruth(right)];
      return operator === '&&'
        ? (view, base) => a(view, base) && b(view, base)
        : (view, base) => a(view, base) || b(view, base);
    }
    if (truthOperators.has(operator)) return runComparison(operator, left, right);
  }
  if (isSmall(term)) {
    const value = runNumber(term);
    return (view, base) => value(view, base) !== 0;
  }
  const value = runBig(term);
  return (view, base) => value(view, base) !== 0n;
}

function runComparison(operator: BinaryOperator, left: Term, right: Term): Run<boolean> {
  if (!isSmall(left) || !isSmall(right)) return compared(operator, runBig(left), runBig(right));
  return compared(operator, runNumber(left), runNumber(right));
}

function compared<T extends number | bigint>(operator: BinaryOperator, a: Run<T>, b: Run<T>): Run<boolean> {
  switch (operator) {
    case '<':
      return (view, base) => a(view, base) < b(view, base);
    case '<=':
      return (view, base) => a(view, base) <= b(view, base);
    case '>':
      return (view, base) => a(view, base) > b(view, base);
    case '>=':
      return (view, base) => a(view, base) >= b(view, base);
    case '==':
      return (view, base) => a(view, base) === b(view, base);
    default:
      return (view, base) => a(view, base) !== b(view, base);
  }
}
