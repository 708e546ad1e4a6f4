import { viewOf } from '../codec/runtime/bytes.ts';
import { readPlace, writePlace } from '../plan/access.ts';
import type { Place } from '../plan/place.ts';
import { ChainError } from './chain-error.ts';
import type { DecodedChain, DecodedElement } from './decode.ts';
import { Links } from './links.ts';
import { type Occupancy, occupancyOf, type UnknownOwns } from './occupancy.ts';
import { decodeSpace, encodeSpace, type Space } from './space.ts';
import { chainNamed, type SpaceChain, type SpaceFormat } from './space-format.ts';

/** A space's bytes while one of its chains is edited. */
export class Draft {
  readonly format: SpaceFormat;
  readonly space: Space;
  readonly chain: SpaceChain;
  readonly decoded: DecodedChain;
  /** Whether the list existed before the edit. */
  readonly exists: boolean;
  bytes: Uint8Array;

  constructor(format: SpaceFormat, space: Space, chain: SpaceChain, decoded: DecodedChain) {
    this.format = format;
    this.space = space;
    this.chain = chain;
    this.decoded = decoded;
    this.bytes = encodeSpace(format, space);
    this.exists = new Links(chain.format, this.bytes).exists;
  }

  occupancy(unknownOwns: UnknownOwns, without?: ReadonlySet<DecodedElement>): Occupancy {
    return occupancyOf(this.space, unknownOwns, without);
  }

  /** Makes the bytes of an element zero, but for those that others own too. */
  clear(element: DecodedElement, size: number, without: readonly DecodedElement[] = [element]): void {
    const others = this.occupancy('extent', new Set(without));
    for (let at = element.offset; at < element.offset + size; at++) {
      if (others.isFree(at, 1)) this.bytes[at] = 0;
    }
  }

  /** Says in the struct with the head that there is a list, or none. @throws ChainError where it cannot say so */
  announce(there: boolean): void {
    const links = new Links(this.chain.format, this.bytes);
    if (links.exists === there) return;
    links.announce(there);
    if (!there || links.exists) return;
    const { name } = this.chain.format;
    throw new ChainError('no-chain', 'the struct with the head says that there is no such list.', {
      what: name,
    });
  }

  /** Takes over bits of another copy of an element. */
  copyPlace(place: Place, from: Uint8Array, to: number): void {
    writePlace(place, viewOf(this.bytes), to, readPlace(place, viewOf(from), 0));
  }

  /** More room at the end. */
  grow(size: number): void {
    const grown = new Uint8Array(Math.max(size, this.bytes.length));
    grown.set(this.bytes);
    this.bytes = grown;
  }

  /** Less room at the end. @throws ChainError where something stands there */
  shrink(size: number): void {
    const free = this.bytes.length - (this.bytes.findLastIndex((byte) => byte !== 0) + 1);
    if (this.bytes.length - size > free || size > this.bytes.length) {
      const detail = { what: this.chain.format.name, needed: this.bytes.length - size, free };
      throw new ChainError('no-room', 'the end of the buffer is not empty.', detail);
    }
    this.bytes = this.bytes.slice(0, size);
  }
}

/** @throws ChainError where the space has no such chain */
export function startDraft(format: SpaceFormat, space: Space, chainName: string): Draft {
  const chain = chainNamed(format, chainName);
  const decoded = space.chains.find(({ name }) => name === chainName);
  if (decoded === undefined)
    throw new ChainError('no-chain', 'the space has no such chain.', { what: chainName });
  return new Draft(format, space, chain, decoded);
}

/** The space that an edit made. */
export function finishDraft({ format, space, bytes }: Draft): Space {
  return decodeSpace(format, bytes, { env: space.env });
}
