import { isSmall } from '../plan/small.ts';
import type { Term } from '../plan/term.ts';

/**
 * By how much a sum of integers may be wrong when it is computed in doubles; undefined where doubles would tell nothing.
 * Two values that are further apart than twice the sum of their errors compare as doubles do.
 */
export function approximation(term: Term): number | undefined {
  if (isSmall(term)) return 0;
  const { first, last } = term;
  if (first === null || last === null) return undefined;
  const largest = Math.max(Math.abs(Number(first)), Math.abs(Number(last)));
  if (largest > 2 ** 80) return undefined;
  // Half a unit in the last place would do.
  const rounding = largest * 2 ** -52;
  if (term.kind === 'constant' || term.kind === 'read') return rounding;
  if (term.kind !== 'binary' || (term.operator !== '+' && term.operator !== '-')) return undefined;
  const [a, b] = [approximation(term.left), approximation(term.right)];
  return a === undefined || b === undefined ? undefined : a + b + rounding;
}
