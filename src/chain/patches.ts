import type { CodecContext } from '../codec/runtime/codec.ts';
import { CodecError } from '../codec/runtime/errors.ts';
import type { Member } from './members.ts';

/** Bytes at an offset. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A run of bytes in a view. */
export interface Bytes {
  readonly view: DataView;
  readonly offset: number;
  readonly size: number;
}

const none: readonly Patch[] = [];

/**
 * What a value does not hold of the bytes that it was decoded from, so that it and the patches make them again. Null
 * where the value cannot be encoded, or takes another number of bytes then.
 */
export function patchesOf(
  source: Bytes,
  { codec, holes }: Pick<Member, 'codec' | 'holes'>,
  value: object,
  context: CodecContext,
): readonly Patch[] | null {
  const { view, offset, size } = source;
  if (holes !== null && size === codec.size) {
    if (holes.length === 0) return none;
    return holes.flatMap((hole) => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + offset + hole.offset, hole.size).slice();
      return bytes.some((byte) => byte !== 0) ? [{ offset: hole.offset, bytes }] : [];
    });
  }
  const encoded = encodeAlone({ codec }, value, context, codec.size ?? size);
  if (encoded === null || encoded.length < size) return null;
  return differences(encoded, new Uint8Array(view.buffer, view.byteOffset + offset, size));
}

/** The bytes of a value; null where it cannot be encoded into so many. */
function encodeAlone(
  { codec }: Pick<Member, 'codec'>,
  value: object,
  context: CodecContext,
  room: number,
): Uint8Array | null {
  try {
    const bytes = new Uint8Array(room);
    const written = codec.encode(value, new DataView(bytes.buffer), 0, context);
    return bytes.subarray(0, written);
  } catch (error) {
    if (error instanceof CodecError) return null;
    throw error;
  }
}

/** Runs of bytes of `wanted` that `given` has otherwise. */
function differences(given: Uint8Array, wanted: Uint8Array): Patch[] {
  const patches: Patch[] = [];
  let start = -1;
  for (let i = 0; i <= wanted.length; i++) {
    const differs = i < wanted.length && given[i] !== wanted[i];
    if (differs && start < 0) start = i;
    if (!differs && start >= 0) {
      patches.push({ offset: start, bytes: wanted.slice(start, i) });
      start = -1;
    }
  }
  return patches;
}
