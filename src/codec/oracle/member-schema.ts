import { type IMeasurer, type ISerialInput, type ISerialOutput, Measurer, Schema } from 'typed-binary';
import { assert } from '../../base/internal-error.ts';
import { GuardedInput } from './guarded-input.ts';
import { GuardedOutput } from './guarded-output.ts';
import type { FieldValue } from './value.ts';

/**
 * A typed-binary schema of a member of a kernel struct. It works on guarded inputs and outputs only, since it
 * needs to know where it stands.
 */
export abstract class MemberSchema extends Schema<unknown> {
  /** Bytes; null where they depend on the contents. */
  abstract readonly size: number | null;
  /** Bytes that are there whatever the contents. */
  abstract readonly minSize: number;

  /** Reads a value and leaves the input behind it. */
  abstract decode(input: GuardedInput): FieldValue;

  /**
   * Writes a value and leaves the output behind it.
   *
   * @param value undefined for the default
   * @param fallback the default of an integer
   * @returns the value with all defaults filled in, as a decoder would give it
   */
  abstract encode(output: GuardedOutput, value: unknown, fallback?: bigint): FieldValue;

  override read(input: ISerialInput): unknown {
    assert(input instanceof GuardedInput, 'the oracle reads from guarded inputs only');
    return this.decode(input);
  }

  override write(output: ISerialOutput, value: unknown): void {
    assert(output instanceof GuardedOutput, 'the oracle writes to guarded outputs only');
    this.encode(output, value);
  }

  override measure(_value: unknown, measurer: IMeasurer = new Measurer()): IMeasurer {
    return this.size === null ? measurer.unbounded : measurer.add(this.size);
  }
}
