import { ChainError } from './chain-error.ts';
import type { Draft } from './draft.ts';
import { type ChainFormat, regionEnd } from './format.ts';
import { limits } from './limits.ts';
import { alignUp, type Occupancy, type UnknownOwns } from './occupancy.ts';

/** Where new elements go and whether others move. */
export type Placement = 'keep' | 'append' | 'compact';

/** Something that needs a place. */
interface Piece {
  readonly size: number;
  readonly what: string;
}

interface Wishes {
  readonly placement?: Placement;
  readonly at?: number;
  readonly unknownOwns?: UnknownOwns;
  readonly growTo?: number;
}

/** Finds a place for one element among those that stay. @throws ChainError where there is none */
export function placeElement(draft: Draft, piece: Piece, wishes: Wishes): number {
  const { format } = draft.chain;
  const occupancy = draft.occupancy(wishes.unknownOwns ?? 'extent');
  occupancy.takeContents(draft.bytes);
  const size = roomOf(format, piece);
  const { elements } = draft.decoded;
  const exact =
    wishes.at ?? (format.head.kind === 'fixed' && elements.length === 0 ? format.head.offset : undefined);
  if (exact !== undefined) return placeAt(draft, occupancy, exact, { ...piece, size });
  const from = wishes.placement === 'append' ? occupancy.lastTaken(regionEnd(format, occupancy.size)) : 0;
  const found = occupancy.firstFit(searchRoom(format, occupancy, from), size);
  if (found !== null) return found;
  return growFor(draft, { ...piece, size }, occupancy, wishes.growTo);
}

/**
 * Finds places for elements one behind the other, and makes the buffer large enough.
 *
 * @throws ChainError where they do not fit
 */
export function placeInOrder(
  draft: Draft,
  occupancy: Occupancy,
  pieces: readonly { readonly bytes: Uint8Array; readonly what: string }[],
  growTo: number = limits.growTo,
): readonly number[] {
  const { format } = draft.chain;
  const { last, alignment } = format.chain;
  const wanted = pieces.reduce(
    (sum, { bytes }) => sum + bytes.length + format.room + alignment,
    format.chain.first,
  );
  if (last === null) occupancy.extend(Math.min(occupancy.size + wanted, Math.max(growTo, occupancy.size)));
  const offsets: number[] = [];
  let from = 0;
  for (const { bytes, what } of pieces) {
    const size = roomOf(format, { size: bytes.length, what });
    const room = searchRoom(format, occupancy, from);
    const offset = occupancy.firstFit(room, size);
    if (offset === null) throw noRoom({ size, what }, occupancy.largestFree(room));
    checkFixed(format, offsets.length, offset, what);
    offsets.push(offset);
    from = offset + size;
  }
  if (from > draft.bytes.length) draft.grow(alignUp(from, alignment));
  return offsets;
}

/** Bytes that an element takes at least: the walk wants a whole unit of the alignment. */
function roomOf(format: ChainFormat, { size }: Piece): number {
  return Math.max(size, format.room);
}

function searchRoom(
  format: ChainFormat,
  occupancy: Occupancy,
  from: number,
): { readonly from: number; readonly end: number; readonly alignment: number } {
  const { first, alignment } = format.chain;
  return { from: Math.max(first, from), end: regionEnd(format, occupancy.size), alignment };
}

function placeAt(draft: Draft, occupancy: Occupancy, offset: number, { size, what }: Piece): number {
  const { format } = draft.chain;
  const { first, last, alignment } = format.chain;
  if (offset < first || (last !== null && offset > last) || offset % alignment !== 0) {
    const free = `${first} to ${last ?? 'the end'}, multiples of ${alignment}`;
    throw new ChainError('bad-pointer', 'an element cannot be there.', { what, needed: offset, free });
  }
  const fits = occupancy.isFree(offset, size) && offset + size <= regionEnd(format, occupancy.size);
  if (fits) return offset;
  const room = { from: offset, end: regionEnd(format, occupancy.size), alignment };
  const free = occupancy.isFree(offset, 1) ? gapAt(occupancy, room.from, room.end) : 0;
  throw new ChainError('no-room', `it does not fit at 0x${offset.toString(16)}.`, {
    what,
    needed: size,
    free,
  });
}

function gapAt(occupancy: Occupancy, start: number, end: number): number {
  let size = 0;
  while (start + size < end && occupancy.isFree(start + size, 1)) size++;
  return size;
}

/** A place behind the buffer, where the chain has no last place. */
function growFor(draft: Draft, piece: Piece, occupancy: Occupancy, growTo: number | undefined): number {
  const { format } = draft.chain;
  const room = searchRoom(format, occupancy, 0);
  const offset = alignUp(Math.max(draft.bytes.length, room.from), room.alignment);
  const end = offset + piece.size;
  const mayGrow = format.chain.last === null && end <= (growTo ?? limits.growTo);
  if (!mayGrow) throw noRoom(piece, occupancy.largestFree(room));
  draft.grow(alignUp(end, room.alignment));
  return offset;
}

function noRoom({ size, what }: Piece, free: number): ChainError {
  const message = `${size} bytes are needed and ${free} are free in one piece.`;
  return new ChainError('no-room', message, { what, needed: size, free });
}

function checkFixed(format: ChainFormat, index: number, offset: number, what: string): void {
  if (index > 0 || format.head.kind !== 'fixed' || offset === format.head.offset) return;
  const detail = { what, needed: format.head.offset, free: offset };
  throw new ChainError('no-room', 'the first element has a fixed place, and it is taken.', detail);
}
