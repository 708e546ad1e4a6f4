import { askedBits, type ConditionBit } from '../plan/asked-bits.ts';
import { runTruth } from '../plan/evaluate.ts';
import { placeEnd } from '../plan/place.ts';
import { forEachPlace, type Term, within } from '../plan/term.ts';

/** A condition over the bytes of a struct; integers of which a byte is missing count as 0. */
export interface BytesCondition {
  holds(view: DataView, start: number, end: number): boolean;
  /** Single bits that the condition asks for, joined by `&&`: an editor may set or clear them. */
  readonly bits: readonly ConditionBit[];
}

/** Prepares a condition that is decided on bytes, without decoding the struct. */
export function compileCondition(term: Term): BytesCondition {
  const whole = runTruth(term);
  const needed = endOfTerm(term);
  return {
    holds(view, start, end) {
      const size = end - start;
      // Few buffers are shorter than the fields of the condition: what is left of it is prepared when one comes.
      return size >= needed ? whole(view, start) : runTruth(within(term, size))(view, start);
    },
    bits: askedBits(term).bits,
  };
}

function endOfTerm(term: Term): number {
  let end = 0;
  forEachPlace(term, (place) => {
    end = Math.max(end, placeEnd(place));
  });
  return end;
}
