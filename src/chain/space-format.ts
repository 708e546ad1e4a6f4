import type { StructCodec } from '../codec/runtime/codec.ts';
import type { Abi } from '../layout/abi.ts';
import { endOfField } from '../layout/flatten.ts';
import { layOut } from '../layout/layout.ts';
import type { Chain } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import type { ConditionBit } from '../plan/asked-bits.ts';
import { ChainError } from './chain-error.ts';
import { type ChainFormat, compileChain } from './format.ts';
import { type DataHoles, dataHoles } from './holes.ts';
import { type CodecLookup, compileMembers, type MemberTable } from './members.ts';

/** A chain of a space with the structs that its elements may be. */
export interface SpaceChain {
  /** @internal */
  readonly format: ChainFormat;
  /** @internal */
  readonly members: MemberTable;
}

/** A whole buffer: a struct at its start, and the chains behind it. */
export interface SpaceFormat {
  readonly model: Model;
  readonly abi: Abi;
  /** The struct at the start, which holds the heads. */
  readonly head: {
    readonly name: string;
    readonly codec: StructCodec<object>;
    /** A shorter buffer may hold less of the struct; bytes that it has at least. */
    readonly shortest: number;
    /** Bytes that its values do not hold; null where that depends on the contents. */
    readonly holes: DataHoles | null;
    /** Being shorter is nothing wrong: the struct is negotiated. */
    readonly negotiated: boolean;
  };
  readonly chains: readonly SpaceChain[];
  /** Indices of the chains in the order in which they are walked: those that others require come first. */
  readonly order: readonly number[];
  /** For each chain the indices of those one of which must hold a required id; null where it needs none. */
  readonly sources: readonly (readonly number[] | null)[];
  /** The bit that says that there is a list, where all chains with a condition share one. */
  readonly listBit: ConditionBit | null;
}

/** What a space is made of. */
export interface SpaceParts {
  /** The struct at the start of the buffer. */
  readonly head: string;
  /** Names of the chains; all that the struct holds a head of, and those that depend on these, unless given. */
  readonly chains?: readonly string[];
  readonly abi: Abi;
  readonly codecs: CodecLookup;
}

/**
 * Makes the declarations of a struct and its chains ready for whole buffers.
 *
 * @throws ChainError where there is no such struct, no codec for it, or a chain that bytes alone cannot tell
 */
export function compileSpace(model: Model, { head, chains, abi, codecs }: SpaceParts): SpaceFormat {
  const struct = model.structs.get(head);
  const codec = codecs(head);
  if (struct === undefined || codec === undefined) {
    throw new ChainError('bad-format', 'there is no such struct, or no codec for it.', { what: head });
  }
  const layout = layOut(model, head, abi);
  const through = struct.negotiated === undefined ? null : endOfField(layout, struct.negotiated.minThrough);
  const tables = new Map<string, MemberTable>();
  const membersOf = (set: string): MemberTable => {
    const table = tables.get(set) ?? compileMembers(model, set, abi, codecs);
    tables.set(set, table);
    return table;
  };
  const compiled = (chains ?? chainsOf(model, head)).map((name) => {
    const format = compileChain(model, name, abi);
    return { format, members: membersOf(format.chain.elements) };
  });
  return {
    model,
    abi,
    head: {
      name: head,
      codec,
      holes: dataHoles(layout),
      shortest: through ?? layout.minSize,
      negotiated: through !== null,
    },
    chains: compiled,
    order: [...compiled.keys()].sort((a, b) => depthOf(compiled, a) - depthOf(compiled, b) || a - b),
    sources: compiled.map((chain) => sourcesOf(model, compiled, chain)),
    listBit: compiled.find(({ format }) => format.condition !== null)?.format.condition?.bits[0] ?? null,
  };
}

/** How many chains must be walked before a chain; one that requires itself by a circle comes last. */
function depthOf(chains: readonly SpaceChain[], index: number): number {
  let depth = 0;
  let at = chains[index];
  while (at !== undefined && at.format.requires !== null && depth <= chains.length) {
    const { chain } = at.format.requires;
    at = chains.find(({ format }) => format.name === chain);
    depth++;
  }
  return depth;
}

/** A required id may be in the named chain or in another one with the same kind of elements, as in another layout of the head. */
function sourcesOf(
  model: Model,
  chains: readonly SpaceChain[],
  { format: { requires } }: SpaceChain,
): readonly number[] | null {
  if (requires === null) return null;
  const elements = model.chains.get(requires.chain)?.elements;
  return [...chains.keys()].filter((i) => chains[i]?.format.chain.elements === elements);
}

/** Names of the chains whose head a struct holds, and of those at fixed places that depend on one of these. */
export function chainsOf(model: Model, struct: string): readonly string[] {
  const found = new Set<string>();
  const belongs = ({ head, requires }: Chain): boolean =>
    head.kind === 'field' ? head.struct === struct : requires !== undefined && found.has(requires.chain);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const chain of model.chains.values()) if (belongs(chain)) found.add(chain.name);
  }
  return [...model.chains.keys()].filter((name) => found.has(name));
}

/** A chain of a space by its name. @throws ChainError where the space has none of that name */
export function chainNamed(format: SpaceFormat, name: string): SpaceChain {
  const chain = format.chains.find((one) => one.format.name === name);
  if (chain === undefined) throw new ChainError('no-chain', 'the space has no such chain.', { what: name });
  return chain;
}
