import { ChainError } from './chain-error.ts';
import type { DecodedChain, DecodedElement } from './decode.ts';
import { type Draft, finishDraft, startDraft } from './draft.ts';
import { elementBytes, type NewElement } from './element.ts';
import { Links } from './links.ts';
import { ownedBytes, type UnknownOwns } from './occupancy.ts';
import { type Placement, placeElement, placeInOrder } from './placement.ts';
import { contextOf, encodeSpace, type Space } from './space.ts';
import type { SpaceFormat } from './space-format.ts';

/** How an edit goes about its work. */
export interface EditOptions {
  /**
   * - `keep` (unless given): everything stays where it is, a new element goes into the first gap that is wide enough
   * - `append`: behind the last element in memory
   * - `compact`: all elements of the chain move together, in the order of the list
   */
  readonly placement?: Placement;
  /** Where in the list a new element goes; at its end unless given. In an ascending chain its place in memory decides. */
  readonly index?: number;
  /** Just this offset. */
  readonly at?: number;
  readonly unknownOwns?: UnknownOwns;
  /** Bytes that a buffer without a fixed size may grow to; 1 MiB unless given. */
  readonly growTo?: number;
}

/** How an element is taken out. */
export interface RemoveOptions {
  /** Bytes of the buffer afterwards; what is cut off must be zero. As many as before unless given. */
  readonly size?: number;
}

/** Which element is meant: what is given must agree, and the first that agrees is taken. */
export interface ElementQuery {
  readonly chain?: string;
  readonly id?: number;
  readonly name?: string;
  readonly offset?: number;
}

/** An element and its place in a space. */
export interface FoundElement {
  readonly chain: DecodedChain;
  readonly index: number;
  readonly element: DecodedElement;
}

/** All elements that a query means, in the order of the chains. */
export function findElements(space: Space, query: ElementQuery): readonly FoundElement[] {
  const { chain: wanted, id, name, offset } = query;
  return space.chains.flatMap((chain) => {
    if (wanted !== undefined && chain.name !== wanted) return [];
    return chain.elements.flatMap((element, index) => {
      const agrees =
        (id === undefined || element.id === id) &&
        (name === undefined || element.name === name) &&
        (offset === undefined || element.offset === offset);
      return agrees ? [{ chain, index, element }] : [];
    });
  });
}

/**
 * A space with one more element. Elements of other structs and unknown ones stay byte for byte.
 *
 * @throws ChainError where there is no room, no such chain, or the list is broken; EncodeError for a bad value
 */
export function insertElement(
  format: SpaceFormat,
  space: Space,
  chainName: string,
  element: NewElement,
  options: EditOptions = {},
): Space {
  const draft = startDraft(format, space, chainName);
  checkUnbroken(draft);
  const { elements } = draft.decoded;
  const bytes = elementBytes(draft.chain, element, contextOf(space));
  const what = element.name ?? `element of ${chainName}`;
  if (options.placement === 'compact') {
    const index = indexOf(options, elements.length, what);
    return compact(draft, options, { bytes, index, what });
  }
  const offset = placeElement(draft, { size: bytes.length, what }, options);
  const index = draft.chain.format.chain.ascending
    ? elements.filter((one) => one.offset < offset).length
    : indexOf(options, elements.length, what);
  draft.bytes.set(bytes, offset);
  link(draft, index, offset);
  return checkListed(finishDraft(draft), draft, 1);
}

/**
 * A space without an element: its bytes become zero, and who pointed to it points to what it pointed to. An element
 * whose place is fixed stays as an empty header (id 0) with the pointer.
 *
 * @throws ChainError where there is no such element
 */
export function removeElement(
  format: SpaceFormat,
  space: Space,
  query: ElementQuery,
  options: RemoveOptions = {},
): Space {
  const { chain, index } = findOne(space, query);
  const draft = startDraft(format, space, chain.name);
  unlink(draft, index);
  if (options.size !== undefined) draft.shrink(options.size);
  return finishDraft(draft);
}

/**
 * A space with another element instead of one, at the same place of the list, and in memory too where it fits there.
 *
 * @throws ChainError where there is no such element, or no room; EncodeError for a bad value
 */
export function replaceElement(
  format: SpaceFormat,
  space: Space,
  query: ElementQuery,
  element: NewElement,
  options: EditOptions = {},
): Space {
  const { chain, index, element: old } = findOne(space, query);
  const draft = startDraft(format, space, chain.name);
  const bytes = elementBytes(draft.chain, element, contextOf(space));
  const owner = draft.occupancy(options.unknownOwns ?? 'extent', new Set([old]));
  const own = ownedBytes(old, options.unknownOwns ?? 'extent');
  draft.clear(old, own);
  owner.takeContents(draft.bytes.subarray(0, owner.size));
  const { headerBytes, next } = draft.chain.format;
  if (options.at === undefined && options.placement !== 'compact' && owner.isFree(old.offset, bytes.length)) {
    draft.bytes.set(bytes, old.offset);
    // Bits of the pointer that do not count stay as well.
    const header = encodeSpace(format, space).subarray(old.offset, old.offset + headerBytes);
    draft.copyPlace(next.place, header, old.offset);
    return finishDraft(draft);
  }
  const removed = removeElement(format, space, { chain: chain.name, offset: old.offset });
  return insertElement(format, removed, chain.name, element, { ...options, index });
}

/** A space whose elements of one chain stand together from its first place on, in the order of the list. */
export function compactChain(
  format: SpaceFormat,
  space: Space,
  chainName: string,
  options: EditOptions = {},
): Space {
  const draft = startDraft(format, space, chainName);
  checkUnbroken(draft);
  return compact(draft, options, null);
}

function compact(
  draft: Draft,
  options: EditOptions,
  added: { readonly bytes: Uint8Array; readonly index: number; readonly what: string } | null,
): Space {
  const unknownOwns = options.unknownOwns ?? 'extent';
  const { elements } = draft.decoded;
  const last = elements.at(-1);
  const links = new Links(draft.chain.format, draft.bytes);
  const endBits = last === undefined ? undefined : links.bits(last.offset);
  const pieces: { readonly bytes: Uint8Array; readonly what: string }[] = elements.map((element) => {
    const size = ownedBytes(element, unknownOwns);
    const end = Math.max(size, draft.chain.format.headerBytes);
    return {
      bytes: draft.bytes.slice(element.offset, element.offset + end),
      what: element.name ?? 'an unknown element',
    };
  });
  for (const element of elements) draft.clear(element, ownedBytes(element, unknownOwns), elements);
  if (added !== null) pieces.splice(added.index, 0, added);
  const occupancy = draft.occupancy(unknownOwns, new Set(elements));
  occupancy.takeContents(draft.bytes.subarray(0, occupancy.size));
  const offsets = placeInOrder(draft, occupancy, pieces, options.growTo);
  for (const [i, { bytes }] of pieces.entries()) draft.bytes.set(bytes, offsets[i] ?? 0);
  linkAll(draft, offsets, endBits);
  return checkListed(finishDraft(draft), draft, added === null ? 0 : 1);
}

/** Makes the head and the elements at these offsets one list. */
export function linkAll(draft: Draft, offsets: readonly number[], endBits?: bigint): void {
  const links = new Links(draft.chain.format, draft.bytes);
  if (offsets.length > 0) draft.announce(true);
  let from: number | null = null;
  for (const offset of offsets) {
    links.point(from, offset);
    from = offset;
  }
  if (from !== null) links.point(from, null, endBits);
}

/** Puts the element at an offset into the list. */
function link(draft: Draft, index: number, offset: number): void {
  const { elements } = draft.decoded;
  const links = new Links(draft.chain.format, draft.bytes);
  const from = elements[index - 1]?.offset ?? null;
  const to = elements[index]?.offset ?? null;
  links.point(offset, to, draft.exists ? links.bits(from) : undefined);
  links.point(from, offset);
  draft.announce(true);
}

/** Takes an element out of the list and clears its bytes. */
function unlink(draft: Draft, index: number): void {
  const { elements } = draft.decoded;
  const element = elements[index];
  if (element === undefined) return;
  const { format } = draft.chain;
  const links = new Links(format, draft.bytes);
  const bits = links.bits(element.offset);
  const from = elements[index - 1]?.offset ?? null;
  const loops = element.nextOffset === element.offset;
  const to = loops ? null : element.nextOffset;
  const fixed = from === null && format.head.kind === 'fixed';
  for (const other of elements) {
    if (other.offset === from || (other !== element && other.nextOffset === element.offset)) {
      links.point(other.offset, to, bits);
    }
  }
  if (from === null && !fixed) links.point(null, to, bits);
  draft.clear(element, element.size);
  if (fixed && to !== null) links.point(element.offset, to);
  if (!fixed && elements.length === 1 && to === null) draft.announce(false);
}

/** The last word: a walk finds what should be there. */
function checkListed(space: Space, { decoded: { name, elements } }: Draft, added: number): Space {
  const found = space.chains.find((chain) => chain.name === name)?.elements.length ?? 0;
  const needed = elements.length + added;
  if (found === needed) return space;
  throw new ChainError('no-chain', 'a walk does not find all elements.', { what: name, needed, free: found });
}

function findOne(space: Space, query: ElementQuery): FoundElement {
  const [found] = findElements(space, query);
  if (found !== undefined) return found;
  const what =
    query.name ?? (query.id === undefined ? 'element' : `element with id 0x${query.id.toString(16)}`);
  throw new ChainError('bad-element', 'the space has no such element.', { what });
}

function indexOf({ index }: EditOptions, count: number, what: string): number {
  const place = index ?? count;
  if (Number.isInteger(place) && place >= 0 && place <= count) return place;
  throw new ChainError('bad-element', 'the list has no such place.', {
    what,
    needed: place,
    free: `0 to ${count}`,
  });
}

function checkUnbroken({ decoded }: Draft): void {
  const { ended, name } = decoded;
  if (ended === 'end' || ended === 'none' || (ended === 'empty' && decoded.elements.length === 0)) return;
  throw new ChainError('broken-chain', `the list ends with ${ended}; remove what is wrong first.`, {
    what: name,
  });
}
