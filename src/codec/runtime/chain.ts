/**
 * What generated chain codecs need beyond those of structs: what they return, and the seldom ways of walks. All offsets
 * are bytes from the start of the buffer that the chain's pointers count from.
 */
import type { CodecContext } from './codec.ts';
import { CodecError, DecodeError } from './errors.ts';

/** What a chain's bytes have that they should not; docs/capability-chains.md says what each means. */
export type ChainProblemCode =
  | 'loop'
  | 'self-link'
  | 'below-first'
  | 'above-last'
  | 'reserved-bits'
  | 'unaligned'
  | 'past-end'
  | 'truncated-header'
  | 'empty'
  | 'broken'
  | 'null-id'
  | 'all-ones-id'
  | 'limit'
  | 'overlap'
  | 'truncated-body'
  | 'bad-body';

/** One finding; nothing of it keeps the rest from being read. */
export interface ChainProblem {
  readonly code: ChainProblemCode;
  /** Of the pointer, header or field with the wrong contents. */
  readonly offset: number;
}

/** One element of a chain, by its header. */
export interface ChainHeader {
  readonly id: number;
  /** Null where the format has no versions. */
  readonly version: number | null;
  readonly offset: number;
  /** Where its pointer leads, be it sensible or not; null where it ends the list. */
  readonly next: number | null;
  /** Bytes up to the next element in memory, or to the end of the room for elements. */
  readonly length: number;
}

/** A header while its walk goes on. */
export interface OpenHeader extends ChainHeader {
  length: number;
}

/** The headers of a chain in the order of the list, and what is wrong with it. */
export interface ChainWalk {
  readonly elements: readonly ChainHeader[];
  readonly problems: ChainProblem[];
}

/** The elements of a chain in the order of the list, and what is wrong with it. */
export interface DecodedChain<Element> {
  readonly elements: Element[];
  readonly problems: ChainProblem[];
}

/** An element that no struct is known for, or that cannot be read as its struct. */
export interface RawElement {
  readonly kind: 'raw';
  readonly id: number;
  readonly version: number | null;
  readonly offset: number;
  /** All bytes up to the next element, header included. */
  readonly bytes: Uint8Array;
}

/** A raw element for an encoder: id and version are those in the bytes. */
export interface RawElementInput {
  readonly kind: 'raw';
  readonly offset?: number | undefined;
  readonly bytes: Uint8Array;
}

/** What is generated for a chain, seen as one of many. */
export interface ChainCodec {
  /** Follows the chain from header to header; never throws for what is in the bytes. */
  walk(view: DataView, start?: number, end?: number, required?: readonly ChainHeader[]): ChainWalk;
  /** Reads the elements; never throws for what is in the bytes. */
  decode(
    view: DataView,
    start?: number,
    end?: number,
    context?: CodecContext,
    required?: readonly ChainHeader[],
  ): DecodedChain<RawElement | { readonly kind: string; readonly offset: number; readonly value: object }>;
  /**
   * Writes elements, and returns the bytes from `start` to the end of the last one.
   *
   * @throws EncodeError where a value, a pointer or the room does not fit
   */
  encode(elements: readonly object[], view: DataView, start?: number, context?: CodecContext): number;
}

/** The functions of a chain on the abis; the same ones where they agree. */
export interface AbiChains {
  readonly lp64: ChainCodec;
  readonly ilp32: ChainCodec;
  readonly i386: ChainCodec;
}

/** Where elements may stand. */
export interface ChainPlaces {
  readonly name: string;
  readonly first: number;
  /** The last place for a header; null: wherever there is room. */
  readonly last: number | null;
  readonly alignment: number;
  /** Bytes that an element takes at least. */
  readonly room: number;
}

/** Notes what is wrong with the place of an element, and says whether the walk ends there. */
export function isMisplaced(
  { first, last, alignment, room }: ChainPlaces,
  offset: number,
  size: number,
  pointer: number,
  problems: ChainProblem[],
): boolean {
  if (offset < first) problems.push({ code: 'below-first', offset: pointer });
  else if (last !== null && offset > last) problems.push({ code: 'above-last', offset: pointer });
  else {
    if (offset % alignment !== 0) problems.push({ code: 'unaligned', offset: pointer });
    if (offset >= size) problems.push({ code: 'past-end', offset: pointer });
    else if (offset + room > size) problems.push({ code: 'truncated-header', offset });
    else return false;
  }
  return true;
}

/** Whether a walk was at an offset before, and if so notes it. */
export function isLoop(
  elements: readonly ChainHeader[],
  offset: number,
  pointer: number,
  problems: ChainProblem[],
): boolean {
  for (const element of elements) {
    if (element.offset !== offset) continue;
    problems.push({ code: elements.at(-1)?.offset === offset ? 'self-link' : 'loop', offset: pointer });
    return true;
  }
  return false;
}

/** Gives all elements their lengths, where the list does not ascend. */
export function measureElements(elements: readonly OpenHeader[], end: number): void {
  const sorted = [...elements].sort((a, b) => a.offset - b.offset);
  for (const [i, element] of sorted.entries())
    element.length = (sorted[i + 1]?.offset ?? end) - element.offset;
}

/** Notes headers that begin inside other ones. */
export function noteOverlaps(
  elements: readonly ChainHeader[],
  headerBytes: number,
  problems: ChainProblem[],
): void {
  const offsets = elements.map(({ offset }) => offset).sort((a, b) => a - b);
  let before = Number.NEGATIVE_INFINITY;
  for (const offset of offsets) {
    if (offset - before < headerBytes) problems.push({ code: 'overlap', offset });
    before = offset;
  }
}

/** Why an element cannot be read as a struct. */
export class BodyFailure {
  readonly code: 'truncated-body' | 'bad-body';
  readonly offset: number;

  constructor(code: 'truncated-body' | 'bad-body', offset: number) {
    this.code = code;
    this.offset = offset;
  }
}

/**
 * Reads an element as a struct whose size depends on its contents: from its own bytes, else from those up to the limit.
 *
 * @param start of the chain's buffer in the view
 * @param limit one past the last byte of the view that elements may take
 */
export function readBody<T>(
  decode: (view: DataView, offset: number, end: number, context?: CodecContext) => T,
  measure: (value: T, context?: CodecContext) => number,
  view: DataView,
  start: number,
  limit: number,
  header: ChainHeader,
  problems: ChainProblem[],
  context?: CodecContext,
): T | BodyFailure {
  const { offset, length } = header;
  const at = start + offset;
  try {
    const value = decode(view, at, at + length, context);
    if (measure(value, context) > length) problems.push({ code: 'overlap', offset });
    return value;
  } catch (error) {
    const failure = failureOf(error, start, offset);
    if (at + length >= limit) return failure;
    try {
      const value = decode(view, at, limit, context);
      if (measure(value, context) > length) problems.push({ code: 'overlap', offset });
      return value;
    } catch (again) {
      failureOf(again, start, offset);
      return failure;
    }
  }
}

function failureOf(error: unknown, start: number, offset: number): BodyFailure {
  if (!(error instanceof CodecError)) throw error;
  // A value that was decoded and cannot be encoded: unreadable, whatever the reason.
  if (!(error instanceof DecodeError)) return new BodyFailure('truncated-body', offset);
  return new BodyFailure(error.code === 'too-short' ? 'truncated-body' : 'bad-body', error.offset - start);
}

/** An element as bytes. */
export function rawElement(
  view: DataView,
  start: number,
  { id, version, offset, length }: ChainHeader,
  failure: BodyFailure | null,
  problems: ChainProblem[],
): RawElement {
  if (failure !== null) problems.push({ code: failure.code, offset: failure.offset });
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start + offset, length).slice();
  return { kind: 'raw', id, version, offset, bytes };
}

/** The bytes of an element that may end before its struct does, followed by zeros. */
export function paddedView(view: DataView, offset: number, length: number, size: number): DataView {
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset + offset, length));
  return new DataView(bytes.buffer);
}

/** The values of elements by the names of their structs, the first of each: `peers` of a context. */
export function peersOf(
  elements: readonly { readonly kind: string; readonly value?: object }[],
  others: CodecContext['peers'] = {},
): { readonly [struct: string]: object } {
  const peers: { [struct: string]: object } = { ...others };
  for (const { kind, value } of elements) if (value !== undefined) peers[kind] ??= value;
  return peers;
}

/**
 * Reads elements whose structs depend on each other: all once without the others, and those that depend on others
 * again with them.
 */
export function readTwice<Element extends { readonly kind: string; readonly value?: object }>(
  headers: readonly ChainHeader[],
  read: (header: ChainHeader, problems: ChainProblem[], context?: CodecContext) => Element,
  depends: (id: number) => boolean,
  problems: ChainProblem[],
  context: CodecContext | undefined,
): Element[] {
  const found: ChainProblem[][] = headers.map(() => []);
  const elements = headers.map((header, i) => read(header, found[i] ?? [], context));
  const full = { ...context, peers: peersOf(elements, context?.peers) };
  return elements.map((element, i) => {
    const header = headers[i];
    if (header !== undefined && depends(header.id)) return read(header, problems, full);
    problems.push(...(found[i] ?? []));
    return element;
  });
}
