import type { CodecContext } from '../codec/runtime/codec.ts';
import { ChainError } from './chain-error.ts';
import { startDraft } from './draft.ts';
import { linkAll } from './edit.ts';
import { elementBytes, type NewElement } from './element.ts';
import { Occupancy } from './occupancy.ts';
import { encodeAlone } from './output.ts';
import { placeInOrder } from './placement.ts';
import { contextOf, decodeSpace, encodeSpace, type Space } from './space.ts';
import { chainNamed, type SpaceFormat } from './space-format.ts';

/** What a space is built from. */
export interface SpaceContents {
  /** The struct at the start; fields that are left out get their defaults. */
  readonly head?: object;
  /** Elements by the names of their chains, in the order of the lists. */
  readonly chains?: { readonly [chain: string]: readonly NewElement[] };
  /** Bytes of the buffer; as many as are needed (a chain with a last place: up to there) unless given. */
  readonly size?: number;
  readonly env?: NonNullable<CodecContext['env']>;
}

/**
 * Builds a whole buffer: the struct at the start, and its chains, each element behind the one before.
 *
 * @returns the space; encodeSpace gives its bytes
 * @throws ChainError where something does not fit or the struct says that there is no such chain; EncodeError for a
 *   bad value
 */
export function buildSpace(format: SpaceFormat, contents: SpaceContents): Space {
  const { chains = {}, env = {} } = contents;
  const head = encodeAlone(format.head.codec, contents.head ?? {}, { env });
  const size = contents.size ?? sizeFor(format, chains, head.length);
  if (size < head.length) {
    const detail = { what: format.head.name, needed: head.length, free: size };
    throw new ChainError('no-room', 'the buffer is smaller than the struct at its start.', detail);
  }
  const bytes = new Uint8Array(size);
  bytes.set(head);
  let space = decodeSpace(format, bytes, { env });
  // Chains that others require come first.
  const names = Object.keys(chains).sort((a, b) => rank(format, a) - rank(format, b));
  const placed: Placed[] = [];
  for (const name of names) space = addAll({ format, chains, placed, fixedSize: contents.size }, space, name);
  return space;
}

/** The bytes of {@link buildSpace}. */
export function buildBytes(format: SpaceFormat, contents: SpaceContents): Uint8Array {
  return encodeSpace(format, buildSpace(format, contents));
}

/** Where an element has gone. */
interface Placed {
  readonly offset: number;
  readonly size: number;
}

/** What the chains of a buffer have in common while they are added. */
interface Building {
  readonly format: SpaceFormat;
  readonly chains: NonNullable<SpaceContents['chains']>;
  readonly placed: Placed[];
  readonly fixedSize: number | undefined;
}

function addAll({ format, chains, placed, fixedSize }: Building, space: Space, name: string): Space {
  const elements = chains[name] ?? [];
  if (elements.length === 0) return space;
  const draft = startDraft(format, space, name);
  const context = { ...contextOf(space), peers: peersOf(chains) };
  const pieces = elements.map((element) => ({
    bytes: elementBytes(draft.chain, element, context),
    what: element.name ?? `element of ${name}`,
  }));
  if (elements.length > draft.chain.format.chain.limit) {
    const detail = { what: name, needed: elements.length, free: draft.chain.format.chain.limit };
    throw new ChainError('no-room', 'the list has more elements than allowed.', detail);
  }
  const occupancy = new Occupancy(space.size);
  occupancy.takeContents(draft.bytes);
  occupancy.take(0, space.head?.size ?? 0);
  for (const { offset, size } of placed) occupancy.take(offset, size);
  const offsets = placeInOrder(draft, occupancy, pieces, fixedSize);
  for (const [i, { bytes }] of pieces.entries()) {
    const offset = offsets[i] ?? 0;
    draft.bytes.set(bytes, offset);
    placed.push({ offset, size: bytes.length });
  }
  linkAll(draft, offsets);
  const built = decodeSpace(format, draft.bytes, { env: space.env });
  const found = built.chains.find((chain) => chain.name === name);
  if (found?.elements.length === elements.length && found.ended === 'end') return built;
  const detail = { what: name, needed: elements.length, free: found?.elements.length ?? 0 };
  throw new ChainError('no-chain', `a walk of it ends with ${found?.ended}.`, detail);
}

/** The values that other elements' layouts may depend on. */
function peersOf(chains: {
  readonly [chain: string]: readonly NewElement[];
}): NonNullable<CodecContext['peers']> {
  const peers: { [struct: string]: object } = {};
  for (const { name, value } of Object.values(chains).flat()) {
    if (name !== undefined && name !== null && value !== undefined && value !== null) peers[name] ??= value;
  }
  return peers;
}

function sizeFor(format: SpaceFormat, chains: NonNullable<SpaceContents['chains']>, head: number): number {
  const ends = Object.entries(chains).flatMap(([name, elements]) => {
    const { format: chain } = chainNamed(format, name);
    return elements.length > 0 && chain.chain.last !== null ? [chain.chain.last + chain.room] : [];
  });
  return Math.max(head, ...ends);
}

function rank(format: SpaceFormat, name: string): number {
  return chainNamed(format, name).format.requires === null ? 0 : 1;
}
