import { bytesToInteger, integerToBytes } from './bit-math.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';
import { asValue, boundsOf, checkInteger, type IntegerKind } from './integer-kind.ts';
import { MemberSchema } from './member-schema.ts';
import type { FieldValue } from './value.ts';

/** An integer of one to eight bytes. */
export class IntegerSchema extends MemberSchema {
  readonly size: number;
  readonly minSize: number;
  readonly #kind: IntegerKind;

  constructor(kind: IntegerKind) {
    super();
    this.#kind = kind;
    this.size = kind.bytes;
    this.minSize = kind.bytes;
  }

  override decode(input: GuardedInput): FieldValue {
    const { bytes, signed, order, wide } = this.#kind;
    const memory = new Uint8Array(bytes);
    input.readSlice(memory, 0, bytes);
    const unsigned = bytesToInteger(memory, order);
    return asValue(signed ? BigInt.asIntN(8 * bytes, unsigned) : unsigned, wide);
  }

  override encode(output: GuardedOutput, value: unknown, fallback = 0n): FieldValue {
    const { bytes, signed, order, wide } = this.#kind;
    const place = { where: output.where, offset: output.currentByteOffset };
    const wanted = { ...boundsOf(8 * bytes, signed), wide };
    const integer = checkInteger(value === undefined ? asValue(fallback, wide) : value, wanted, place);
    output.writeSlice(integerToBytes(integer, bytes, order));
    return asValue(integer, wide);
  }
}
