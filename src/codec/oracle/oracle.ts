import type { Abi } from '../../layout/abi.ts';
import type { Model } from '../../model/model.ts';
import { type CodecContext, type StructCodec, structCodec } from '../runtime/codec.ts';
import type { Members } from '../runtime/members.ts';
import { composeStruct } from './compose.ts';
import { GuardedInput, type ReadMember } from './guarded-input.ts';
import { GuardedOutput } from './guarded-output.ts';
import { membersOf } from './members.ts';
import type { FieldValue, StructValue } from './value.ts';
import { worldOf } from './world.ts';

/** A codec that interprets the layout of a struct, and tells more about it than others. */
export interface Oracle extends StructCodec<StructValue> {
  decode(view: DataView, offset?: number, end?: number, context?: CodecContext): StructValue;
  encode(value: object, view: DataView, offset?: number, context?: CodecContext): number;
  encodeTyped(value: object, view: DataView, offset?: number, context?: CodecContext): number;
  measure(value: object, context?: CodecContext): number;
  toBytes(value: object, context?: CodecContext): Uint8Array;
  /** The value with everything filled in that an encoder fills in, as it would be decoded again. */
  fill(value: object, context?: CodecContext): StructValue;
  /** For each byte of the encoded value the bits that belong to a member; the others are holes. */
  coverage(value: object, context?: CodecContext): Uint8Array;
  /** Every member of the bytes, inner ones before those around them, with its place. */
  locate(view: DataView, offset?: number, end?: number, context?: CodecContext): readonly ReadMember[];
}

/**
 * Makes the codec that says what a schema means: slow, obvious and total. It composes typed-binary schemas from
 * the layout of a struct, union or register block.
 *
 * What the schema language leaves open, it settles so:
 * - A register that is not there takes no room, unless its block has a fixed size. A block that has a `size`
 *   ends there or with its last register, whichever comes later.
 * - A range of bits with a condition is a property where the condition holds; its condition sees the whole
 *   integer. Bits that no range holds then are the property `rest`.
 * - An array that is left out has as many default elements as its count says.
 * - A negative count counts nothing. A flag in an expression is 1 or 0, whatever its bit is.
 *
 * @param structName a key of `model.structs`
 */
export function makeOracle(model: Model, structName: string, abi: Abi): Oracle {
  const world = worldOf(model, abi);
  const schema = composeStruct(world, structName);
  const members: Members = membersOf(model, structName);

  const read = (input: GuardedInput): StructValue => schema.decode(input) as StructValue;
  const write = (value: object, start: number, end: number, context: CodecContext) => {
    const output = new GuardedOutput(world, structName, { start, end }, context);
    output.seekTo(start);
    const filled: FieldValue = schema.encode(output, value);
    return { output, filled: filled as StructValue, end: output.currentByteOffset };
  };

  const codec = structCodec<StructValue>({
    name: structName,
    size: schema.size,
    minSize: schema.minSize,
    members,
    decode(view, offset = 0, end = view.byteLength, context = {}) {
      return read(new GuardedInput(world, structName, { view, start: offset, end }, context));
    },
    encodeTyped(value, view, offset = 0, context = {}) {
      const written = write(value, offset, view.byteLength, context);
      written.output.commit(view, written.end);
      return written.end - offset;
    },
    measure: (value, context = {}) => write(value, 0, Number.POSITIVE_INFINITY, context).end,
  });
  return {
    ...codec,
    fill: (value, context = {}) => write(value, 0, Number.POSITIVE_INFINITY, context).filled,
    coverage(value, context = {}) {
      const written = write(value, 0, Number.POSITIVE_INFINITY, context);
      return written.output.coverage(written.end);
    },
    locate(view, offset = 0, end = view.byteLength, context = {}) {
      const found: ReadMember[] = [];
      read(
        new GuardedInput(world, structName, { view, start: offset, end }, context, (member) =>
          found.push(member),
        ),
      );
      return found;
    },
  };
}
