import { EncodeError } from '../runtime/errors.ts';
import { textBytes } from '../runtime/text.ts';
import type { ArrayLength } from './array-length.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';
import { MemberSchema } from './member-schema.ts';
import type { FieldValue } from './value.ts';

const oneByte = { size: 1, minSize: 1 };

/** Bytes, a Uint8Array in values: a copy of those that were read. */
export class ByteArraySchema extends MemberSchema {
  readonly size: number | null;
  readonly minSize: number;
  readonly #length: ArrayLength;
  readonly #isText: boolean;

  /** @param isText whether encoders take a string too */
  constructor(length: ArrayLength, isText: boolean) {
    super();
    this.#length = length;
    this.#isText = isText;
    this.size = length.fixed;
    this.minSize = length.fixed ?? 0;
  }

  override decode(input: GuardedInput): FieldValue {
    const bytes = new Uint8Array(this.#length.toDecode(input, oneByte));
    input.readSlice(bytes, 0, bytes.length);
    return bytes;
  }

  override encode(output: GuardedOutput, given: unknown): FieldValue {
    const isString = this.#isText && typeof given === 'string';
    const value = isString ? textBytes(given, this.#length.fixed ?? undefined) : given;
    if (value !== undefined && !(value instanceof Uint8Array)) {
      throw new EncodeError('wrong-type', output.where, output.currentByteOffset, 'a Uint8Array', value);
    }
    const count = this.#length.toEncode(output, value?.length, oneByte);
    const bytes = value === undefined ? new Uint8Array(count) : value.slice();
    output.writeSlice(bytes);
    return bytes;
  }
}
