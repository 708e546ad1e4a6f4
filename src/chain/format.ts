import type { Abi } from '../layout/abi.ts';
import { layOut } from '../layout/layout.ts';
import { integerNamed } from '../layout/named-integer.ts';
import type { Chain } from '../model/declaration.ts';
import { evaluate } from '../model/evaluate.ts';
import type { Model } from '../model/model.ts';
import { resolvePath } from '../model/path.ts';
import { onesOf, type Place, placeOfTarget, unsignedPlace, wholePlace } from '../plan/place.ts';
import { ChainError } from './chain-error.ts';
import { type BytesCondition, compileCondition } from './condition.ts';

/** A pointer to an element: where it stands and which of its bits count. */
export interface Pointer {
  readonly place: Place;
  readonly mask: bigint;
  /** The mask as a number, where the pointer has up to 32 bits; else 0. */
  readonly smallMask: number;
  /** All bits count. */
  readonly whole: boolean;
}

/** A chain declaration made ready for bytes of one abi. Offsets and sizes are in bytes. */
export interface ChainFormat {
  readonly name: string;
  readonly chain: Chain;
  /** The first element's pointer within the struct that holds it, or the first element's place. */
  readonly head: { readonly kind: 'fixed'; readonly offset: number } | ({ readonly kind: 'field' } & Pointer);
  /** The list exists only where this holds, over the bytes of the struct with the head. */
  readonly condition: BytesCondition | null;
  readonly headerBytes: number;
  /** The smallest room that an element takes: its header, and a whole unit of the alignment. */
  readonly room: number;
  readonly id: Place;
  readonly version: Place | null;
  readonly next: Pointer;
  /** The integer that holds id, version and pointer, where it is one of up to 32 bits; else null. */
  readonly unit: Place | null;
  /** The whole header as one integer, where a header can end the list. */
  readonly header: Place;
  readonly endHeaders: readonly {
    readonly value: bigint;
    readonly small: number;
    readonly meaning: 'empty' | 'broken';
  }[];
  readonly end: readonly number[];
  readonly endIds: readonly { readonly id: number; readonly meaning: 'empty' | 'broken' }[];
  /** Ids that another chain must hold for this one to exist; null where it always may. */
  readonly requires: { readonly chain: string; readonly ids: readonly number[] } | null;
  /** The id with all bits set, which nothing sensible has; 0 where it ends the list. */
  readonly allOnesId: number;
}

/**
 * Makes a chain declaration ready for bytes.
 *
 * @throws ChainError where the place of the head, the id, the version or the next pointer depends on contents
 */
export function compileChain(model: Model, chainName: string, abi: Abi): ChainFormat {
  const chain = model.chains.get(chainName);
  if (chain === undefined)
    throw new ChainError('bad-format', 'the model has no such chain.', { what: chainName });
  if (!(chain.alignment >= 1))
    throw new ChainError('bad-format', 'the alignment is below 1.', { what: chainName });
  const headerBytes = layOut(model, chain.header, abi).minSize;
  const place = (struct: string, path: readonly string[]): Place => fixedPlace(model, struct, path, abi);
  const { head, condition, requires } = chain;
  const id = place(chain.header, chain.id);
  const version = chain.version === null ? null : place(chain.header, chain.version);
  const next = place(chain.header, chain.next.path);
  const endIds = chain.endIds.map((end) => ({ id: Number(end.id), meaning: end.meaning }));
  const allOnes = Number(onesOf(id.width));
  return {
    name: chainName,
    chain,
    head:
      head.kind === 'fixed' ? head : { kind: 'field', ...pointer(place(head.struct, head.path), head.mask) },
    condition:
      condition === undefined || head.kind === 'fixed'
        ? null
        : compileCondition(condition, { model, struct: head.struct, abi }),
    headerBytes,
    room: Math.max(headerBytes, chain.alignment),
    id,
    version,
    next: pointer(next, chain.next.mask),
    unit: commonUnit([id, next, ...(version === null ? [] : [version])]),
    header: wholePlace({ offset: 0, bytes: Math.min(headerBytes, 8), littleEndian: true }),
    endHeaders: chain.endHeaders.map(({ value, meaning }) => ({ value, small: Number(value), meaning })),
    end: chain.end.map(Number),
    endIds,
    requires: requires === undefined ? null : { chain: requires.chain, ids: requires.ids.map(constant) },
    allOnesId: endIds.some((end) => end.id === allOnes) ? 0 : allOnes,
  };

  function constant(expression: Parameters<typeof evaluate>[0]): number {
    return Number(evaluate(expression, { lookup: (path) => integerNamed(model, path.join('.'), abi) }));
  }
}

/** One past the last byte that elements can take in a region of so many bytes. */
export function regionEnd(format: ChainFormat, size: number): number {
  const { last } = format.chain;
  return last === null ? size : Math.min(size, last + format.room);
}

/** Where a pointer's bits lead: the bits that count, as the pointer's value or the end of the list. */
export function maskedPointer(pointer: Pointer, raw: number): number {
  if (pointer.whole) return raw;
  return pointer.smallMask === 0 ? Number(BigInt(raw) & pointer.mask) : (raw & pointer.smallMask) >>> 0;
}

/** The integer that all places are parts of, if it is a small one. */
function commonUnit(places: readonly Place[]): Place | null {
  const [first] = places;
  if (first === undefined || ![1, 2, 4].includes(first.bytes)) return null;
  const { offset, bytes, littleEndian } = first;
  const same = places.every(
    (place) => place.offset === offset && place.bytes === bytes && place.littleEndian === littleEndian,
  );
  return same ? wholePlace({ offset, bytes, littleEndian }) : null;
}

function pointer(place: Place, mask: bigint): Pointer {
  const ones = onesOf(place.width);
  const own = mask & ones;
  return { place, mask: own, smallMask: place.width <= 32 ? Number(own) : 0, whole: own === ones };
}

function fixedPlace(model: Model, struct: string, path: readonly string[], abi: Abi): Place {
  const target = resolvePath(model, struct, path, () => undefined);
  const place = target && placeOfTarget(model, layOut(model, struct, abi), target, abi);
  if (place !== undefined) return unsignedPlace(place);
  const what = `${struct}.${path.join('.')}`;
  throw new ChainError('bad-format', 'a chain needs an integer at a fixed place here.', { what });
}
