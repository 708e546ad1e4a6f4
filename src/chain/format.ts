import type { Abi } from '../layout/abi.ts';
import type { Model } from '../model/model.ts';
import { type ChainPlan, type Pointer as PointerPlan, planChain } from '../plan/chain.ts';
import { type Place, wholePlace } from '../plan/place.ts';
import { ChainError } from './chain-error.ts';
import { type BytesCondition, compileCondition } from './condition.ts';

/** A pointer to an element: where it stands and which of its bits count. */
export interface Pointer extends PointerPlan {
  /** The mask as a number if the pointer has up to 32 bits; otherwise 0. */
  readonly smallMask: number;
}

/** The plan of a chain, prepared for bytes of one abi. */
export interface ChainFormat extends Omit<ChainPlan, 'head' | 'condition' | 'next' | 'allOnesId'> {
  readonly name: string;
  readonly head: { readonly kind: 'fixed'; readonly offset: number } | ({ readonly kind: 'field' } & Pointer);
  /** The list exists only if this holds, over the bytes of the struct with the head. */
  readonly condition: BytesCondition | null;
  readonly next: Pointer;
  /** The integer that holds id, version and pointer, if it is one of up to 32 bits; otherwise null. */
  readonly unit: Place | null;
  readonly endHeaders: readonly {
    readonly value: bigint;
    readonly small: number;
    readonly meaning: 'empty' | 'broken';
  }[];
  readonly end: readonly number[];
  readonly endIds: readonly { readonly id: number; readonly meaning: 'empty' | 'broken' }[];
  /** The id with all bits set, which no element has; 0 if it ends the list. */
  readonly allOnesId: number;
}

/**
 * Prepares a chain declaration for bytes.
 *
 * @throws ChainError if the place of the head, the id, the version or the next pointer depends on contents
 */
export function compileChain(model: Model, chainName: string, abi: Abi): ChainFormat {
  const chain = model.chains.get(chainName);
  if (chain === undefined)
    throw new ChainError('bad-format', 'the model has no such chain.', { what: chainName });
  if (!(chain.alignment >= 1))
    throw new ChainError('bad-format', 'the alignment is below 1.', { what: chainName });
  const plan = planChain(model, chain, abi);
  if ('missing' in plan) {
    throw new ChainError('bad-format', 'a chain needs an integer at a fixed place here.', {
      what: plan.missing,
    });
  }
  const { id, version, next } = plan;
  return {
    ...plan,
    name: chainName,
    head: plan.head.kind === 'fixed' ? plan.head : { ...plan.head, ...quickPointer(plan.head) },
    condition: plan.condition === null ? null : compileCondition(plan.condition),
    next: quickPointer(next),
    unit: commonUnit([id, next.place, ...(version === null ? [] : [version])]),
    endHeaders: chain.endHeaders.map(({ value, meaning }) => ({ value, small: Number(value), meaning })),
    end: chain.end.map(Number),
    endIds: chain.endIds.map((end) => ({ id: Number(end.id), meaning: end.meaning })),
    allOnesId: plan.allOnesId ?? 0,
  };
}

function quickPointer(plan: PointerPlan): Pointer {
  return { ...plan, smallMask: plan.place.width <= 32 ? Number(plan.mask) : 0 };
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
