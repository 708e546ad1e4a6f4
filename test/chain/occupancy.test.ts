import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignUp, Occupancy } from '../../src/chain/occupancy.ts';

const size = 48;
const place = fc.nat(size + 8);
const taken = fc.array(fc.tuple(fc.nat(size), fc.nat(12)), { maxLength: 5 });

/** The same, as a row of answers. */
function rowOf(pieces: readonly (readonly [number, number])[]): readonly boolean[] {
  return Array.from({ length: size }, (_, i) => pieces.some(([at, length]) => i >= at && i < at + length));
}

describe('Occupancy', () => {
  it('finds what a look at every byte finds', () => {
    fc.assert(
      fc.property(
        taken,
        place,
        place,
        fc.constantFrom(1, 2, 4, 8),
        fc.nat(12),
        (pieces, from, end, alignment, length) => {
          const occupancy = new Occupancy(size);
          for (const [at, bytes] of pieces) occupancy.take(at, bytes);
          const row = rowOf(pieces);
          const isFree = (at: number, bytes: number) =>
            at >= 0 && at + bytes <= size && !row.slice(at, at + bytes).includes(true);
          for (const at of [-1, from]) expect(occupancy.isFree(at, length)).toBe(isFree(at, length));
          const last = Math.min(end, size);
          const starts = row.map((_, at) => at).filter((at) => at >= from && at % alignment === 0);
          const fits = starts.find((at) => at + length <= last && isFree(at, length));
          if (length > 0) expect(occupancy.firstFit({ from, end, alignment }, length)).toBe(fits ?? null);
          const rooms = starts.map((at) => {
            let free = 0;
            while (at + free < last && row[at + free] === false) free++;
            return free;
          });
          expect(occupancy.largestFree({ from, end, alignment })).toBe(Math.max(0, ...rooms));
          expect(occupancy.lastTaken(end)).toBe(row.slice(0, end).lastIndexOf(true) + 1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes what is not zero, and is free where it grows', () => {
    const occupancy = new Occupancy(4);
    occupancy.takeContents(Uint8Array.of(0, 1, 0, 255));
    occupancy.extend(6);
    occupancy.extend(2);
    expect(occupancy.size).toBe(6);
    expect([0, 1, 2, 3, 4, 5, 6].map((at) => occupancy.isFree(at, 1))).toEqual([
      true,
      false,
      true,
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('alignUp', () => {
  it('gives the smallest multiple that is not below', () => {
    expect([0, 1, 7, 8, 9].map((offset) => alignUp(offset, 8))).toEqual([0, 8, 8, 8, 16]);
  });
});
