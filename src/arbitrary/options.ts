import type { CodecContext } from '../codec/runtime/codec.ts';
import { type Abi, abis } from '../layout/abi.ts';

/** Where and among what a value stands. */
export interface ArbitraryOptions {
  /** Default: lp64, little-endian. */
  readonly abi?: Abi;
  /** What expressions over `outer.`, `peer.` and `env.` see; a codec must be given the same. */
  readonly context?: CodecContext;
  /** Values that members must have, by their dotted paths: `header.id`. */
  readonly fixed?: Readonly<Record<string, bigint>>;
}

/**
 * Which values are made: `valid` ones that break no flag set, enum, range, reserved or count, `any` that can be
 * encoded, `boundary` those of them at the ends of ranges.
 */
export type Mode = 'valid' | 'any' | 'boundary';

/** What recipes know of the values that are asked for. */
export interface Wish {
  readonly mode: Mode;
  readonly abi: Abi;
  readonly fixed: Readonly<Record<string, bigint>>;
}

/** Options with all defaults filled in. */
export function wishOf(mode: Mode, options: ArbitraryOptions): Wish {
  return { mode, abi: options.abi ?? abis.lp64, fixed: options.fixed ?? {} };
}
