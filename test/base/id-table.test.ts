import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from '../../src/base/id-table.ts';

/** Adds a value, or gives a number back. */
type Step = 'add' | number;

const last = 12;
const steps = fc.array(fc.oneof(fc.constant<Step>('add'), fc.integer({ min: 0, max: last + 2 })), {
  maxLength: 80,
});

/** The lowest number that no value has; null if there is none. */
function lowestFree(values: ReadonlyMap<number, string>, first: number): number | null {
  for (let id = first; id <= last; id++) if (!values.has(id)) return id;
  return null;
}

describe('a table of ids', () => {
  it.each([
    ['0', 0],
    ['2', 2],
  ])('that starts at %s does what a map does that is searched for the lowest free number', (_, first) => {
    fc.assert(
      fc.property(steps, (taken) => {
        const table = new IdTable<string>({ first, last });
        const values = new Map<number, string>();
        for (const [index, step] of taken.entries()) {
          const free = lowestFree(values, first);
          expect(table.free).toBe(free);
          if (step === 'add') {
            expect(table.add(`v${index}`)).toBe(free);
            if (free !== null) values.set(free, `v${index}`);
          } else {
            expect(table.delete(step)).toBe(values.get(step));
            values.delete(step);
          }
          expect(table.size).toBe(values.size);
          expect(table.entries()).toEqual([...values].sort(([a], [b]) => a - b));
          for (let id = 0; id <= last + 2; id++) expect(table.get(id)).toBe(values.get(id));
        }
      }),
    );
  });

  it('that starts at 1 keeps 0 back until it is given back while something is there', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const table = new IdTable<string>({ first: 1, last });
        const values = new Map<number, string>();
        let first = 1;
        for (const step of taken) {
          if (step === 0 && values.size > 0) first = 0;
          if (step !== 'add') {
            expect(table.delete(step)).toBe(values.get(step));
            values.delete(step);
            continue;
          }
          const free = lowestFree(values, first);
          expect(table.add('value')).toBe(free);
          if (free !== null) values.set(free, 'value');
        }
        expect(table.entries().map(([id]) => id)).toEqual([...values.keys()].sort((a, b) => a - b));
      }),
    );
  });

  it('that is full adds nothing, and takes a value again once one has gone', () => {
    const table = new IdTable<number>({ first: 3, last: 5 });
    expect([1, 2, 3, 4].map((value) => table.add(value))).toEqual([3, 4, 5, null]);
    expect([table.size, table.free]).toEqual([3, null]);
    expect(table.delete(4)).toBe(2);
    expect(table.add(9)).toBe(4);
  });
});
