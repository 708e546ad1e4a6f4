import type { CodecContext } from '../codec/runtime/codec.ts';
import { CodecError, DecodeError } from '../codec/runtime/errors.ts';
import { regionEnd } from './format.ts';
import type { ChainIssue } from './issue.ts';
import type { Member } from './members.ts';
import { type Patch, patchesOf } from './patches.ts';
import type { SpaceChain, SpaceFormat } from './space-format.ts';
import type { ChainElement, ChainWalk, WalkEnd } from './walk.ts';

/** An element with what it holds. */
export interface DecodedElement extends ChainElement {
  /** The struct; null where no struct is known, or its bytes cannot be read as one. */
  readonly name: string | null;
  /** Bytes that the value (or the raw bytes) stands for. */
  readonly size: number;
  /** The struct's value, header included; null where the element is raw. */
  readonly value: object | null;
  /** All bytes of a raw element, header included; null where there is a value. */
  readonly bytes: Uint8Array | null;
  /** Bytes between the value and the next element, which nothing describes. */
  readonly extra: Uint8Array;
  /** Bytes within the value's that it does not hold: contents of holes. Offsets from the element's start. */
  readonly holes: readonly Patch[];
}

/** A chain with decoded elements. */
export interface DecodedChain {
  readonly name: string;
  readonly ended: WalkEnd;
  readonly elements: readonly DecodedElement[];
}

/** The chains of a space and what was found on the way. */
export interface DecodedChains {
  readonly chains: readonly DecodedChain[];
  /** Elements by the names of their structs, the first of each. */
  readonly peers: { readonly [struct: string]: object };
  readonly issues: readonly ChainIssue[];
}

/** Surroundings of the chains. */
export interface ChainsContext {
  /** The value of the struct with the heads. */
  readonly outer?: object;
  readonly env?: NonNullable<CodecContext['env']>;
}

const nothing = new Uint8Array(0);

/**
 * Decodes the elements that walks have found. Never throws for what is in the bytes: an element that cannot be read as
 * its struct stays raw.
 *
 * Layouts may depend on other elements of the same space: elements are decoded without them first, and those that
 * depend on them once more.
 */
export function decodeChains(
  format: SpaceFormat,
  view: DataView,
  walks: readonly ChainWalk[],
  context: ChainsContext = {},
): DecodedChains {
  const starts = sortedStarts(walks);
  const chains: DecodingChain[] = walks.flatMap((walk) => {
    const chain = format.chains.find((one) => one.format.name === walk.name);
    if (chain === undefined) return [];
    const end = Math.max(regionEnd(chain.format, view.byteLength), 0);
    const readings = walk.elements.map((element): Reading => {
      const extent = nextStart(starts, element.offset, end) - element.offset;
      return readElement({ chain, view, element: { ...element, extent }, end }, context);
    });
    return [{ chain, walk, end, readings }];
  });
  let peers = peersOf(chains);
  if (
    Object.keys(peers).length > 0 &&
    chains.some(({ readings }) => readings.some(({ dependent }) => dependent))
  ) {
    const full = { ...context, peers };
    for (const { chain, end, readings } of chains) {
      for (const [i, { dependent, element }] of readings.entries()) {
        if (dependent) readings[i] = readElement({ chain, view, element, end }, full);
      }
    }
    peers = peersOf(chains);
  }
  return {
    chains: chains.map(({ walk, readings }) => ({
      name: walk.name,
      ended: walk.ended,
      elements: readings.map((reading) => finish(view, reading, { ...context, peers })),
    })),
    peers,
    issues: chains.flatMap(({ walk, readings }) => [
      ...walk.issues,
      ...readings.flatMap(({ issues }) => issues),
    ]),
  };
}

interface DecodingChain {
  readonly chain: SpaceChain;
  readonly walk: ChainWalk;
  readonly end: number;
  readonly readings: Reading[];
}

interface ElementSite {
  readonly chain: SpaceChain;
  readonly view: DataView;
  readonly element: ChainElement;
  /** One past the last byte that a body may take. */
  readonly end: number;
}

/** What reading one element gave so far. */
interface Reading {
  readonly element: ChainElement;
  readonly member: Member | null;
  readonly value: object | null;
  readonly size: number;
  readonly dependent: boolean;
  readonly issues: readonly ChainIssue[];
}

function readElement(site: ElementSite, context: CodecContext): Reading {
  const { element } = site;
  const candidates = site.chain.members.candidates(element.id, element.version);
  const dependent = candidates.some(({ peers }) => peers);
  let failure: { readonly member: Member; readonly error: DecodeError } | null = null;
  for (const member of candidates) {
    const found = tryMember(site, member, context);
    if (found instanceof DecodeError) {
      if (member.condition === null) failure ??= { member, error: found };
      continue;
    }
    if (member.condition !== null && !member.condition(found.value, context)) continue;
    const runsOver = found.size > element.extent;
    const issues = runsOver ? [overlapIssue(site, member, found.size)] : [];
    return { element, member, value: found.value, size: found.size, dependent, issues };
  }
  const issues = failure === null ? [] : [bodyIssue(site, failure.member, failure.error)];
  return { element, member: null, value: null, size: element.extent, dependent, issues };
}

interface Found {
  readonly value: object;
  readonly size: number;
}

/** Reads an element as a struct: within its extent, else as short as the struct may be, else into the next element. */
function tryMember(
  { view, element, end }: ElementSite,
  member: Member,
  context: CodecContext,
): Found | DecodeError {
  const { codec, shortest } = member;
  const { offset, extent } = element;
  const first = attempt(member, view, offset, offset + extent, context);
  if (!(first instanceof DecodeError)) return first;
  if (shortest !== null && codec.size !== null && extent >= shortest && extent < codec.size) {
    const whole = padded(view, offset, extent, codec.size);
    const short = attempt(member, whole, 0, codec.size, context);
    if (!(short instanceof DecodeError)) return { ...short, size: extent };
  }
  if (offset + extent >= end) return first;
  const further = attempt(member, view, offset, end, context);
  return further instanceof DecodeError ? first : further;
}

function attempt(
  { codec }: Member,
  view: DataView,
  offset: number,
  end: number,
  context: CodecContext,
): Found | DecodeError {
  try {
    const value = codec.decode(view, offset, end, context);
    return { value, size: codec.size ?? codec.measure(value, context) };
  } catch (error) {
    if (error instanceof DecodeError) return error;
    if (!(error instanceof CodecError)) throw error;
    // A value that was decoded and cannot be measured: unreadable, whatever the reason.
    return new DecodeError('too-short', codec.name, offset, codec.minSize, end - offset);
  }
}

/** Bytes of an element followed by zeros. */
export function padded(view: DataView, offset: number, given: number, size: number): DataView {
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset + offset, given));
  return new DataView(bytes.buffer);
}

/** Adds what the value does not hold, or the bytes of a raw element. */
function finish(view: DataView, reading: Reading, context: CodecContext): DecodedElement {
  const { element, member, value, size } = reading;
  const { offset, extent } = element;
  const holes =
    member === null || value === null ? [] : patchesOf({ view, offset, size }, member, value, context);
  if (member === null || value === null || holes === null) {
    return {
      ...element,
      name: null,
      size: extent,
      value: null,
      bytes: copy(view, offset, extent),
      extra: nothing,
      holes: [],
    };
  }
  const extra = size >= extent ? nothing : copy(view, offset + size, extent - size);
  return { ...element, name: member.name, size, value, bytes: null, extra, holes };
}

function copy(view: DataView, offset: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, size).slice();
}

function peersOf(chains: readonly DecodingChain[]): { readonly [struct: string]: object } {
  const peers: { [struct: string]: object } = {};
  for (const { readings } of chains) {
    for (const { member, value } of readings) {
      if (member !== null && value !== null) peers[member.name] ??= value;
    }
  }
  return peers;
}

/** Where elements start, ascending, over all chains. */
function sortedStarts(walks: readonly ChainWalk[]): readonly number[] {
  return walks.flatMap(({ elements }) => elements.map(({ offset }) => offset)).sort((a, b) => a - b);
}

function nextStart(starts: readonly number[], offset: number, end: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return Math.max(Math.min(starts[low] ?? end, end), offset);
}

function overlapIssue({ chain, element }: ElementSite, member: Member, size: number): ChainIssue {
  return {
    code: 'overlap',
    chain: chain.format.name,
    offset: element.offset,
    found: size,
    expected: `at most 0x${element.extent.toString(16)} bytes`,
    element: element.offset,
    struct: member.name,
  };
}

function bodyIssue({ chain, element }: ElementSite, member: Member, error: DecodeError): ChainIssue {
  return {
    code: error.code === 'too-short' ? 'truncated-body' : 'bad-body',
    chain: chain.format.name,
    offset: error.offset,
    found: typeof error.found === 'number' ? error.found : element.extent,
    expected: error.expected,
    element: element.offset,
    struct: member.name,
  };
}
