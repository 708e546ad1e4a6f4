import type { Expression } from '../../model/expression.ts';
import { EncodeError } from '../runtime/errors.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';

/** Bytes of the defaults that an encoder makes of an array that is left out; more is a mistake of the caller. */
const defaultBytesMax = 0x10_0000;

/** The bytes of an element. */
interface Extent {
  readonly size: number | null;
  readonly minSize: number;
}

/** How many elements an array has. */
export class ArrayLength {
  /** The number that the type gives; null for a flexible array. */
  readonly fixed: number | null;
  readonly #count: Expression | null;

  /** @param count how many elements a flexible array has; null: as many as there is room for */
  constructor(fixed: number | null, count: Expression | null) {
    this.fixed = fixed;
    this.#count = count;
  }

  /** Elements to read from here on; checks that there are bytes for them, as far as it can be known before. */
  toDecode(input: GuardedInput, element: Extent): number {
    if (this.fixed !== null) {
      if (element.size !== null) input.need(this.fixed * element.size);
      return this.fixed;
    }
    if (this.#count === null) return Math.floor(input.left / Math.max(element.minSize, 1));
    const count = notNegative(input.evaluate(this.#count));
    input.needElements(count, element.minSize);
    return Number(count);
  }

  /**
   * Elements to write from here on; checks that there is room for them.
   *
   * @param given number of elements that the caller gives; undefined where it leaves the array out
   */
  toEncode(output: GuardedOutput, given: number | undefined, element: Extent): number {
    const wanted = this.#wanted(output) ?? BigInt(given ?? 0);
    const count = given ?? Number(wanted);
    if (given === undefined && count * Math.max(element.minSize, 1) > defaultBytesMax) {
      throw new EncodeError('too-short', output.where, output.currentByteOffset, count * element.minSize, 0);
    }
    if (BigInt(count) !== wanted) {
      throw new EncodeError(
        'count-mismatch',
        output.where,
        output.currentByteOffset,
        Number(wanted),
        given ?? 0,
      );
    }
    if (this.fixed === null || element.size !== null) output.need(count * element.minSize);
    return count;
  }

  #wanted(output: GuardedOutput): bigint | null {
    if (this.fixed !== null) return BigInt(this.fixed);
    return this.#count === null ? null : notNegative(output.evaluate(this.#count));
  }
}

function notNegative(count: bigint): bigint {
  return count < 0n ? 0n : count;
}
