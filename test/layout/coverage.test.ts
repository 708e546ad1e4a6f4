import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { abis } from '../../src/layout/abi.ts';
import { layOut } from '../../src/layout/layout.ts';
import { bitShift, type Layout, type Member } from '../../src/layout/member.ts';
import { randomModels } from './random-structs.ts';

const anyAbi = fc.constantFrom(...Object.values(abis));

/** First bit and bit after the last one of a member. */
function extent(member: Member): { start: number; end: number } {
  const offset = member.offset ?? 0;
  if (member.kind === 'field') return { start: offset * 8, end: (offset + (member.size ?? 0)) * 8 };
  const start = offset * 8 + member.bitOffset;
  return { start, end: start + member.bitWidth };
}

function isFlexible(member: Member): boolean {
  return member.kind === 'field' && member.type.kind === 'flexible';
}

/** Laws that hold for every layout of a C struct or union. */
function checkCoverage(layout: Layout): void {
  const bits = (layout.size ?? 0) * 8;
  const extents = layout.members.filter((member) => !isFlexible(member)).map(extent);
  if (layout.kind === 'struct') {
    let covered = 0;
    for (const { start, end } of extents) {
      expect(start).toBe(covered);
      covered = end;
    }
    expect(covered).toBe(bits);
    return;
  }
  const fields = layout.members.filter(({ kind }) => kind !== 'padding').map(extent);
  const padding = layout.members.filter(({ kind }) => kind === 'padding').map(extent);
  let covered = Math.max(0, ...fields.map(({ end }) => end));
  for (const { start } of fields) expect(start).toBe(0);
  for (const { start, end } of padding) {
    expect(start).toBe(covered);
    covered = end;
  }
  expect(covered).toBe(bits);
}

describe('layOut', () => {
  test('covers every bit of a struct exactly once, and every bit of a union', () => {
    fc.assert(
      fc.property(randomModels('s'), anyAbi, (model, abi) => {
        for (const name of model.structs.keys()) checkCoverage(layOut(model, name, abi));
      }),
    );
  });

  test('keeps storage units inside the struct and bits inside their unit', () => {
    fc.assert(
      fc.property(randomModels('s'), anyAbi, (model, abi) => {
        for (const name of model.structs.keys()) {
          const layout = layOut(model, name, abi);
          for (const member of layout.members) {
            if (member.kind !== 'bits') continue;
            expect(member.offset + member.size).toBeLessThanOrEqual(layout.size ?? 0);
            expect(member.bitOffset + member.bitWidth).toBeLessThanOrEqual(member.size * 8);
            expect(bitShift(member, abi)).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });

  test('is plain data', () => {
    fc.assert(
      fc.property(randomModels('s'), anyAbi, (model, abi) => {
        const layout = layOut(model, 's2', abi);
        expect(structuredClone(layout)).toEqual(layout);
      }),
      { numRuns: 20 },
    );
  });
});
