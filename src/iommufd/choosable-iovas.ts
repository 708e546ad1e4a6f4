import { larger, smaller } from '../codec/runtime/arithmetic.ts';
import { IntervalMap } from '../interval/interval-map.ts';
import type { Mapped } from './area.ts';
import { firstReaching, type IovaRange } from './reserved-ranges.ts';

/** Free IOVAs are looked for between the intervals of a map, within a range. */
export interface Window extends IovaRange {
  readonly between: IntervalMap<unknown>;
}

/** Pieces that are searched one by one; of more, one tree knows all that is in the way. */
const piecesMax = 16;

/**
 * The IOVAs that can be chosen at all: the spans that the caller keeps, without what is reserved. It has to be told of
 * every area that comes and goes.
 */
export class ChoosableIovas {
  readonly spans: readonly IovaRange[];
  /** What is not reserved; the same array as long as that does not change. */
  readonly holes: readonly IovaRange[];
  readonly #areas: IntervalMap<Mapped>;
  /** What spans and holes have in common, ascending; no two touch. */
  readonly #pieces: readonly IovaRange[];
  /** All areas as far as they lie in pieces, and what lies between pieces; null where pieces are few. */
  readonly #taken: IntervalMap<null> | null;

  /** @param spans disjoint and ascending, none touches another */
  constructor(spans: readonly IovaRange[], holes: readonly IovaRange[], areas: IntervalMap<Mapped>) {
    this.spans = spans;
    this.holes = holes;
    this.#areas = areas;
    this.#pieces = intersection(spans, holes);
    this.#taken = this.#pieces.length > piecesMax ? new IntervalMap() : null;
    if (this.#taken === null) return;
    for (const [i, { start }] of this.#pieces.entries()) {
      const before = this.#pieces[i - 1];
      if (before !== undefined) this.#taken.insert(before.last + 1n, start - 1n, null);
    }
    for (const { start, last } of areas.entries()) this.take(start, last);
  }

  /** Where to look, in this order. */
  get windows(): readonly Window[] {
    const [first, last] = [this.#pieces[0], this.#pieces.at(-1)];
    if (this.#taken === null || first === undefined || last === undefined)
      return this.#pieces.map((piece) => ({ ...piece, between: this.#areas }));
    return [{ start: first.start, last: last.last, between: this.#taken }];
  }

  /** The span that an IOVA lies in. */
  spanOf(iova: bigint): IovaRange | undefined {
    return this.spans[firstReaching(this.spans, iova)];
  }

  /** An area has come. */
  take(start: bigint, last: bigint): void {
    if (this.#taken === null) return;
    for (const part of this.#partsOf(start, last)) this.#taken.insert(part.start, part.last, null);
  }

  /** An area, or a part of one that was cut, has gone. */
  give(start: bigint, last: bigint): void {
    if (this.#taken === null) return;
    for (const part of this.#partsOf(start, last)) {
      const whole = this.#taken.at(part.start);
      if (whole === undefined) continue;
      this.#taken.delete(whole.start);
      if (whole.start < part.start) this.#taken.insert(whole.start, part.start - 1n, null);
      if (whole.last > part.last) this.#taken.insert(part.last + 1n, whole.last, null);
    }
  }

  *#partsOf(start: bigint, last: bigint): Iterable<IovaRange> {
    for (let i = firstReaching(this.#pieces, start); i < this.#pieces.length; i++) {
      const piece = this.#pieces[i] as IovaRange;
      if (piece.start > last) return;
      yield { start: larger(piece.start, start), last: smaller(piece.last, last) };
    }
  }
}

/** What two lists of disjoint ascending ranges have in common. */
function intersection(some: readonly IovaRange[], others: readonly IovaRange[]): readonly IovaRange[] {
  const common: IovaRange[] = [];
  for (let i = 0, k = 0; i < some.length && k < others.length; ) {
    const [a, b] = [some[i] as IovaRange, others[k] as IovaRange];
    const [start, last] = [larger(a.start, b.start), smaller(a.last, b.last)];
    if (start <= last) common.push({ start, last });
    if (a.last < b.last) i++;
    else k++;
  }
  return common;
}
