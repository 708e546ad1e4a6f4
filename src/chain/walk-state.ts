import { readNumber, readPlace } from '../plan/access.ts';
import type { ChainFormat, Pointer } from './format.ts';
import type { ChainIssue, ChainIssueCode, WalkEnd } from './issue.ts';

/** An element while its walk goes on. */
export interface OpenElement {
  readonly id: number;
  readonly version: number | null;
  readonly offset: number;
  readonly next: number;
  readonly nextOffset: number | null;
  extent: number;
}

/** One run over a chain: `start` and `size` of the region, and what was found so far. */
export interface WalkState {
  readonly format: ChainFormat;
  readonly view: DataView;
  readonly start: number;
  readonly size: number;
  readonly elements: OpenElement[];
  readonly issues: ChainIssue[];
}

/** Why there can be no element at an offset; null where there can. */
export function checkPlace(state: WalkState, offset: number, from: OpenElement | null): WalkEnd | null {
  const { format, size } = state;
  const { first, last, alignment } = format.chain;
  if (offset < first) {
    notePointer(state, 'below-first', offset, first, from);
    return 'below';
  }
  if (last !== null && offset > last) {
    notePointer(state, 'above-last', offset, last, from);
    return 'above';
  }
  if (offset % alignment !== 0) notePointer(state, 'unaligned', offset, `a multiple of ${alignment}`, from);
  if (offset >= size) {
    notePointer(state, 'past-end', offset, `an offset below 0x${size.toString(16)}`, from);
    return 'past-end';
  }
  if (offset + format.room > size) {
    noteElement(state, 'truncated-header', offset, size - offset, format.room);
    return 'truncated';
  }
  return null;
}

/** What the contents of a header say instead of being one; null where they are one. */
export function checkHeader(
  state: WalkState,
  offset: number,
  id: number,
  from: OpenElement | null,
): WalkEnd | null {
  const { endHeaders, endIds, header } = state.format;
  for (const end of endIds) {
    if (end.id !== id) continue;
    if (end.meaning === 'broken' || from !== null) noteElement(state, end.meaning, offset, id, 'an id');
    return end.meaning;
  }
  if (endHeaders.length === 0) return null;
  const at = state.start + offset;
  const small = header.bytes <= 4 ? readNumber(header, state.view, at) : -1;
  for (const end of endHeaders) {
    if (small >= 0 ? end.small !== small : end.value !== readPlace(header, state.view, at)) continue;
    if (end.meaning === 'broken' || from !== null)
      noteElement(state, end.meaning, offset, end.small, 'a header');
    return end.meaning;
  }
  return null;
}

/** Ends a walk at an element that was visited before. */
export function stopAtLoop(state: WalkState, offset: number, from: OpenElement | null): WalkEnd {
  const code = from?.offset === offset ? 'self-link' : 'loop';
  notePointer(state, code, offset, 'an element not visited before', from);
  return 'loop';
}

/** Ends a walk that has visited as many elements as it may. */
export function stopAtLimit(state: WalkState, offset: number, from: OpenElement | null): WalkEnd {
  notePointer(state, 'limit', offset, `at most ${state.format.chain.limit} elements`, from);
  return 'limit';
}

/** Notes headers that begin inside other ones, where the alignment lets them or pointers were not aligned. */
export function noteOverlaps(state: WalkState): void {
  const { headerBytes } = state.format;
  const offsets = state.elements.map(({ offset }) => offset).sort((a, b) => a - b);
  let before = Number.NEGATIVE_INFINITY;
  for (const offset of offsets) {
    if (offset - before < headerBytes) {
      noteElement(state, 'overlap', offset, offset, `no header at 0x${before.toString(16)}`);
    }
    before = offset;
  }
}

/** Notes an id of 0 or of all ones. */
export function noteId(state: WalkState, element: OpenElement): void {
  noteElement(state, element.id === 0 ? 'null-id' : 'all-ones-id', element.offset, element.id, 'an id');
}

/** Notes bits of a pointer that do not count. */
export function noteReservedBits(
  state: WalkState,
  pointer: Pointer,
  raw: number,
  masked: number,
  from: OpenElement | null,
): void {
  note(state, 'reserved-bits', (from?.offset ?? 0) + pointer.place.offset, raw, masked, from);
}

/** An issue of the pointer that led to an offset; of the element itself where its place is fixed. */
function notePointer(
  state: WalkState,
  code: ChainIssueCode,
  found: number,
  expected: number | string,
  from: OpenElement | null,
): void {
  const { head, next } = state.format;
  if (from !== null) note(state, code, from.offset + next.place.offset, found, expected, from);
  else if (head.kind === 'field') note(state, code, head.place.offset, found, expected, null);
  else noteElement(state, code, head.offset, found, expected);
}

function noteElement(
  state: WalkState,
  code: ChainIssueCode,
  offset: number,
  found: number,
  expected: number | string,
): void {
  note(state, code, offset, found, expected, { offset });
}

function note(
  state: WalkState,
  code: ChainIssueCode,
  offset: number,
  found: number,
  expected: number | string,
  element: { readonly offset: number } | null,
): void {
  const { name: chain } = state.format;
  state.issues.push({ code, chain, offset, found, expected, element: element?.offset ?? null });
}
