import fc from 'fast-check';
import { maskOf } from '../codec/oracle/bit-math.ts';
import { type BitRegister, isThere, takeApart } from '../codec/oracle/bit-ranges.ts';
import { splitBits, widthOf } from '../codec/oracle/bits-value.ts';
import { boundsOf } from '../codec/oracle/integer-kind.ts';
import type { World } from '../codec/oracle/world.ts';
import type { BitField } from '../model/bits.ts';
import { integersOf } from './integer-recipe.ts';
import type { Wish } from './options.ts';
import type { Recipe } from './recipe.ts';

/** The recipe of an integer of which ranges of bits have names. */
export function bitsRecipe(
  register: BitRegister,
  parts: {
    readonly width: number;
    /** Names of ranges that decide about counts, offsets or sizes. */
    readonly counts: ReadonlySet<string>;
    /** The range that counts the elements of an array. */
    readonly countRange: string | null;
    readonly world: World;
    readonly wish: Wish;
  },
): Recipe {
  const { width, counts, countRange, world, wish } = parts;
  const { ranges } = register;
  const each = ranges.map((range) => {
    const bounds = boundsOf(widthOf(range), false);
    const { flags, enumeration } = range;
    const sets = {
      ...(flags === undefined ? {} : { flags }),
      ...(enumeration === undefined ? {} : { enumeration }),
    };
    const isCount = counts.has(`${register.name}.${range.name}`);
    return integersOf(
      { width: widthOf(range), bounds, ...sets, isReserved: range.reserved, isCount },
      world,
      wish,
    );
  });
  const rest = wish.mode === 'valid' ? fc.constant(0n) : fc.bigInt({ min: 0n, max: maskOf(width) });
  return {
    material: fc.tuple(rest, ...each),
    build(material, making) {
      const [others = 0n, ...integers] = material as bigint[];
      const { site, path, count } = making;
      const wanted = (range: BitField, i: number): bigint => {
        const fixed = wish.fixed[`${path}.${range.name}`] ?? (range.name === countRange ? count : undefined);
        return (fixed ?? integers[i] ?? 0n) & maskOf(widthOf(range));
      };
      let integer = place(others, ranges, wanted, (range) => range.condition === undefined);
      for (const [i, range] of ranges.entries()) {
        if (range.condition === undefined || !isThere(range, certainOf(integer, register), register, site))
          continue;
        integer = put(integer, range, wanted(range, i));
      }
      return takeApart(integer, register, site);
    },
  };
}

function certainOf(integer: bigint, { ranges, wide }: BitRegister): ReturnType<typeof splitBits> {
  return splitBits(integer, ranges, wide, (range) => range.condition === undefined);
}

function place(
  start: bigint,
  ranges: readonly BitField[],
  wanted: (range: BitField, i: number) => bigint,
  holds: (range: BitField) => boolean,
): bigint {
  return ranges.reduce(
    (integer, range, i) => (holds(range) ? put(integer, range, wanted(range, i)) : integer),
    start,
  );
}

function put(integer: bigint, range: BitField, bits: bigint): bigint {
  const low = BigInt(range.low);
  return (integer & ~(maskOf(widthOf(range)) << low)) | (bits << low);
}
