import type { Chain, Struct, VariantMembership } from '../../src/model/declaration.ts';
import { type Place, placeEnd } from '../../src/plan/place.ts';
import { isPlain, placeOf } from './chain-place.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';

/** A pointer of a chain: where it stands and which of its bits count. */
export interface Pointer {
  readonly place: Place;
  readonly mask: bigint;
  /** All bits count. */
  readonly whole: boolean;
}

/** A struct that elements may be, with the memberships that share a condition. */
export interface ChainMember {
  readonly struct: Struct;
  readonly memberships: readonly VariantMembership[];
  /** Ids and versions with which the struct is meant; null: any. */
  readonly tags: readonly { readonly id: number | null; readonly version: number | null }[];
  readonly condition: VariantMembership['condition'];
}

/** A chain declaration on an abi: everything that its functions need, as numbers. */
export interface ChainPlan {
  readonly chain: Chain;
  readonly facts: StructFacts;
  /** What stands behind the names of functions. */
  readonly suffix: string;
  /** What stands behind the names of functions that read and set only headers and pointers. */
  readonly walkSuffix: string;
  readonly head:
    | { readonly kind: 'fixed'; readonly offset: number }
    | ({ readonly kind: 'field'; readonly struct: string } & Pointer);
  readonly headerBytes: number;
  /** Bytes that an element takes at least. */
  readonly room: number;
  readonly id: Place;
  readonly version: Place | null;
  readonly next: Pointer;
  readonly end: readonly bigint[];
  /** The id with all bits set; null where it ends the list. */
  readonly allOnesId: number | null;
  readonly members: readonly ChainMember[];
}

/** The plans of a chain on the abis where its functions differ; none where a place depends on contents. */
export function plansOf(module: Module, chain: Chain): readonly ChainPlan[] {
  const seen = new Set<string>();
  const members = membersOf(module, chain);
  return (['lp64', 'ilp32', 'i386'] as const).flatMap((abi) => {
    const suffix = suffixOf(module, chain, members, abi);
    if (seen.has(suffix)) return [];
    seen.add(suffix);
    const plan = planOn(chain, members, module.abis[abi]);
    const walkSuffix = suffixOf(module, chain, [], abi);
    return plan === undefined ? [] : [{ ...plan, suffix, walkSuffix }];
  });
}

/** Members of a chain's set that the module's interface sees: those with a condition or version before the others. */
function membersOf(module: Module, chain: Chain): readonly ChainMember[] {
  const { model, owner } = module;
  const set = model.variants.get(chain.elements);
  const seen = new Set([owner.name, chain.interface, set?.interface ?? '']);
  for (const name of seen) for (const other of model.interfaces.get(name)?.imports ?? []) seen.add(other);
  const facts = module.abis.lp64;
  const number = (tag: VariantMembership['tags'][number] | undefined): number | null => {
    const value = tag === null || tag === undefined ? undefined : facts.constant(tag, null);
    return value === undefined ? null : Number(value);
  };
  const all = [...model.structs.values()].flatMap((struct): ChainMember[] => {
    if (!seen.has(struct.interface)) return [];
    const own = struct.memberOf.filter((membership) => membership.set === chain.elements);
    return [...new Set(own.map(({ condition }) => condition))].map((condition) => {
      const memberships = own.filter((membership) => membership.condition === condition);
      const tags = memberships.map(({ tags: [id, version] }) => ({
        id: number(id),
        version: number(version),
      }));
      return { struct, memberships, tags, condition };
    });
  });
  const isSpecial = ({ condition, tags }: ChainMember): boolean =>
    condition !== undefined || tags.some(({ version }) => version !== null);
  return [...all.filter(isSpecial), ...all.filter((member) => !isSpecial(member))];
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

function planOn(
  chain: Chain,
  members: readonly ChainMember[],
  facts: StructFacts,
): Omit<ChainPlan, 'suffix' | 'walkSuffix'> | undefined {
  const headerBytes = facts.layout(chain.header).minSize;
  const id = placeOf(facts, chain.header, chain.id);
  const version = chain.version === null ? null : placeOf(facts, chain.header, chain.version);
  const next = placeOf(facts, chain.header, chain.next.path);
  const head = chain.head.kind === 'fixed' ? chain.head : headOf(facts, chain.head);
  if (id === undefined || version === undefined || next === undefined || head === undefined) return undefined;
  const allOnes = 2n ** BigInt(id.width) - 1n;
  return {
    chain,
    facts,
    head,
    headerBytes,
    room: Math.max(headerBytes, chain.alignment),
    id,
    version,
    next: pointer(next, chain.next.mask),
    end: chain.end,
    allOnesId: chain.endIds.some((end) => end.id === allOnes) ? null : Number(allOnes),
    members,
  };
}

function headOf(facts: StructFacts, head: Chain['head'] & { kind: 'field' }): ChainPlan['head'] | undefined {
  const place = placeOf(facts, head.struct, head.path);
  return place && { kind: 'field', struct: head.struct, ...pointer(place, head.mask) };
}

function pointer(place: Place, mask: bigint): Pointer {
  const ones = 2n ** BigInt(place.width) - 1n;
  return { place, mask: mask & ones, whole: (mask & ones) === ones };
}

/** The bytes of the struct with the head that must be there for a list. */
export function headBytes({ head }: ChainPlan): number {
  return head.kind === 'fixed' ? 0 : placeEnd(head.place);
}

/** One past the last offset from the start of the buffer that elements can take; null: none. */
export function regionLast({ chain, room }: ChainPlan): number | null {
  return chain.last === null ? null : chain.last + room;
}

/** True where id, version and pointer are parts of one integer that is read as a whole. */
export function sharesUnit({ id, version, next }: ChainPlan): boolean {
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
