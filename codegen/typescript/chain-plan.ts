import type { Chain } from '../../src/model/declaration.ts';
import { type ChainPlan, planChain } from '../../src/plan/chain.ts';
import { type ChainMember, chainMembers } from '../../src/plan/members.ts';
import { peersNamedBy } from '../../src/plan/peers.ts';
import { placeEnd } from '../../src/plan/place.ts';
import { isPlain } from './chain-place.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';

/** A chain on an abi whose functions are printed. */
export interface AbiChain extends ChainPlan {
  readonly facts: StructFacts;
  /** What stands behind the names of functions. */
  readonly suffix: string;
  /** What stands behind the names of functions that read and set only headers and pointers. */
  readonly walkSuffix: string;
  readonly members: readonly ChainMember[];
}

/** The plans of a chain on the abis on which its functions differ; none if a place depends on contents. */
export function plansOf(module: Module, chain: Chain): readonly AbiChain[] {
  const seen = new Set<string>();
  const members = membersOf(module, chain);
  return (['lp64', 'ilp32', 'i386'] as const).flatMap((abi) => {
    const suffix = suffixOf(module, chain, members, abi);
    if (seen.has(suffix)) return [];
    seen.add(suffix);
    const facts = module.abis[abi];
    const plan = planChain(facts.model, chain, facts.abi);
    const walkSuffix = suffixOf(module, chain, [], abi);
    return 'missing' in plan ? [] : [{ ...plan, facts, suffix, walkSuffix, members }];
  });
}

/** The members of a chain's set that the module's interface sees. */
function membersOf(module: Module, chain: Chain): readonly ChainMember[] {
  const { model, owner } = module;
  const set = model.variants.get(chain.elements);
  const seen = new Set([owner.name, chain.interface, set?.interface ?? '']);
  for (const name of seen) for (const other of model.interfaces.get(name)?.imports ?? []) seen.add(other);
  return chainMembers(model, chain.elements, module.abis.lp64.abi, (struct) => seen.has(struct.interface));
}

/** The functions of a chain that serve an abi. */
export function suffixOn(
  module: Module,
  chain: Chain,
  abi: 'lp64' | 'ilp32' | 'i386',
  withMembers = true,
): string {
  return suffixOf(module, chain, withMembers ? membersOf(module, chain) : [], abi);
}

function suffixOf(
  { abis }: Module,
  { head, header }: Chain,
  members: readonly ChainMember[],
  abi: 'lp64' | 'ilp32' | 'i386',
): string {
  const structs = [
    header,
    ...(head.kind === 'field' ? [head.struct] : []),
    ...members.map(({ struct }) => struct.name),
  ];
  const suffixes = structs.map((struct) => abis.suffix(abi, struct));
  return suffixes.find((suffix) => suffix === 'I386') ?? suffixes.find((suffix) => suffix !== '') ?? '';
}

/** The bytes of the struct with the head that must be there for a list. */
export function headBytes({ head }: AbiChain): number {
  return head.kind === 'fixed' ? 0 : placeEnd(head.place);
}

/** One past the last offset from the start of the buffer that elements can take; null: none. */
export function regionLast({ chain, room }: AbiChain): number | null {
  return chain.last === null ? null : chain.last + room;
}

/** True where id, version and pointer are parts of one integer that is read as a whole. */
export function sharesUnit({ id, version, next }: AbiChain): boolean {
  const places = [id, next.place, ...(version === null ? [] : [version])];
  return places.every(
    (place) =>
      isPlain(place) &&
      place.width < place.bytes * 8 &&
      place.offset === id.offset &&
      place.bytes === id.bytes &&
      place.littleEndian === id.littleEndian,
  );
}

/** The ids whose elements must be read again once the others are known; null: any may. */
export function dependentIds({ members, facts }: AbiChain): readonly number[] | null {
  const dependent = members.filter(({ struct }) => peersNamedBy(facts.model, struct.name).size > 0);
  const ids = dependent.flatMap(({ tags }) => tags.map(({ id }) => id));
  const known = ids.filter((id) => id !== null);
  return known.length < ids.length ? null : [...new Set(known)].sort((a, b) => a - b);
}
