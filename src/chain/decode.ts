import type { CodecContext } from '../codec/runtime/codec.ts';
import { CodecError, DecodeError } from '../codec/runtime/errors.ts';
import { regionEnd } from './format.ts';
import type { ChainIssue, WalkEnd } from './issue.ts';
import type { Member } from './members.ts';
import { type Found, type Patch, patchesOf, readFound } from './patches.ts';
import { readPrefix } from './prefix.ts';
import type { SpaceChain, SpaceFormat } from './space-format.ts';
import type { ChainElement, ChainWalk } from './walk.ts';

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
  /** Of a raw element whose length or count is wrong: the struct that it should be, and the fields that can be read. */
  readonly partial?: { readonly name: string; readonly value: object };
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
  /** True where elements depend on others that may have been read otherwise in the end: they want a proof. */
  readonly tangled: boolean;
  readonly issues: readonly ChainIssue[];
}

/** Surroundings of the chains. */
export interface ChainsContext {
  /** The value of the struct with the heads. */
  readonly outer?: object;
  readonly env?: NonNullable<CodecContext['env']>;
}

const nothing = new Uint8Array(0);
const none: readonly ChainIssue[] = [];

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
  const chains: DecodingChain[] = [];
  for (const [i, walk] of walks.entries()) {
    const chain = chainOf(format, walk.name, i);
    if (chain === undefined) continue;
    const end = Math.max(regionEnd(chain.format, view.byteLength), 0);
    const readings: Reading[] = [];
    for (const element of walk.elements) {
      const extent =
        starts === null ? element.extent : nextStart(starts, element.offset, end) - element.offset;
      const own = extent === element.extent ? element : { ...element, extent };
      readings.push(readElement({ chain, view, element: own, end }, context));
    }
    chains.push({ chain, walk, end, readings });
  }
  let peers = peersOf(chains);
  let isDependent = false;
  for (const { readings } of chains) for (const { dependent } of readings) isDependent ||= dependent;
  if (isDependent) {
    const full = { ...context, peers };
    for (const { chain, end, readings } of chains) {
      for (const [i, { dependent, element }] of readings.entries()) {
        if (dependent) readings[i] = readElement({ chain, view, element, end }, full);
      }
    }
    peers = peersOf(chains);
  }
  const decoded: DecodedChain[] = [];
  for (const { walk, readings } of chains) {
    const elements: DecodedElement[] = [];
    for (const reading of readings) elements.push(finish(view, reading));
    decoded.push({ name: walk.name, ended: walk.ended, elements });
  }
  return {
    chains: decoded,
    peers,
    tangled: isDependent && isTangled(chains, decoded),
    issues: issuesOf(chains),
  };
}

/** The chain of a walk, which is most often at the same place in its list. */
function chainOf(format: SpaceFormat, name: string, place: number): SpaceChain | undefined {
  const likely = format.chains[place];
  return likely?.format.name === name ? likely : format.chains.find((one) => one.format.name === name);
}

function issuesOf(chains: readonly DecodingChain[]): readonly ChainIssue[] {
  const issues: ChainIssue[] = [];
  for (const { walk, readings } of chains) {
    issues.push(...walk.issues);
    for (const reading of readings) issues.push(...reading.issues);
  }
  return issues;
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
  readonly found: Found | null;
  readonly dependent: boolean;
  /** What it should have been, where it cannot be read. */
  readonly failed: Member | null;
  readonly issues: readonly ChainIssue[];
}

function readElement(site: ElementSite, context: CodecContext): Reading {
  const { element } = site;
  const candidates = site.chain.members.candidates(element.id, element.version);
  let dependent = false;
  for (const { peers } of candidates) if (peers.size > 0) dependent = true;
  let failure: { readonly member: Member; readonly error: DecodeError } | null = null;
  for (const member of candidates) {
    const found = tryMember(site, member, context);
    if (found instanceof DecodeError) {
      if (member.condition === null) failure ??= { member, error: found };
      continue;
    }
    if (member.condition !== null && !member.condition(found.value, context)) continue;
    const runsOver = found.size > element.extent;
    const issues = runsOver ? [overlapIssue(site, member, found.size)] : none;
    return { element, member, found, dependent, failed: null, issues };
  }
  const issues = failure === null ? none : [bodyIssue(site, failure.member, failure.error)];
  return { element, member: null, found: null, dependent, failed: failure?.member ?? null, issues };
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
  member: Member,
  view: DataView,
  offset: number,
  end: number,
  context: CodecContext,
): Found | DecodeError {
  try {
    return readFound(member, { view, offset, size: end - offset }, context);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    if (!(error instanceof CodecError)) throw error;
    // A value that was decoded and cannot be encoded: unreadable, whatever the reason.
    const { name, minSize } = member.codec;
    return new DecodeError('too-short', name, offset, minSize, end - offset);
  }
}

/** Bytes of an element followed by zeros. */
export function padded(view: DataView, offset: number, given: number, size: number): DataView {
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset + offset, given));
  return new DataView(bytes.buffer);
}

/** Adds what the value does not hold, or the bytes of a raw element. */
function finish(view: DataView, { element, member, found, failed }: Reading): DecodedElement {
  const { offset, extent } = element;
  const holes =
    member === null || found === null
      ? null
      : patchesOf({ view, offset, size: found.size }, found, member.holes);
  if (member === null || found === null || holes === null) {
    const bytes = copy(view, offset, extent);
    const raw = { name: null, size: extent, value: null, bytes, extra: nothing, holes: [] };
    if (failed === null) return elementOf(element, raw);
    const value = readPrefix(failed.layout, {
      view,
      offset,
      size: extent,
      model: failed.model,
      abi: failed.abi,
    });
    return { ...elementOf(element, raw), partial: { name: failed.name, value } };
  }
  const { value, size } = found;
  const extra = size >= extent ? nothing : copy(view, offset + size, extent - size);
  return elementOf(element, { name: member.name, size, value, bytes: null, extra, holes });
}

/** Written out: copying all properties of two objects takes several times as long. */
function elementOf(
  { id, version, offset, next, nextOffset, extent }: ChainElement,
  { name, size, value, bytes, extra, holes }: Omit<DecodedElement, keyof ChainElement>,
): DecodedElement {
  return { id, version, offset, next, nextOffset, extent, name, size, value, bytes, extra, holes };
}

/** Whether an element depends on one that depends on others itself, or that stayed raw in the end. */
function isTangled(chains: readonly DecodingChain[], decoded: readonly DecodedChain[]): boolean {
  const readings = chains.flatMap((chain) => chain.readings);
  const elements = decoded.flatMap((chain) => chain.elements);
  const unsure = new Set<string>();
  for (const [i, { member, dependent }] of readings.entries()) {
    if (member !== null && (dependent || elements[i]?.value === null)) unsure.add(member.name);
  }
  return readings.some(
    ({ member, dependent }) =>
      dependent && member !== null && [...member.peers].some((name) => unsure.has(name)),
  );
}

function copy(view: DataView, offset: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, size).slice();
}

function peersOf(chains: readonly DecodingChain[]): { readonly [struct: string]: object } {
  const peers: { [struct: string]: object } = {};
  for (const { readings } of chains) {
    for (const { member, found } of readings) {
      if (member !== null && found !== null) peers[member.name] ??= found.value;
    }
  }
  return peers;
}

/** Where elements start, ascending, over all chains; null where one chain has all, whose walk knows the extents. */
function sortedStarts(walks: readonly ChainWalk[]): readonly number[] | null {
  let filled = 0;
  for (const { elements } of walks) if (elements.length > 0) filled++;
  if (filled <= 1) return null;
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
