import { EncodeError } from '../runtime/errors.ts';
import type { ArrayLength } from './array-length.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';
import { MemberSchema } from './member-schema.ts';
import type { FieldValue } from './value.ts';

/** An array of anything but bytes, one element after the other. */
export class ArraySchema extends MemberSchema {
  readonly size: number | null;
  readonly minSize: number;
  readonly #element: MemberSchema;
  readonly #length: ArrayLength;

  constructor(element: MemberSchema, length: ArrayLength) {
    super();
    this.#element = element;
    this.#length = length;
    const { fixed } = length;
    this.size = fixed === null || element.size === null ? null : fixed * element.size;
    this.minSize = (fixed ?? 0) * element.minSize;
  }

  override decode(input: GuardedInput): FieldValue {
    const count = this.#length.toDecode(input, this.#element);
    return Array.from({ length: count }, (_, i) => input.within(`[${i}]`, () => this.#element.decode(input)));
  }

  override encode(output: GuardedOutput, value: unknown): FieldValue {
    if (value !== undefined && !Array.isArray(value)) {
      throw new EncodeError('wrong-type', output.where, output.currentByteOffset, 'an array', value);
    }
    const elements: readonly unknown[] | undefined = value;
    const count = this.#length.toEncode(output, elements?.length, this.#element);
    return Array.from({ length: count }, (_, i) => {
      return output.within(`[${i}]`, () => {
        const element = elements?.[i];
        if (elements === undefined || element !== undefined) return this.#element.encode(output, element);
        const expected = 'an element, since the array is given';
        throw new EncodeError('wrong-type', output.where, output.currentByteOffset, expected, element);
      });
    });
  }
}
