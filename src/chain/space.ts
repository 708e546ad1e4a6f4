import { viewOf } from '../codec/runtime/bytes.ts';
import type { CodecContext } from '../codec/runtime/codec.ts';
import { CodecError } from '../codec/runtime/errors.ts';
import { readPlace } from '../plan/access.ts';
import { placeEnd } from '../plan/place.ts';
import { ChainError } from './chain-error.ts';
import { type DecodedChain, type DecodedElement, decodeChains, padded } from './decode.ts';
import type { ChainFormat } from './format.ts';
import type { ChainIssue } from './issue.ts';
import { Output } from './output.ts';
import { type Patch, patchesOf, readFound } from './patches.ts';
import { chainNamed, type SpaceChain, type SpaceFormat } from './space-format.ts';
import { type ChainWalk, walkChain } from './walk.ts';

/** A whole buffer taken apart; {@link encodeSpace} makes the same bytes of it. */
export interface Space {
  /** Bytes of the buffer. */
  readonly size: number;
  /** The struct at the start; null where there are too few bytes for any of it. */
  readonly head: SpaceHead | null;
  readonly chains: readonly DecodedChain[];
  /** All bytes that belong to neither the head nor an element. */
  readonly rest: readonly Patch[];
  readonly issues: readonly ChainIssue[];
  /** What only the caller knows, as it was given. */
  readonly env: NonNullable<CodecContext['env']>;
}

/** The struct at the start of a space. */
export interface SpaceHead {
  readonly name: string;
  readonly value: object;
  /** Bytes of it that the buffer holds; fields beyond are 0 in the value. */
  readonly size: number;
  readonly holes: readonly Patch[];
}

/** What only the caller knows. */
export interface SpaceOptions {
  readonly env?: NonNullable<CodecContext['env']>;
}

/** Walks all chains of a buffer. Never throws for what is in the bytes. */
export function walkSpace(format: SpaceFormat, bytes: Uint8Array): readonly ChainWalk[] {
  return walkView(format, viewOf(bytes));
}

function walkView(format: SpaceFormat, view: DataView): readonly ChainWalk[] {
  const { chains, order, sources } = format;
  const walks: (ChainWalk | undefined)[] = new Array(chains.length).fill(undefined);
  for (const i of order) {
    const chain = (chains[i] as SpaceChain).format;
    const from = sources[i] ?? null;
    walks[i] =
      from === null || isRequired(chain, from, walks)
        ? walkChain(chain, view)
        : { name: chain.name, elements: [], issues: [], ended: 'none' };
  }
  return walks as readonly ChainWalk[];
}

/** Whether one of some walks has found a required id. */
function isRequired(
  { requires }: ChainFormat,
  sources: readonly number[],
  walks: readonly (ChainWalk | undefined)[],
): boolean {
  for (const i of sources) {
    for (const { id } of walks[i]?.elements ?? []) if (requires?.ids.includes(id)) return true;
  }
  return false;
}

/** Takes a buffer apart. Never throws for what is in the bytes. */
export function decodeSpace(format: SpaceFormat, bytes: Uint8Array, options: SpaceOptions = {}): Space {
  const view = viewOf(bytes);
  const env = options.env ?? {};
  const { head, issues } = decodeHead(format, view, env);
  const context = { env, ...(head === null ? {} : { outer: head.value }) };
  const decoded = decodeChains(format, view, walkView(format, view), context);
  const space: Space = {
    size: bytes.length,
    head,
    chains: decoded.chains,
    rest: restOf(bytes, head, decoded.chains),
    issues: [...issues, ...noLayoutIssues(format, view, decoded.chains), ...decoded.issues],
    env,
  };
  // Values that do not make the same bytes are left out rather than wrong.
  return decoded.tangled ? reversible(format, bytes, space) : space;
}

/** Makes the bytes of a space again, with the values that it has now. */
export function encodeSpace(format: SpaceFormat, space: Space): Uint8Array {
  const bytes = new Uint8Array(space.size);
  for (const { offset, bytes: part } of space.rest) bytes.set(part, offset);
  for (const { elements } of space.chains) {
    for (const { offset, size, extra } of elements) {
      if (extra.length > 0 && offset + size + extra.length <= bytes.length) bytes.set(extra, offset + size);
    }
  }
  const output = new Output(bytes);
  const context = contextOf(space);
  if (space.head !== null) {
    const { name, value, size, holes } = space.head;
    const { env } = space;
    const { codec } = format.head;
    // A buffer that ends within the struct holds only its first bytes.
    output.put({ name, offset: 0, size, holes, codec, cutTo: size === space.size ? size : null }, value, {
      env,
    });
  }
  for (const chain of space.chains) {
    const { members } = chainNamed(format, chain.name);
    for (const element of chain.elements) {
      encodeElement(
        output,
        element,
        element.name === null ? undefined : members.named(element.name),
        context,
      );
    }
  }
  return bytes;
}

/** The surroundings of the elements of a space, for codecs. */
export function contextOf(space: Pick<Space, 'head' | 'chains' | 'env'>): CodecContext {
  const peers: { [struct: string]: object } = {};
  for (const { elements } of space.chains) {
    for (const { name, value } of elements) if (name !== null && value !== null) peers[name] ??= value;
  }
  return { env: space.env, peers, ...(space.head === null ? {} : { outer: space.head.value }) };
}

function encodeElement(
  output: Output,
  element: DecodedElement,
  member: { readonly codec: SpaceFormat['head']['codec'] } | undefined,
  context: CodecContext,
): void {
  const { name, offset, size, value, bytes, holes } = element;
  if (value === null || name === null) {
    if (bytes !== null) output.putBytes(`element at 0x${offset.toString(16)}`, offset, bytes);
    return;
  }
  if (member === undefined)
    throw new ChainError('bad-element', 'the chain has no such struct.', { what: name });
  const { codec } = member;
  const cutTo = codec.size !== null && size < codec.size ? size : null;
  output.put({ name, offset, size, holes, codec, cutTo }, value, context);
}

/** Zeros that stand for the end of a head that is cut short. */
const headRoom = 4096;

function decodeHead(
  format: SpaceFormat,
  view: DataView,
  env: NonNullable<CodecContext['env']>,
): { head: SpaceHead | null; issues: ChainIssue[] } {
  const { codec, name, holes: dataHoles, shortest, negotiated } = format.head;
  const given = view.byteLength;
  for (const room of [given, given + headRoom]) {
    // Where the buffer holds only the start of the struct, zeros stand for the rest.
    const whole = room === given ? view : padded(view, 0, given, room);
    if (room > given && given < shortest) break;
    try {
      const found = readFound({ codec, holes: dataHoles }, { view: whole, offset: 0, size: room }, { env });
      const { value, size: full } = found;
      const size = Math.min(full, given);
      const holes = patchesOf({ view: whole, offset: 0, size }, found, dataHoles);
      if (holes === null) break;
      const issues = size < full && !negotiated ? [headIssue(given, full, name)] : [];
      return { head: { name, value, size, holes }, issues };
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      // Too short: with zeros next, and else the head stays raw.
    }
  }
  return { head: null, issues: [headIssue(given, shortest, name)] };
}

function headIssue(found: number, expected: number, struct: string): ChainIssue {
  return { code: 'truncated-head', chain: null, offset: 0, found, expected, element: null, struct };
}

/** A bit that several layouts of the head share says that there is a list, but the layout is none of theirs. */
function noLayoutIssues(format: SpaceFormat, view: DataView, chains: readonly DecodedChain[]): ChainIssue[] {
  const { listBit: bit, head } = format;
  if (bit === null || placeEnd(bit.place) > view.byteLength) return [];
  for (const [i, { ended }] of chains.entries()) {
    if (format.chains[i]?.format.condition !== null && ended !== 'none') return [];
  }
  const found = readPlace(bit.place, view, 0);
  if ((found & bit.mask) === 0n) return [];
  return [
    {
      code: 'no-such-layout',
      chain: null,
      offset: bit.place.offset,
      found: Number(found),
      expected: 'a layout with a list',
      element: null,
      struct: head.name,
    },
  ];
}

/** The bytes outside of the head and of all extents, as runs. */
function restOf(bytes: Uint8Array, head: SpaceHead | null, chains: readonly DecodedChain[]): Patch[] {
  const taken: { readonly start: number; readonly end: number }[] = [];
  if (head !== null) taken.push({ start: 0, end: head.size });
  let ascending = true;
  let last = 0;
  for (const { elements } of chains) {
    for (const { offset, size, extent } of elements) {
      ascending &&= offset >= last;
      last = offset;
      taken.push({ start: offset, end: offset + Math.max(extent, size) });
    }
  }
  if (!ascending) taken.sort((a, b) => a.start - b.start);
  const rest: Patch[] = [];
  let end = 0;
  for (const range of taken) {
    if (range.start > end) rest.push({ offset: end, bytes: bytes.slice(end, range.start) });
    end = Math.max(end, range.end);
  }
  if (bytes.length > end) rest.push({ offset: end, bytes: bytes.slice(end) });
  return rest;
}

/** The space, with elements raw that would not make the same bytes again. */
function reversible(format: SpaceFormat, bytes: Uint8Array, space: Space): Space {
  const same = attemptEncode(format, space);
  if (same?.every((byte, i) => byte === bytes[i])) return space;
  const chains = space.chains.map((chain) => ({
    ...chain,
    elements: chain.elements.map((element) => asRaw(element, bytes)),
  }));
  const issue: ChainIssue = {
    code: 'irreversible',
    chain: null,
    offset: 0,
    found: space.size,
    expected: 'values that encode to the same bytes',
    element: null,
  };
  return { ...space, chains, rest: restOf(bytes, space.head, chains), issues: [...space.issues, issue] };
}

function attemptEncode(format: SpaceFormat, space: Space): Uint8Array | null {
  try {
    return encodeSpace(format, space);
  } catch (error) {
    if (error instanceof CodecError || error instanceof ChainError) return null;
    throw error;
  }
}

function asRaw(element: DecodedElement, bytes: Uint8Array): DecodedElement {
  const { offset, extent } = element;
  return {
    ...element,
    name: null,
    size: extent,
    value: null,
    bytes: bytes.slice(offset, offset + extent),
    extra: new Uint8Array(0),
    holes: [],
  };
}
