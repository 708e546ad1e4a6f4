import type { BitField } from '../../src/model/bits.ts';
import { bitConditions } from './facts.ts';

/** What the bits of a register leave over. */
export interface BitCover {
  readonly always: readonly BitField[];
  readonly sometimes: readonly BitField[];
  /** Bits that no unconditional range has. */
  readonly uncovered: bigint;
}

/** Which bits of an integer are named always, and which under a condition. */
export function bitCover(bits: readonly BitField[], width: number): BitCover {
  const always = bits.filter((range) => bitConditions(range).length === 0);
  const covered = always.reduce((mask, range) => mask | bitMask(range), 0n);
  return {
    always,
    sometimes: bits.filter((range) => !always.includes(range)),
    uncovered: ((1n << BigInt(width)) - 1n) & ~covered,
  };
}

/** The bits of a range in place. */
export function bitMask({ low, high }: Pick<BitField, 'low' | 'high'>): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}
