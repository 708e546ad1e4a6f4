import type { Abi } from '../../layout/abi.ts';
import { integerNamed } from '../../layout/named-integer.ts';
import type { Struct, VariantMembership } from '../../model/declaration.ts';
import { evaluate } from '../../model/evaluate.ts';
import type { Model } from '../../model/model.ts';
import type { CodecContext, RawVariant } from '../runtime/codec.ts';
import { DecodeError, EncodeError } from '../runtime/errors.ts';
import { composeStruct } from './compose.ts';
import { GuardedInput } from './guarded-input.ts';
import { makeOracle } from './oracle.ts';
import { Site } from './site.ts';
import type { OpenValue, StructValue } from './value.ts';
import { type World, worldOf } from './world.ts';

/** A member of a variant set: the struct's name and its value, or the bytes of an unknown one. */
export type Variant = { readonly kind: string; readonly value: StructValue } | RawVariant;

/** Reads and writes the members of a variant set. */
export interface VariantOracle {
  /** The structs whose tags match, in the order in which they are tried. */
  candidates(tags: readonly (bigint | number)[]): readonly Struct[];
  decode(
    tags: readonly (bigint | number)[],
    view: DataView,
    offset?: number,
    end?: number,
    context?: CodecContext,
  ): Variant;
  encode(variant: Variant, view: DataView, offset?: number, context?: CodecContext): number;
}

/** Makes the codec of a variant set. */
export function makeVariantOracle(model: Model, setName: string, abi: Abi): VariantOracle {
  const world = worldOf(model, abi);
  const matching = (struct: Struct, tags: readonly (bigint | number)[]): VariantMembership | undefined =>
    struct.memberOf.find((membership) => membership.set === setName && tagsMatch(membership, tags, world));
  const candidates = (tags: readonly (bigint | number)[]): readonly Struct[] => {
    const all = [...model.structs.values()].filter((struct) => matching(struct, tags) !== undefined);
    const hasCondition = (struct: Struct): boolean => matching(struct, tags)?.condition !== undefined;
    return [...all.filter(hasCondition), ...all.filter((struct) => !hasCondition(struct))];
  };

  return {
    candidates,
    decode(tags, view, offset = 0, end = view.byteLength, context = {}) {
      for (const struct of candidates(tags)) {
        const condition = matching(struct, tags)?.condition;
        const value: OpenValue = {};
        const input = new GuardedInput(world, struct.name, { view, start: offset, end }, context);
        const failure = attempt(() => composeStruct(world, struct.name).decodeMembers(input, value));
        // What could be read of a payload that is too short still decides whether it is this member's.
        const site = new Site(world, struct.name, context);
        if (!site.inside(struct.name, value, () => site.holds(condition))) continue;
        if (failure !== null) throw failure;
        return { kind: struct.name, value };
      }
      const last = Math.min(end, view.byteLength);
      if (!Number.isInteger(offset) || offset < 0 || !(offset <= last)) {
        throw new DecodeError('too-short', setName, offset, 0, 0);
      }
      return {
        kind: 'raw',
        bytes: new Uint8Array(view.buffer, view.byteOffset + offset, last - offset).slice(),
      };
    },
    encode(variant, view, offset = 0, context = {}) {
      if ('value' in variant)
        return makeOracle(model, variant.kind, abi).encodeTyped(variant.value, view, offset, context);
      const { bytes } = variant;
      const room = view.byteLength - offset;
      if (!(offset >= 0 && bytes.length <= room)) {
        throw new EncodeError('too-short', setName, offset, bytes.length, Math.max(room, 0) || 0);
      }
      new Uint8Array(view.buffer, view.byteOffset + offset, bytes.length).set(bytes);
      return bytes.length;
    },
  };
}

/** Reads the member of a variant set that the tags choose; raw bytes where none matches. */
export function decodeVariant(
  schema: { readonly model: Model; readonly set: string; readonly abi: Abi },
  tags: readonly (bigint | number)[],
  bytes: Uint8Array,
  context: CodecContext = {},
): Variant {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return makeVariantOracle(schema.model, schema.set, schema.abi).decode(tags, view, 0, bytes.length, context);
}

/** A tag of null matches every value. */
function tagsMatch({ tags }: VariantMembership, given: readonly (bigint | number)[], world: World): boolean {
  return tags.every((tag, i) => {
    if (tag === null) return true;
    const lookup = (path: readonly string[]): bigint | undefined =>
      integerNamed(world.model, path.join('.'), world.abi);
    return evaluate(tag, { lookup }) === BigInt(given[i] ?? 0);
  });
}

function attempt(decode: () => void): DecodeError | null {
  try {
    decode();
    return null;
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}
