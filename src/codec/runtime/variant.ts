import { readBytes } from './bytes.ts';
import type { AbiCodecs, RawVariant, StructCodec } from './codec.ts';
import { noRoom, tooShort, wrongType } from './failures.ts';

/** The bytes from `offset` up to `end` as a member of a variant set that no schema knows. */
export function rawVariant(set: string, view: DataView, offset: number, end: number): RawVariant {
  const limit = Math.min(end, view.byteLength);
  if (!(offset >= 0 && offset <= limit)) throw tooShort(set, offset, 0, limit);
  return { kind: 'raw', bytes: readBytes(view, offset, limit - offset) };
}

/** Writes the bytes of such a member and returns their number. */
export function encodeRaw(set: string, variant: RawVariant, view: DataView, offset: number): number {
  const { bytes } = variant;
  if (!(bytes instanceof Uint8Array))
    throw wrongType(set, variant.kind, offset, 'a known kind, or raw with bytes');
  if (!(offset >= 0 && offset + bytes.length <= view.byteLength)) {
    throw noRoom(set, offset, bytes.length, view.byteLength);
  }
  new Uint8Array(view.buffer, view.byteOffset + offset, bytes.length).set(bytes);
  return bytes.length;
}

/** The codecs of a struct that is the same on every abi. */
export function onEveryAbi<T>(codec: StructCodec<T>): AbiCodecs<T> {
  return { lp64: codec, ilp32: codec, i386: codec };
}
