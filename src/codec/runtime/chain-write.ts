/** What generated encoders of chains call for raw elements, and when something does not fit. */
import type { ChainPlaces, RawElementInput } from './chain.ts';
import { EncodeError } from './errors.ts';
import { noRoom, wrongType } from './failures.ts';

/** Writes a raw element and returns its length. @throws EncodeError where there are fewer bytes than a header has */
export function writeRawElement(
  chain: string,
  { kind, bytes }: RawElementInput,
  view: DataView,
  at: number,
  limit: number,
  headerBytes: number,
): number {
  if (!(bytes instanceof Uint8Array))
    throw wrongType(chain, kind, at, 'the kind of an element, or raw with bytes');
  if (bytes.length < headerBytes)
    throw new EncodeError('too-short', `${chain}.bytes`, at, headerBytes, bytes.length);
  if (at + bytes.length > limit) throw noRoom(chain, at, bytes.length, limit);
  new Uint8Array(view.buffer, view.byteOffset + at, bytes.length).set(bytes);
  return bytes.length;
}

/** The error of an element that cannot stand at an offset. */
export function cannotStandAt(
  { name, first, last, alignment, room }: ChainPlaces,
  offset: number,
  size: number,
): EncodeError {
  if (offset >= first && (last === null || offset <= last) && offset % alignment === 0)
    return noRoom(name, offset, room, size);
  const places = `an offset from ${first} to ${last ?? 'the end'}, a multiple of ${alignment}`;
  return new EncodeError('out-of-range', name, offset, places, offset);
}

/** Throws where an element lies over another one. `spans` has first and one past the last byte of each before it. */
export function checkFree(name: string, spans: readonly number[], offset: number, end: number): void {
  for (let i = 0; i < spans.length; i += 2) {
    const [from = 0, to = 0] = [spans[i], spans[i + 1]];
    if (offset < to && from < end)
      throw new EncodeError('out-of-range', name, offset, `bytes that no other element uses`, offset);
  }
}

/** The error of a pointer that cannot hold where it should lead. */
export function cannotPoint(name: string, at: number, to: number): EncodeError {
  return new EncodeError('out-of-range', name, at, 'an offset that the pointer can hold', to);
}

/** The error of an element whose header says that there is none. */
export function endsList(name: string, at: number): EncodeError {
  return new EncodeError('out-of-range', name, at, 'a header that does not end the list', 'one that does');
}

/** The error of a struct that says that there is no list, in fields that an encoder does not set. */
export function cannotAnnounce(name: string, at: number): EncodeError {
  return new EncodeError('unexpected-field', name, at, 'a struct that has such a list', 'another one');
}
