import { readPlace } from '../plan/access.ts';
import { type Run, runBig, runRead, runTruth } from '../plan/evaluate.ts';
import { binary, read } from '../plan/term.ts';
import type { Test } from './plan.ts';

/** Whether a test fails in the bytes. */
export function runTest(test: Test): Run<boolean> {
  switch (test.kind) {
    case 'zero':
      return runZero(test);
    case 'mask':
      return runMask(test);
    case 'values':
      return runValues(test);
    case 'range': {
      const value = read(test.place);
      const inside = runTruth(binary('&&', binary('>=', value, test.first), binary('<=', value, test.last)));
      return (view, base) => !inside(view, base);
    }
    case 'holds': {
      const holds = runTruth(test.term);
      return (view, base) => !holds(view, base);
    }
  }
}

function runZero({ offset, length }: Test & { kind: 'zero' }): Run<boolean> {
  if (length === 4) return (view, base) => view.getUint32(base + offset) !== 0;
  if (length === 2) return (view, base) => view.getUint16(base + offset) !== 0;
  if (length === 8) {
    return (view, base) => view.getUint32(base + offset) !== 0 || view.getUint32(base + offset + 4) !== 0;
  }
  return (view, base) => {
    for (let i = 0; i < length; i++) if (view.getUint8(base + offset + i) !== 0) return true;
    return false;
  };
}

function runMask({ place, allowed }: Test & { kind: 'mask' }): Run<boolean> {
  const { offset, littleEndian, width } = place;
  const refused = BigInt.asUintN(width, ~allowed);
  if (width <= 32) {
    const bits = Number(refused);
    const value = runRead(place);
    return (view, base) => (value(view, base) & bits) !== 0;
  }
  if (width !== 64) return (view, base) => (readPlace(place, view, base) & refused) !== 0n;
  const [low, high] = [Number(refused & 0xffff_ffffn), Number(refused >> 32n)];
  const [lowAt, highAt] = littleEndian ? [offset, offset + 4] : [offset + 4, offset];
  return (view, base) =>
    (view.getUint32(base + lowAt, littleEndian) & low) !== 0 ||
    (view.getUint32(base + highAt, littleEndian) & high) !== 0;
}

function runValues({ place, values }: Test & { kind: 'values' }): Run<boolean> {
  if (place.width > 32) {
    const known = new Set(values);
    const value = runBig(read(place));
    return (view, base) => !known.has(value(view, base));
  }
  const value = runRead(place);
  const [first, last] = [Number(values[0] ?? 0n), Number(values.at(-1) ?? -1n)];
  if (last - first === values.length - 1) {
    return (view, base) => {
      const found = value(view, base);
      return found < first || found > last;
    };
  }
  const known = new Set(values.map(Number));
  return (view, base) => !known.has(value(view, base));
}
