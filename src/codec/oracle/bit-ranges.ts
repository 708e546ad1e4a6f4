import { type BitField, restName } from '../../model/bits.ts';
import { EncodeError } from '../runtime/errors.ts';
import { bytesToInteger, integerToBytes, maskOf } from './bit-math.ts';
import { joinBits, splitBits, widthOf } from './bits-value.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';
import { boundsOf, checkInteger, type IntegerKind } from './integer-kind.ts';
import { MemberSchema } from './member-schema.ts';
import type { Site } from './site.ts';
import { type FieldValue, isObject, propertyOf, type StructValue } from './value.ts';

/** A member of which ranges of bits have names. */
export interface BitRegister {
  /** The member's name, which conditions of ranges may mention. */
  readonly name: string;
  readonly wide: boolean;
  readonly ranges: readonly BitField[];
}

/** Takes the integer of a register apart. Conditions of ranges see the whole integer, the ranges themselves included. */
export function takeApart(integer: bigint, register: BitRegister, site: Site): StructValue {
  const { ranges, wide } = register;
  const certain = splitBits(integer, ranges, wide, (range) => range.condition === undefined);
  return splitBits(integer, ranges, wide, (range) => isThere(range, certain, register, site));
}

/** Whether a range is there in a register with this value. */
export function isThere(range: BitField, value: StructValue, register: BitRegister, site: Site): boolean {
  if (range.condition === undefined) return true;
  const { condition } = range;
  return site.seeing(register.name, value, () => site.holds(condition));
}

/** An integer that is an object in values: a property for each range of its bits. */
export class BitRangesSchema extends MemberSchema {
  readonly size: number;
  readonly minSize: number;
  readonly #register: BitRegister;
  readonly #kind: IntegerKind;
  readonly #ranges: readonly BitField[];

  constructor(name: string, kind: IntegerKind, ranges: readonly BitField[]) {
    super();
    this.#register = { name, wide: kind.wide, ranges };
    this.#kind = kind;
    this.#ranges = ranges;
    this.size = kind.bytes;
    this.minSize = kind.bytes;
  }

  override decode(input: GuardedInput): FieldValue {
    const memory = new Uint8Array(this.size);
    input.readSlice(memory, 0, this.size);
    return takeApart(bytesToInteger(memory, this.#kind.order), this.#register, input);
  }

  override encode(output: GuardedOutput, value: unknown, fallback = 0n): FieldValue {
    if (value !== undefined && !isObject(value)) {
      throw new EncodeError('wrong-type', output.where, output.currentByteOffset, 'an object', value);
    }
    const integer = value === undefined ? fallback : this.#join(value, output);
    output.writeSlice(integerToBytes(integer, this.size, this.#kind.order));
    return takeApart(integer, this.#register, output);
  }

  #join(value: object, output: GuardedOutput): bigint {
    const offset = output.currentByteOffset;
    const seen = splitBits(
      joinBits(value, this.#ranges),
      this.#ranges,
      this.#kind.wide,
      (range) => range.condition === undefined,
    );
    let integer = 0n;
    for (const range of this.#ranges) {
      const given = propertyOf(value, range.name);
      if (given === undefined) continue;
      const where = `${output.where}.${range.name}`;
      if (!isThere(range, seen, this.#register, output)) {
        if (this.#ranges.some((twin) => twin !== range && twin.name === range.name)) continue;
        const expected = 'no value, as the field does not exist here';
        throw new EncodeError('unexpected-field', where, offset, expected, given);
      }
      const width = widthOf(range);
      const bits = checkInteger(given, { ...boundsOf(width, false), wide: width > 32 }, { where, offset });
      integer |= bits << BigInt(range.low);
    }
    return integer | this.#rest(value, output);
  }

  #rest(value: object, output: GuardedOutput): bigint {
    const name = restName(this.#ranges);
    const given = propertyOf(value, name);
    if (given === undefined) return 0n;
    const wanted = { first: 0n, last: maskOf(8 * this.size), wide: this.#kind.wide };
    return checkInteger(given, wanted, {
      where: `${output.where}.${name}`,
      offset: output.currentByteOffset,
    });
  }
}
