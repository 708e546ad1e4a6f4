import type { Place } from './place.ts';
import type { Term } from './term.ts';

/** A bit or flag that must be set for a condition to hold. */
export interface ConditionBit {
  readonly place: Place;
  /** In the integer at the place. */
  readonly mask: bigint;
}

/** The bits that a condition asks for. */
export interface AskedBits {
  readonly bits: readonly ConditionBit[];
  /** It asks for nothing else. */
  readonly only: boolean;
}

/** The single bits that a condition asks for, joined by `&&`. */
export function askedBits(term: Term): AskedBits {
  if (term.kind === 'binary' && term.operator === '&&') {
    const [left, right] = [askedBits(term.left), askedBits(term.right)];
    return { bits: [...left.bits, ...right.bits], only: left.only && right.only };
  }
  const bit = bitOf(term);
  return bit === undefined ? { bits: [], only: false } : { bits: [bit], only: true };
}

/** A field of one bit, or a flag: `(field & FLAG) != 0`. */
function bitOf(term: Term): ConditionBit | undefined {
  if (term.kind === 'read') return term.place.width === 1 ? { place: term.place, mask: 1n } : undefined;
  if (term.kind !== 'binary' || term.operator !== '!=' || !isZero(term.right)) return undefined;
  const { left } = term;
  if (left.kind !== 'binary' || left.operator !== '&' || left.left.kind !== 'read') return undefined;
  return left.right.kind === 'constant' ? { place: left.left.place, mask: left.right.value } : undefined;
}

function isZero(term: Term): boolean {
  return term.kind === 'constant' && term.value === 0n;
}
