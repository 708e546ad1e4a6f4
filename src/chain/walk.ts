import { partOf, readNumber } from '../plan/access.ts';
import { placeEnd } from '../plan/place.ts';
import { type ChainFormat, maskedPointer, regionEnd } from './format.ts';
import type { ChainIssue, WalkEnd } from './issue.ts';
import {
  checkHeader,
  checkPlace,
  noteId,
  noteOverlaps,
  noteReservedBits,
  type OpenElement,
  stopAtLimit,
  stopAtLoop,
  type WalkState,
} from './walk-state.ts';

/** One element of a chain, by its header. Offsets are bytes from the start of the region. */
export interface ChainElement {
  readonly id: number;
  /** Null where the format has no versions. */
  readonly version: number | null;
  readonly offset: number;
  /** The pointer as it stands in the header, with the bits that do not count. */
  readonly next: number;
  /** Where the pointer leads, be it sensible or not; null where it ends the list. */
  readonly nextOffset: number | null;
  /** Bytes up to the next element in memory, or to the end of the region. */
  readonly extent: number;
}

/** The elements of a chain in the order of the list, and what is wrong with it. */
export interface ChainWalk {
  readonly name: string;
  readonly elements: readonly ChainElement[];
  readonly issues: readonly ChainIssue[];
  readonly ended: WalkEnd;
}

/** The bytes from `start` up to, not including, `end`; pointers count from `start`. */
export interface Region {
  readonly start?: number;
  readonly end?: number;
}

/**
 * Follows a chain through a region whose start holds the struct with the head. Never throws, for any bytes, and visits
 * at most as many elements as the format's limit.
 *
 * Whether another chain must hold something for this one to exist (`requires`) is not looked at: see walkSpace.
 */
export function walkChain(format: ChainFormat, view: DataView, region: Region = {}): ChainWalk {
  const start = Math.max(region.start ?? 0, 0);
  const size = Math.max(Math.min(region.end ?? view.byteLength, view.byteLength) - start, 0);
  const state: WalkState = { format, view, start, size, elements: [], issues: [] };
  const first = firstOffset(state);
  const ended = typeof first === 'string' ? first : follow(state, first);
  return { name: format.name, elements: state.elements, issues: state.issues, ended };
}

/** Where the first element stands, or why there is none. */
function firstOffset(state: WalkState): number | WalkEnd {
  const { format, view, start, size } = state;
  const { head, condition } = format;
  if (head.kind === 'fixed') return head.offset >= size ? 'none' : head.offset;
  if (placeEnd(head.place) > size) return 'no-head';
  if (condition !== null && !condition.holds(view, start, start + size)) return 'none';
  const raw = readNumber(head.place, view, start);
  const masked = maskedPointer(head, raw);
  if (masked !== raw) noteReservedBits(state, head, raw, masked, null);
  return isEnd(format.end, masked) ? 'end' : masked;
}

/** The hot loop: what is seldom needed stands in functions of its own. */
function follow(state: WalkState, first: number): WalkEnd {
  const { format, view, start, size, elements } = state;
  const { id: idPlace, version, next, unit, room, headerBytes, allOnesId, end: ends, chain } = format;
  const { first: lowest, alignment, limit, base } = chain;
  const last = Math.min(chain.last ?? Number.MAX_SAFE_INTEGER, size - room);
  const looksAtHeader = format.endHeaders.length > 0 || format.endIds.length > 0;
  let unaligned = alignment < headerBytes;
  let highest = -1;
  let ascending = true;
  let seen: Set<number> | null = null;
  let offset = first;
  let from: OpenElement | null = null;
  let stop: WalkEnd | null = null;
  for (;;) {
    const aligned = offset % alignment === 0;
    if (offset < lowest || offset > last || !aligned) stop = checkPlace(state, offset, from);
    if (stop !== null) break;
    if (offset <= highest) {
      if (elements.length > fewElements) seen ??= new Set(elements.map((element) => element.offset));
      stop = (seen === null ? isListed(elements, offset) : seen.has(offset))
        ? stopAtLoop(state, offset, from)
        : null;
      if (stop !== null) break;
    }
    unaligned ||= !aligned;
    const at = start + offset;
    const word = unit === null ? 0 : readNumber(unit, view, at);
    const id = unit === null ? readNumber(idPlace, view, at) : partOf(word, idPlace);
    if (looksAtHeader) stop = checkHeader(state, offset, id, from);
    if (stop === null && elements.length === limit) stop = stopAtLimit(state, offset, from);
    if (stop !== null) break;
    const raw = unit === null ? readNumber(next.place, view, at) : partOf(word, next.place);
    const masked = next.whole ? raw : maskedPointer(next, raw);
    const to: number | null = isEnd(ends, masked) ? null : base === 'element' ? offset + masked : masked;
    const element: OpenElement = {
      id,
      version:
        version === null ? null : unit === null ? readNumber(version, view, at) : partOf(word, version),
      offset,
      next: raw,
      nextOffset: to,
      extent: 0,
    };
    elements.push(element);
    seen?.add(offset);
    if (id === 0 || id === allOnesId) noteId(state, element);
    if (masked !== raw) noteReservedBits(state, next, raw, masked, element);
    if (offset > highest) {
      highest = offset;
      if (from !== null) from.extent = offset - from.offset;
    } else {
      ascending = false;
    }
    from = element;
    if (to === null) {
      stop = 'end';
      break;
    }
    offset = to;
  }
  if (unaligned) noteOverlaps(state);
  measure(elements, ascending, Math.max(regionEnd(format, size), highest));
  return stop;
}

/** Gives the elements their extents; those of an ascending list have them already but for the last one. */
function measure(elements: readonly OpenElement[], ascending: boolean, end: number): void {
  const sorted = ascending ? elements : [...elements].sort((a, b) => a.offset - b.offset);
  for (let i = ascending ? Math.max(elements.length - 1, 0) : 0; i < sorted.length; i++) {
    const element = sorted[i];
    if (element !== undefined) element.extent = (sorted[i + 1]?.offset ?? end) - element.offset;
  }
}

/** Up to so many elements a search through all of them is quicker than a set. */
const fewElements = 32;

function isListed(elements: readonly OpenElement[], offset: number): boolean {
  for (const element of elements) if (element.offset === offset) return true;
  return false;
}

function isEnd(ends: readonly number[], masked: number): boolean {
  for (const end of ends) if (end === masked) return true;
  return false;
}
