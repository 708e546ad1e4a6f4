import { integerNamed } from '../codec/oracle/constants.ts';
import { Site } from '../codec/oracle/site.ts';
import { World } from '../codec/oracle/world.ts';
import type { CodecContext, StructCodec } from '../codec/runtime/codec.ts';
import type { Abi } from '../layout/abi.ts';
import { layOut } from '../layout/layout.ts';
import { evaluate } from '../model/evaluate.ts';
import type { Model } from '../model/model.ts';
import { type DataHoles, dataHoles } from './holes.ts';
import { dependsOnPeers } from './peers.ts';

/** Codecs by the kernel's name of the struct; undefined for one that the caller cannot read. */
export type CodecLookup = (structName: string) => StructCodec<object> | undefined;

/** A struct that an element may be. */
export interface Member {
  readonly name: string;
  readonly codec: StructCodec<object>;
  /** Ids and versions with which the struct is meant; null: any. */
  readonly tags: readonly { readonly id: number | null; readonly version: number | null }[];
  /** Whether the struct is meant, seen from a decoded value; null: always. */
  readonly condition: ((value: object, context: CodecContext) => boolean) | null;
  /** Bytes that a payload has at least, where it may be shorter than the struct; null where it may not. */
  readonly shortest: number | null;
  /** The layout depends on other elements. */
  readonly peers: boolean;
  /** Bytes that values do not hold; null where that depends on the contents. */
  readonly holes: DataHoles | null;
}

/** The structs of a variant set, as elements of a chain choose them. */
export class MemberTable {
  readonly all: readonly Member[];
  readonly #byId = new Map<number, readonly Member[]>();
  readonly #anyId: readonly Member[];

  constructor(members: readonly Member[]) {
    this.all = members;
    const ids = new Set(members.flatMap(({ tags }) => tags.map(({ id }) => id)));
    for (const id of ids) {
      if (id === null) continue;
      this.#byId.set(
        id,
        members.filter(({ tags }) => tags.some((tag) => tag.id === id || tag.id === null)),
      );
    }
    this.#anyId = members.filter(({ tags }) => tags.some(({ id }) => id === null));
  }

  /** What an element can be, in the order in which it is tried. */
  candidates(id: number, version: number | null): readonly Member[] {
    const members = this.#byId.get(id) ?? this.#anyId;
    if (members.every(({ tags }) => tags.every((tag) => tag.version === null))) return members;
    return members.filter(({ tags }) =>
      tags.some(
        (tag) => (tag.id === id || tag.id === null) && (tag.version === null || tag.version === version),
      ),
    );
  }

  /** A member by the name of its struct. */
  named(name: string): Member | undefined {
    return this.all.find((member) => member.name === name);
  }
}

/**
 * Collects the members of a variant set: those with a condition or a version before the others, and else in the order
 * of declaration, so that another schema can add a special case behind a general one.
 */
export function compileMembers(model: Model, set: string, abi: Abi, codecs: CodecLookup): MemberTable {
  const world = new World(model, abi);
  const members: { readonly member: Member; readonly rank: number }[] = [];
  for (const struct of model.structs.values()) {
    const memberships = struct.memberOf.filter((membership) => membership.set === set);
    const codec = memberships.length === 0 ? undefined : codecs(struct.name);
    if (codec === undefined) continue;
    // Memberships that differ in the condition are members of their own.
    for (const condition of new Set(memberships.map((membership) => membership.condition))) {
      const alike = memberships.filter((membership) => membership.condition === condition);
      const tags = alike.map(({ tags: [id, version] }) => ({ id: tag(id), version: tag(version) }));
      const site = (value: object, context: CodecContext): boolean => {
        const place = new Site(world, struct.name, context);
        return place.inside(struct.name, value, () => place.holds(condition));
      };
      const layout = layOut(model, struct.name, abi);
      const short = alike.find(({ minThrough }) => minThrough !== undefined)?.minThrough;
      const member: Member = {
        name: struct.name,
        codec,
        tags,
        condition: condition === undefined ? null : site,
        shortest: short === undefined ? null : endOfField(layout, short),
        peers: dependsOnPeers(model, struct.name),
        holes: dataHoles(layout),
      };
      const special = condition !== undefined || tags.some(({ version }) => version !== null);
      members.push({ member, rank: special ? 0 : 1 });
    }
  }
  return new MemberTable(members.sort((a, b) => a.rank - b.rank).map(({ member }) => member));

  function tag(expression: Parameters<typeof evaluate>[0] | null | undefined): number | null {
    if (expression === null || expression === undefined) return null;
    return Number(evaluate(expression, { lookup: (path) => integerNamed(model, path.join('.'), abi) }));
  }
}

/** One past the last byte of a field, null where it has no fixed place. */
export function endOfField(layout: ReturnType<typeof layOut>, name: string): number | null {
  for (const member of layout.members) {
    if (member.kind === 'hole' || member.kind === 'padding') continue;
    if (member.name !== name || member.offset === null || member.size === null) continue;
    return member.offset + member.size;
  }
  return null;
}
