import type { CodecLookup } from '../chain/members.ts';
import { Site } from '../codec/oracle/site.ts';
import { propertyOf } from '../codec/oracle/value.ts';
import { type World, worldOf } from '../codec/oracle/world.ts';
import type { Abi } from '../layout/abi.ts';
import type { Expression } from '../model/expression.ts';
import type { UserPointer } from '../model/field.ts';
import type { Model } from '../model/model.ts';
import { type PlannedMember, planOf } from './call-plan.ts';
import { isInteger, isObject } from './call-values.ts';
import { type KnownMemory, unknownMemory } from './known-memory.ts';
import { type Pointed, readPointed } from './pointed.ts';

/** A value whose pointers are looked for. */
export interface PointersOf {
  readonly value: object;
  readonly memory: KnownMemory;
  /** The struct that says how many elements there is room for; the value itself where it is left out. */
  readonly countsOf?: object;
}

/** A pointer of a struct, and what it points to. */
export interface FoundPointer {
  /** Names from the struct to the member, with dots. */
  readonly path: string;
  readonly address: bigint;
  readonly access: UserPointer['access'];
  readonly pointed: Pointed;
}

interface PointerSearch {
  readonly memory: KnownMemory;
  readonly countsOf: object;
  readonly path: string;
  readonly found: FoundPointer[];
}

/** Looks into arguments of calls: members that are there, ways that they go, and what they point to. */
export class CallReader {
  readonly world: World;
  readonly site: Site;
  readonly #codecs: CodecLookup;

  constructor(model: Model, abi: Abi, codecs: CodecLookup) {
    this.world = worldOf(model, abi);
    this.site = new Site(this.world, '', {});
    this.#codecs = codecs;
  }

  /** Visits the members of a struct that hold an integer and go in or out with it, those of inner structs too. */
  eachInteger(
    struct: string,
    value: object,
    way: 'in' | 'out',
    visit: (member: PlannedMember, integer: bigint) => void,
  ): void {
    this.site.inside(struct, value, () => {
      for (const member of planOf(this.world, struct)) {
        const { field, name } = member;
        const given = name === null ? value : this.given(struct, member, value);
        if (isInteger(given)) {
          if (this.goes(field.direction[way])) visit(member, BigInt(given));
        } else if (member.struct !== null && field.bits === undefined && isObject(given)) {
          if (name === null && !this.site.holds(field.condition)) continue;
          this.eachInteger(member.struct, given, way, visit);
        }
      }
    });
  }

  /** What members point to, as far as memory is known. */
  pointers(struct: string, { value, memory, countsOf }: PointersOf): readonly FoundPointer[] {
    const found: FoundPointer[] = [];
    this.#findPointers(struct, value, { memory, countsOf: countsOf ?? value, path: '', found });
    return found;
  }

  #findPointers(struct: string, value: object, search: PointerSearch): void {
    this.site.inside(struct, value, () => {
      for (const member of planOf(this.world, struct)) {
        const { name } = member;
        const given = name === null ? value : this.given(struct, member, value);
        const path = name === null ? search.path : search.path === '' ? name : `${search.path}.${name}`;
        if (isInteger(given)) {
          const pointer = member.field.userPointer;
          if (pointer === undefined) continue;
          const counts = search.countsOf;
          const room = this.site.inside(struct, counts, () => this.site.evaluate(pointer.count));
          const pointed = this.pointed(member, BigInt(given), search.memory, room);
          if (pointed === undefined) continue;
          search.found.push({ path, address: BigInt(given), access: pointer.access, pointed });
        } else if (member.struct !== null && member.field.bits === undefined && isObject(given)) {
          if (name === null && !this.site.holds(member.field.condition)) continue;
          const inner = name === null ? search.countsOf : propertyOf(search.countsOf, name);
          const countsOf = isObject(inner) ? inner : given;
          this.#findPointers(member.struct, given, { ...search, path, countsOf });
        }
      }
    });
  }

  /** The value of a member; undefined where it is not there. */
  given(struct: string, member: PlannedMember, value: object): unknown {
    const given = propertyOf(value, member.name ?? '');
    if (given === undefined || !member.twin) return given;
    const twins = planOf(this.world, struct).filter(({ name }) => name === member.name);
    return twins.find(({ field }) => this.site.holds(field.condition)) === member ? given : undefined;
  }

  /** Whether a member goes this way. */
  goes(way: boolean | Expression): boolean {
    return typeof way === 'boolean' ? way : this.site.holds(way);
  }

  /** What a member points to, as far as memory is known. */
  pointed(
    member: PlannedMember,
    address: bigint,
    memory: KnownMemory,
    countMax?: bigint,
  ): Pointed | undefined {
    const { userPointer } = member.field;
    if (userPointer === undefined || address === 0n || memory === unknownMemory) return undefined;
    const place = { world: this.world, site: this.site, codecs: this.#codecs, memory, countMax };
    return readPointed(userPointer, address, place);
  }
}
