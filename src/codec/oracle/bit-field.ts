import type { Abi } from '../../layout/abi.ts';
import { type BitsMember, bitShift } from '../../layout/member.ts';
import { bytesToInteger, integerToBytes, maskOf } from './bit-math.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';
import { asValue, boundsOf, checkInteger } from './integer-kind.ts';
import { MemberSchema } from './member-schema.ts';
import type { FieldValue } from './value.ts';

/** A C bit-field: some bits of a storage unit that it may share with others. */
export class BitFieldSchema extends MemberSchema {
  readonly size: number;
  readonly minSize: number;
  readonly #width: number;
  readonly #shift: bigint;
  readonly #signed: boolean;
  readonly #abi: Abi;

  constructor(member: BitsMember, signed: boolean, abi: Abi) {
    super();
    this.size = member.size;
    this.minSize = member.size;
    this.#width = member.bitWidth;
    this.#shift = BigInt(bitShift(member, abi));
    this.#signed = signed;
    this.#abi = abi;
  }

  override decode(input: GuardedInput): FieldValue {
    const memory = new Uint8Array(this.size);
    input.readSlice(memory, 0, this.size);
    const bits = (bytesToInteger(memory, this.#abi.endian) >> this.#shift) & maskOf(this.#width);
    return asValue(this.#signed ? BigInt.asIntN(this.#width, bits) : bits, this.#width > 32);
  }

  override encode(output: GuardedOutput, value: unknown, fallback = 0n): FieldValue {
    const wide = this.#width > 32;
    const place = { where: output.where, offset: output.currentByteOffset };
    const wanted = { ...boundsOf(this.#width, this.#signed), wide };
    const integer = checkInteger(value === undefined ? asValue(fallback, wide) : value, wanted, place);
    const bits = BigInt.asUintN(this.#width, integer) << this.#shift;
    const mask = maskOf(this.#width) << this.#shift;
    const bytesOf = (each: bigint): Uint8Array => integerToBytes(each, this.size, this.#abi.endian);
    output.writeBits(bytesOf(bits), bytesOf(mask));
    return asValue(integer, wide);
  }
}
