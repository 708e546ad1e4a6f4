import type { Filler } from './member.ts';

/** Fillers for the unused bits from `start` up to, not including, `end`, both counted from the struct's start. */
export function fill(kind: Filler['kind'], start: number, end: number): Filler[] {
  const fillers: Filler[] = [];
  const firstByte = Math.ceil(start / 8);
  const boundary = Math.min(firstByte * 8, end);
  if (boundary > start) {
    const offset = Math.floor(start / 8);
    fillers.push({ kind, offset, size: 1, bitOffset: start % 8, bitWidth: boundary - start });
  }
  if (end > boundary) {
    const bitWidth = end - boundary;
    fillers.push({ kind, offset: firstByte, size: Math.ceil(bitWidth / 8), bitOffset: 0, bitWidth });
  }
  return fillers;
}

/** The smallest multiple of `unit` that is not below `value`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
