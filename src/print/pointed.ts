import type { CodecLookup } from '../chain/members.ts';
import type { Site } from '../codec/oracle/site.ts';
import type { World } from '../codec/oracle/world.ts';
import { CodecError } from '../codec/runtime/errors.ts';
import { integerNamed } from '../layout/named-integer.ts';
import { evaluate } from '../model/evaluate.ts';
import type { Expression } from '../model/expression.ts';
import type { UserPointer, VariantUse } from '../model/field.ts';
import type { Type } from '../model/type.ts';
import { readInteger } from '../plan/access.ts';
import { integerFormat } from '../plan/place.ts';
import type { KnownMemory } from './known-memory.ts';

/** Most elements that are read behind a pointer. */
const elementMax = 4096;

/** What a pointer to user memory points to. */
export interface Pointed {
  /** The bytes that are known, all elements together. */
  readonly bytes: Uint8Array;
  /** False where the pointer reaches further than what is known of the memory. */
  readonly complete: boolean;
  /** Name of the elements' struct; null for plain bytes and integers. */
  readonly struct: string | null;
  /** Bytes of an element; a struct's members beyond were not given. */
  readonly size: number;
  /** Whether there may be several elements. */
  readonly array: boolean;
  /** The elements, each the value of the struct or an integer; null for plain bytes. */
  readonly elements: readonly PointedElement[] | null;
}

/** An element of what a pointer points to. */
export interface PointedElement {
  /** Bytes from where the pointer points. */
  readonly offset: number;
  readonly value: object | bigint;
}

/** What is needed to read behind a pointer. */
export interface PointedPlace {
  readonly world: World;
  /** Inside the struct that holds the pointer. */
  readonly site: Site;
  readonly codecs: CodecLookup;
  readonly memory: KnownMemory;
  /** Most elements or bytes, whatever the struct says: what the kernel had room for. */
  readonly countMax?: bigint | undefined;
}

/** Reads what a pointer points to, as its schema says; undefined where nothing is known of the memory. */
export function readPointed(pointer: UserPointer, address: bigint, place: PointedPlace): Pointed | undefined {
  const known = place.memory(address);
  if (known.length === 0) return undefined;
  const asked = place.site.evaluate(pointer.count);
  const count = place.countMax !== undefined && place.countMax < asked ? place.countMax : asked;
  if (count <= 0n) return undefined;
  const { target } = pointer;
  switch (target.kind) {
    case 'bytes':
      return bytesAt(known, count);
    case 'type':
      return elementsAt(known, target.type, pointer.unit === 'bytes' ? { bytes: count } : { count }, place);
    case 'variant': {
      const { stride } = pointer;
      const size = stride === undefined ? count : place.site.evaluate(stride);
      const run = { count: stride === undefined ? 1n : count, size, array: stride !== undefined };
      return variantsAt(known, target.use, run, place);
    }
  }
}

function bytesAt(known: Uint8Array, count: bigint): Pointed {
  const complete = count <= BigInt(known.length);
  const bytes = complete ? known.subarray(0, Number(count)) : known;
  return { bytes, complete, struct: null, size: 1, array: false, elements: null };
}

function elementsAt(
  known: Uint8Array,
  type: Type,
  amount: { readonly count: bigint } | { readonly bytes: bigint },
  place: PointedPlace,
): Pointed {
  const size = place.world.sizeOf(type);
  if (size === undefined || size === 0) {
    return bytesAt(known, 'bytes' in amount ? amount.bytes : BigInt(known.length));
  }
  const count = 'bytes' in amount ? amount.bytes / BigInt(size) : amount.count;
  const run = { count, size: BigInt(size), array: true };
  if (type.kind === 'named')
    return structsAt(known, [{ struct: type.name, condition: undefined }], run, place);
  const shown = shownOf(known, run);
  const bytes = known.subarray(0, shown * size);
  const elements = Array.from({ length: shown }, (_, i) => ({
    offset: i * size,
    value: integerAt(bytes.subarray(i * size, (i + 1) * size), type, place.world),
  }));
  return { bytes, complete: BigInt(shown) === count, struct: null, size, array: true, elements };
}

interface Run {
  readonly count: bigint;
  /** Bytes from one element to the next. */
  readonly size: bigint;
  readonly array: boolean;
}

function shownOf(known: Uint8Array, { count, size }: Run): number {
  const fitting = size === 0n ? 0n : BigInt(known.length) / size;
  const shown = fitting < count ? fitting : count;
  return Number(shown < elementMax ? shown : elementMax);
}

interface Candidate {
  readonly struct: string;
  readonly condition: Expression | undefined;
}

function variantsAt(known: Uint8Array, use: VariantUse, run: Run, place: PointedPlace): Pointed {
  const tags = use.tags.map((tag) => place.site.evaluate(tag));
  const candidates = membersOf(place.world, use.set).filter(({ tags: own }) =>
    own.every((tag, i) => tag === null || tag === tags[i]),
  );
  return candidates.length === 0 || run.size <= 0n
    ? bytesAt(known, run.count * run.size)
    : structsAt(known, candidates, run, place);
}

function structsAt(
  known: Uint8Array,
  candidates: readonly Candidate[],
  run: Run,
  place: PointedPlace,
): Pointed {
  const shown = shownOf(known, run);
  const size = Number(run.size);
  const bytes = known.subarray(0, shown * size);
  for (const { struct, condition } of candidates) {
    const values = Array.from({ length: shown }, (_, i) =>
      structAt(bytes.subarray(i * size, (i + 1) * size), struct, place),
    );
    if (!values.every((value): value is object => value !== undefined)) continue;
    const [first] = values;
    if (condition !== undefined && first !== undefined) {
      const holds = place.site.inside(struct, first, () => place.site.holds(condition));
      if (!holds) continue;
    }
    const elements = values.map((value, i) => ({ offset: i * size, value }));
    if (shown === 0) break;
    return { bytes, complete: BigInt(shown) === run.count, struct, size, array: run.array, elements };
  }
  return bytesAt(known, run.count * run.size);
}

/** A struct whose end may be missing: the kernel takes zeros for it. */
function structAt(bytes: Uint8Array, struct: string, { codecs }: PointedPlace): object | undefined {
  const codec = codecs(struct);
  if (codec === undefined) return undefined;
  const whole = bytes.length < codec.minSize ? new Uint8Array(codec.minSize) : bytes;
  if (whole !== bytes) whole.set(bytes);
  try {
    return codec.decode(new DataView(whole.buffer, whole.byteOffset, whole.byteLength));
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function integerAt(bytes: Uint8Array, type: Type, { abi }: World): bigint {
  const format = integerFormat(type, abi.endian, abi);
  return format === undefined ? 0n : readInteger(format, bytes);
}

interface Member extends Candidate {
  readonly tags: readonly (bigint | null)[];
}

const membersOfWorlds = new WeakMap<World, Map<string, readonly Member[]>>();

/** The members of a variant set, those that a condition refines first. */
function membersOf(world: World, set: string): readonly Member[] {
  const ofWorld = membersOfWorlds.get(world) ?? new Map<string, readonly Member[]>();
  membersOfWorlds.set(world, ofWorld);
  const known = ofWorld.get(set);
  if (known !== undefined) return known;
  const { model, abi } = world;
  const lookup = (path: readonly string[]): bigint | undefined => integerNamed(model, path.join('.'), abi);
  const members = [...model.structs.values()].flatMap(({ name, memberOf }) =>
    memberOf
      .filter((membership) => membership.set === set)
      .map(({ tags, condition }) => ({
        struct: name,
        condition,
        tags: tags.map((tag) => (tag === null ? null : evaluate(tag, { lookup }))),
      })),
  );
  members.sort((a, b) => Number(a.condition === undefined) - Number(b.condition === undefined));
  ofWorld.set(set, members);
  return members;
}
