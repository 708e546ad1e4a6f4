import { InternalError } from '../base/internal-error.ts';
import { Site } from '../codec/oracle/site.ts';
import { World } from '../codec/oracle/world.ts';
import type { CodecContext, StructCodec } from '../codec/runtime/codec.ts';
import type { Abi } from '../layout/abi.ts';
import { endOfField } from '../layout/flatten.ts';
import { type Layout, layOut } from '../layout/layout.ts';
import type { Expression } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import { type ChainMember, chainMembers, type MemberTag } from '../plan/members.ts';
import { peersNamedBy } from '../plan/peers.ts';
import { type DataHoles, dataHoles } from './holes.ts';

/** Codecs by the kernel's name of the struct; undefined for one that the caller cannot read. */
export type CodecLookup = (structName: string) => StructCodec<object> | undefined;

/** A struct that an element may be. */
export interface Member {
  readonly name: string;
  readonly codec: StructCodec<object>;
  /** Ids and versions with which the struct is meant; null: any. */
  readonly tags: readonly MemberTag[];
  /** Whether the struct is meant, seen from a decoded value; null: always. */
  readonly condition: ((value: object, context: CodecContext) => boolean) | null;
  /** Bytes that a payload has at least, where it may be shorter than the struct; null where it may not. */
  readonly shortest: number | null;
  /** The structs of other elements that the layout depends on. */
  readonly peers: ReadonlySet<string>;
  /** Bytes that values do not hold; null where that depends on the contents. */
  readonly holes: DataHoles | null;
  readonly layout: Layout;
  readonly model: Model;
  readonly abi: Abi;
}

/** A member whose facts are worked out when they are needed: sets are large, and few of their structs are met. */
class LazyMember implements Member {
  readonly name: string;
  readonly tags: Member['tags'];
  readonly condition: Member['condition'];
  readonly #site: MemberSite;
  readonly #minThrough: string | undefined;
  #codec: StructCodec<object> | undefined;
  #layout: Layout | undefined;
  #shortest: number | null | undefined;
  #holes: DataHoles | null | undefined;

  constructor(site: MemberSite, { struct: { name }, tags, memberships, condition }: ChainMember) {
    this.name = name;
    this.tags = tags;
    this.condition =
      condition === undefined ? null : (value, context) => site.holds(name, condition, value, context);
    this.#site = site;
    this.#minThrough = memberships.find(({ minThrough }) => minThrough !== undefined)?.minThrough;
  }

  /** True where there is a codec. */
  get readable(): boolean {
    this.#codec ??= this.#site.codecs(this.name);
    return this.#codec !== undefined;
  }

  get codec(): StructCodec<object> {
    this.#codec ??= this.#site.codecs(this.name);
    if (this.#codec === undefined) throw new InternalError(`${this.name} has no codec`);
    return this.#codec;
  }

  get shortest(): number | null {
    this.#shortest ??= this.#minThrough === undefined ? null : endOfField(this.layout, this.#minThrough);
    return this.#shortest;
  }

  get peers(): ReadonlySet<string> {
    return peersNamedBy(this.#site.model, this.name);
  }

  get holes(): DataHoles | null {
    if (this.#holes === undefined) this.#holes = dataHoles(this.layout);
    return this.#holes;
  }

  get layout(): Layout {
    this.#layout ??= layOut(this.#site.model, this.name, this.#site.abi);
    return this.#layout;
  }

  get model(): Model {
    return this.#site.model;
  }

  get abi(): Abi {
    return this.#site.abi;
  }
}

/** What the members of a model have in common. */
class MemberSite {
  readonly model: Model;
  readonly abi: Abi;
  readonly codecs: CodecLookup;
  #world: World | undefined;

  constructor(model: Model, abi: Abi, codecs: CodecLookup) {
    this.model = model;
    this.abi = abi;
    this.codecs = codecs;
  }

  /** Whether a condition holds in a value of a struct. */
  holds(struct: string, condition: Expression, value: object, context: CodecContext): boolean {
    this.#world ??= new World(this.model, this.abi);
    const site = new Site(this.#world, struct, context);
    return site.inside(struct, value, () => site.holds(condition));
  }
}

/** Versions of an id that are remembered. */
const versionsMax = 16;

/** What an id can mean. */
interface Candidates {
  readonly members: readonly Member[];
  /** Some are meant with this id, not just with any. */
  readonly named: boolean;
  /** What is meant with each version that was seen; null where versions make no difference. */
  readonly versions: Map<number | null, readonly Member[]> | null;
}

/** The structs of a variant set, as elements of a chain choose them. */
export class MemberTable {
  readonly #members: readonly LazyMember[];
  readonly #byId = new Map<number, Candidates>();
  readonly #byName = new Map<string, LazyMember>();

  constructor(members: readonly LazyMember[]) {
    this.#members = members;
    for (const member of members) if (!this.#byName.has(member.name)) this.#byName.set(member.name, member);
  }

  /** Every member; one that no codec can read is never a candidate. */
  get all(): readonly Pick<Member, 'name' | 'tags'>[] {
    return this.#members;
  }

  /** What an element can be, in the order in which it is tried. */
  candidates(id: number, version: number | null): readonly Member[] {
    let known = this.#byId.get(id);
    if (known === undefined) {
      known = this.#withId(id);
      // Ids that nothing has are not worth remembering: bytes may hold any of them.
      if (known.named) this.#byId.set(id, known);
    }
    const { members, versions } = known;
    if (versions === null) return members;
    const found = versions.get(version);
    if (found !== undefined) return found;
    const meant = members.filter(({ tags }) =>
      tags.some(
        (tag) => (tag.id === id || tag.id === null) && (tag.version === null || tag.version === version),
      ),
    );
    if (versions.size < versionsMax) versions.set(version, meant);
    return meant;
  }

  #withId(id: number): Candidates {
    const members = this.#members.filter(
      (member) => member.tags.some((tag) => tag.id === id || tag.id === null) && member.readable,
    );
    const hasVersions = members.some(({ tags }) => tags.some((tag) => tag.version !== null));
    return {
      members,
      named: members.some(({ tags }) => tags.some((tag) => tag.id === id)),
      versions: hasVersions ? new Map() : null,
    };
  }

  /** A member by the name of its struct. */
  named(name: string): Member | undefined {
    const member = this.#byName.get(name);
    return member?.readable ? member : undefined;
  }
}

/** Prepares the members of a variant set, see {@link chainMembers}. */
export function compileMembers(model: Model, set: string, abi: Abi, codecs: CodecLookup): MemberTable {
  const site = new MemberSite(model, abi, codecs);
  return new MemberTable(chainMembers(model, set, abi).map((member) => new LazyMember(site, member)));
}
