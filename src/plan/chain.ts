import type { Abi } from '../layout/abi.ts';
import { formatExpression } from '../layout/expression-text.ts';
import { layOut } from '../layout/layout.ts';
import { integerNamed } from '../layout/named-integer.ts';
import type { Chain } from '../model/declaration.ts';
import { evaluate } from '../model/evaluate.ts';
import type { Model } from '../model/model.ts';
import { resolvePath } from '../model/path.ts';
import { onesOf, type Place, placeOfTarget, unsignedPlace, wholePlace } from './place.ts';
import { outermostFrame, TermScope } from './scope.ts';
import type { Term } from './term.ts';

/** A pointer to an element: where it stands and which of its bits count. */
export interface Pointer {
  readonly place: Place;
  readonly mask: bigint;
  /** All bits count. */
  readonly whole: boolean;
}

/** A chain declaration on an abi, with every place resolved. Offsets and sizes are in bytes. */
export interface ChainPlan {
  readonly chain: Chain;
  /** The first element's place, or its pointer within the struct that holds the head. */
  readonly head:
    | { readonly kind: 'fixed'; readonly offset: number }
    | ({ readonly kind: 'field'; readonly struct: string } & Pointer);
  /** The list exists only if this is not 0, over the bytes of the struct with the head; null: always. */
  readonly condition: Term | null;
  readonly headerBytes: number;
  /** The smallest room that an element takes: its header, and a whole unit of the alignment. */
  readonly room: number;
  readonly id: Place;
  readonly version: Place | null;
  readonly next: Pointer;
  /** The first bytes of a header, at most 8, as one integer: what headers that end the list are compared with. */
  readonly header: Place;
  /** The id with all bits set, which no element has; null if the declaration says that it ends the list. */
  readonly allOnesId: number | null;
  /** Ids of which another chain must hold one for this chain to exist; null: it needs none. */
  readonly requires: { readonly chain: string; readonly ids: readonly number[] } | null;
}

/** What a plan lacks: an integer at a fixed place. */
export interface MissingPlace {
  /** The struct with the path, or with the condition. */
  readonly missing: string;
}

/** Resolves the places of a chain. */
export function planChain(model: Model, chain: Chain, abi: Abi): ChainPlan | MissingPlace {
  const { head, condition, requires } = chain;
  const missing: string[] = [];
  const place = (struct: string, path: readonly string[]): Place => {
    const found = fixedPlace(model, struct, path, abi);
    if (found === undefined) missing.push(`${struct}.${path.join('.')}`);
    return found ?? nowhere;
  };
  const headerBytes = layOut(model, chain.header, abi).minSize;
  const id = place(chain.header, chain.id);
  const allOnes = onesOf(id.width);
  const plan: ChainPlan = {
    chain,
    head:
      head.kind === 'fixed'
        ? head
        : { kind: 'field', struct: head.struct, ...pointer(place(head.struct, head.path), head.mask) },
    condition: condition === undefined || head.kind === 'fixed' ? null : conditionOf(head.struct, condition),
    headerBytes,
    room: Math.max(headerBytes, chain.alignment),
    id,
    version: chain.version === null ? null : place(chain.header, chain.version),
    next: pointer(place(chain.header, chain.next.path), chain.next.mask),
    header: wholePlace({ offset: 0, bytes: Math.min(headerBytes, 8), littleEndian: true }),
    allOnesId: chain.endIds.some((end) => end.id === allOnes) ? null : Number(allOnes),
    requires:
      requires === undefined
        ? null
        : { chain: requires.chain, ids: requires.ids.map((each) => numberOf(model, each, abi)) },
  };
  const [first] = missing;
  return first === undefined ? plan : { missing: first };

  function conditionOf(struct: string, expression: NonNullable<Chain['condition']>): Term | null {
    const around = { model, abi, env: {} };
    const term = new TermScope(around, [outermostFrame(around, struct)]).term(expression);
    if (term === undefined) missing.push(`${struct}: ${formatExpression(expression)}`);
    return term ?? null;
  }
}

const nowhere: Place = wholePlace({ offset: 0, bytes: 1, littleEndian: true });

function pointer(place: Place, mask: bigint): Pointer {
  const ones = onesOf(place.width);
  return { place, mask: mask & ones, whole: (mask & ones) === ones };
}

/** Where a path of a struct stands, without a sign; undefined if that depends on contents, or it is not an integer. */
export function fixedPlace(
  model: Model,
  struct: string,
  path: readonly string[],
  abi: Abi,
): Place | undefined {
  const target = resolvePath(model, struct, path, () => undefined);
  const place = target && placeOfTarget(model, layOut(model, struct, abi), target, abi);
  return place && unsignedPlace(place);
}

/** The value of a constant expression as a number. */
export function numberOf(model: Model, expression: Parameters<typeof evaluate>[0], abi: Abi): number {
  return Number(evaluate(expression, { lookup: (path) => integerNamed(model, path.join('.'), abi) }));
}
