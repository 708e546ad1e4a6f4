import type { Abi } from '../layout/abi.ts';
import { formatExpression } from '../layout/expression-text.ts';
import type { Expression } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import { askedBits, type ConditionBit } from '../plan/asked-bits.ts';
import { runTruth } from '../plan/evaluate.ts';
import { placeEnd } from '../plan/place.ts';
import { outermostFrame, TermScope } from '../plan/scope.ts';
import { forEachPlace, type Term, within } from '../plan/term.ts';
import { ChainError } from './chain-error.ts';

/** A condition over the bytes of a struct; integers of which a byte is missing count as 0. */
export interface BytesCondition {
  holds(view: DataView, start: number, end: number): boolean;
  /** Single bits that the condition asks for, joined by `&&`: an editor may set or clear them. */
  readonly bits: readonly ConditionBit[];
}

/** The struct that a condition is about. */
export interface BytesSubject {
  readonly model: Model;
  readonly struct: string;
  readonly abi: Abi;
}

/**
 * Prepares a condition that is decided on bytes, without decoding the struct.
 *
 * @throws ChainError if it needs a field whose place depends on the contents
 */
export function compileCondition(
  expression: Expression,
  { model, struct, abi }: BytesSubject,
): BytesCondition {
  const around = { model, abi, env: {} };
  const term = new TermScope(around, [outermostFrame(around, struct)]).term(expression);
  if (term === undefined) {
    const what = `${struct}: ${formatExpression(expression)}`;
    throw new ChainError('bad-format', 'a condition of a chain needs integers at fixed places.', { what });
  }
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
