import { viewOf } from '../codec/runtime/bytes.ts';
import type { CodecContext, StructCodec } from '../codec/runtime/codec.ts';
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

/** What decoding a run of bytes gave. */
export interface Found {
  readonly value: object;
  /** Bytes that the value stands for. */
  readonly size: number;
  /** The value encoded again; null where no encoding is needed to know what it does not hold. */
  readonly encoded: Uint8Array | null;
}

/**
 * Reads a struct and, where its size or what it does not hold depends on the contents, writes it again to see.
 *
 * @throws CodecError where it cannot be read or written
 */
export function readFound(
  { codec, holes }: Pick<Member, 'codec' | 'holes'>,
  { view, offset, size }: Bytes,
  context: CodecContext,
): Found {
  const value = codec.decode(view, offset, offset + size, context);
  if (holes !== null) return { value, size: codec.size ?? codec.measure(value, context), encoded: null };
  const encoded = encodeGrowing(codec, value, context, codec.size ?? Math.min(Math.max(size, 64), 512));
  return { value, size: codec.size ?? encoded.length, encoded };
}

/**
 * What a value does not hold of the bytes that it was decoded from, so that it and the patches make them again. Null
 * where the value takes fewer bytes when it is encoded.
 *
 * @param holes of a struct of fixed size that was not encoded again
 */
export function patchesOf(
  { view, offset, size }: Bytes,
  { encoded }: Pick<Found, 'encoded'>,
  holes: Member['holes'],
): readonly Patch[] | null {
  if (encoded !== null) {
    const source = new Uint8Array(view.buffer, view.byteOffset + offset, size);
    return encoded.length < size ? null : differences(encoded, source);
  }
  return holes === null || holes.length === 0 ? none : contentsOf(view, offset, holes);
}

/** What is in holes, where it is not zero. */
function contentsOf(view: DataView, offset: number, holes: NonNullable<Member['holes']>): readonly Patch[] {
  let patches: Patch[] | null = null;
  for (const hole of holes) {
    const start = offset + hole.offset;
    let at = start;
    while (at < start + hole.size && view.getUint8(at) === 0) at++;
    if (at === start + hole.size) continue;
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start, hole.size).slice();
    patches ??= [];
    patches.push({ offset: hole.offset, bytes });
  }
  return patches ?? none;
}

/** Most bytes that a value may take, however it was read. */
const roomMax = 0x40_0000;

/** The bytes of a value, which may take more than it was read from. */
function encodeGrowing(
  codec: StructCodec<object>,
  value: object,
  context: CodecContext,
  expected: number,
): Uint8Array {
  for (let room = expected; ; room *= 4) {
    try {
      const bytes = new Uint8Array(room);
      return bytes.subarray(0, codec.encodeTyped(value, viewOf(bytes), 0, context));
    } catch (error) {
      const short = error instanceof CodecError && error.code === 'too-short';
      if (!short || codec.size !== null || room >= roomMax) throw error;
    }
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
