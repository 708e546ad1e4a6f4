import { isTruth, type Term } from './term.ts';

/** Operators that give 0 or 1. */
export const truthOperators: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=', '&&', '||']);

/** True where the value and all that it is made of fit into JavaScript numbers exactly. */
export function isSmall(term: Term): boolean {
  const { first, last } = term;
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  if (first === null || last === null || first < -safe || last > safe) return false;
  switch (term.kind) {
    case 'constant':
    case 'read':
      return true;
    case 'unary':
      return term.operator === '!' || isSmall(term.operand);
    case 'conditional':
      return isSmall(term.then) && isSmall(term.otherwise);
    case 'binary':
      return isTruth(term) && truthOperators.has(term.operator) ? true : isSmallBinary(term);
    case 'call':
      return false;
  }
}

function isSmallBinary({ operator, left, right }: Term & { kind: 'binary' }): boolean {
  if (!isSmall(left) || !isSmall(right)) return false;
  const natural = [left, right].every(({ first }) => (first ?? -1n) >= 0n);
  const words = natural && [left, right].every(({ last }) => (last ?? 0n) <= 0xffff_ffffn);
  switch (operator) {
    case '+':
    case '-':
    case '*':
      return true;
    case '/':
    case '%':
    case '<<':
    case '>>':
      return natural;
    default:
      return words;
  }
}
