import type { Abi } from '../../src/layout/abi.ts';
import type { BitsMember, FieldMember, Layout } from '../../src/layout/member.ts';
import type { Struct } from '../../src/model/declaration.ts';
import type { Field } from '../../src/model/field.ts';
import { scalars } from '../../src/model/type.ts';
import { type ByteOrder, orderInside } from '../../src/plan/place.ts';
import type { StructFacts } from './facts.ts';
import { isByte, type Scalar, scalarOf } from './scalar.ts';

/** One member as a codec handles it, in the order of the schema. */
export interface Item {
  readonly kind: 'scalar' | 'bits' | 'group' | 'struct' | 'bytes' | 'array';
  /** Unlike that of any other item of the plan. */
  readonly id: string;
  /** The struct that declares it, and those around, innermost first. */
  readonly scopes: readonly string[];
  readonly owner: Struct;
  readonly field: Field;
  readonly member: FieldMember | BitsMember;
  /** Null for an anonymous struct or union and for nameless bit-fields. */
  readonly name: string | null;
  /** Property names from the value of the function's struct. */
  readonly path: readonly string[];
  /** Byte offset from the start of the function's struct; null where it depends on the contents. */
  readonly delta: number | null;
  /** A struct or union in place: its members. */
  readonly items: readonly Item[];
  readonly union: boolean;
  /** The integer; of a bit-field, its declared type. */
  readonly scalar: Scalar | null;
  /** The abi with the byte order that integers have here: blocks of registers are little-endian. */
  readonly abi: Abi;
  /** True where an item around it exists only under a condition, or belongs to a union. */
  readonly isConditional: boolean;
}

/** All members of a struct; structs and unions in place are taken apart. */
export interface Plan {
  readonly struct: Struct;
  readonly layout: Layout;
  readonly facts: StructFacts;
  readonly items: readonly Item[];
  /** All items, those inside groups too. */
  readonly all: readonly Item[];
}

/** Makes the plan of a struct on the abi of the facts. */
export function planOf(name: string, facts: StructFacts): Plan {
  const struct = facts.struct(name);
  const layout = facts.layout(name);
  const around = {
    id: '',
    scopes: [],
    path: [],
    delta: 0,
    abi: facts.abi,
    isConditional: struct.kind === 'union',
  };
  const items = itemsOf(struct, layout, facts, around);
  const all: Item[] = [];
  const visit = (item: Item): void => {
    all.push(item);
    item.items.forEach(visit);
  };
  items.forEach(visit);
  return { struct, layout, facts, items, all };
}

/** Members of a list of items with those of anonymous groups in their place. */
export function namedItems(items: readonly Item[]): readonly Item[] {
  return items.flatMap((item) => {
    if (item.name !== null) return [item];
    return item.kind === 'group' ? namedItems(item.items) : [];
  });
}

/** Items with those of unconditional anonymous groups in their place. */
export function flattenAnonymous(items: readonly Item[]): readonly Item[] {
  return items.flatMap((item) => {
    const anonymous = item.kind === 'group' && item.name === null && item.field.condition === undefined;
    return anonymous ? flattenAnonymous(item.items) : [item];
  });
}

interface Around {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly path: readonly string[];
  readonly delta: number | null;
  readonly abi: Abi;
  readonly isConditional: boolean;
}

function itemsOf(struct: Struct, layout: Layout, facts: StructFacts, around: Around): Item[] {
  const scopes = [struct.name, ...around.scopes];
  const abi = withOrder(facts.abi, orderInside(struct, around.abi.endian, facts.abi));
  return layout.members.flatMap((member, i): Item[] => {
    if (member.kind === 'hole' || member.kind === 'padding') return [];
    const { field, name } = member;
    const id = `${around.id}/${name ?? i}`;
    const path = name === null ? around.path : [...around.path, name];
    const delta = member.offset === null || around.delta === null ? null : around.delta + member.offset;
    const common = {
      id,
      scopes,
      owner: struct,
      field,
      member,
      name,
      path,
      delta,
      items: [],
      union: false,
      scalar: scalarOf(field.type, abi) ?? null,
      abi,
      isConditional: around.isConditional,
    };
    if (member.kind === 'bits') return [{ ...common, kind: 'bits' }];
    const { type } = field;
    if (type.kind === 'array' && isByte(type.element)) return [{ ...common, kind: 'bytes' }];
    if (type.kind === 'flexible' && isByte(type.element)) return [{ ...common, kind: 'bytes' }];
    if (type.kind === 'array' || type.kind === 'flexible') return [{ ...common, kind: 'array' }];
    if (type.kind !== 'named') return [{ ...common, kind: 'scalar' }];
    const inner = facts.struct(type.name);
    if (!inner.inline || member.nested === null) return [{ ...common, kind: 'struct' }];
    const union = inner.kind === 'union';
    const isConditional = around.isConditional || field.condition !== undefined || union;
    const items = itemsOf(inner, member.nested, facts, { id, scopes, path, delta, abi, isConditional });
    return [{ ...common, kind: 'group', items, union }];
  });
}

/** An abi with the byte order that integers have somewhere. */
export function withOrder(abi: Abi, order: ByteOrder): Abi {
  return { ...abi, endian: order };
}

/** Bytes that belong to members of a struct, not to padding: start and end (not included) of each run. */
export function ownBytes(
  item: Item,
  facts: StructFacts,
  base: number,
  end: number,
): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  const add = (start: number, stop: number): void => {
    const last = runs.at(-1);
    if (last !== undefined && start <= last[1] && start >= last[0]) last[1] = Math.max(last[1], stop);
    else if (stop > start) runs.push([start, stop]);
  };
  const visitLayout = (layout: Layout, at: number): void => {
    for (const member of layout.members) {
      if (member.kind === 'hole' || member.kind === 'padding') continue;
      visitMember(member, member.offset === null ? null : at + member.offset);
    }
  };
  const visitMember = (member: FieldMember | BitsMember, at: number | null): void => {
    if (member.kind === 'bits') {
      const first = (at ?? 0) + Math.floor(member.bitOffset / 8);
      add(first, (at ?? 0) + Math.ceil((member.bitOffset + member.bitWidth) / 8));
      return;
    }
    const { nested } = member;
    if (at === null || member.size === null || facts.isDynamicType(member.type)) add(at ?? 0, end);
    else if (nested === null || nested.size === null || nested.size === 0) add(at, at + member.size);
    else for (let i = 0; i < member.size / nested.size; i++) visitLayout(nested, at + i * nested.size);
  };
  visitMember(item.member, item.delta === null ? null : item.delta - base);
  return runs;
}

/** Bytes of the storage of an item's declared type; only for integers. */
export function typeBytes(item: Item): number {
  return item.field.type.kind === 'scalar' ? scalars[item.field.type.name].bytes : (item.scalar?.bytes ?? 0);
}

/** Whole bytes that belong to no member, in structs in place too; unions write all their bytes themselves. */
export function holesOf(
  layout: Layout,
  base: number,
  items: readonly Item[],
): { delta: number; bytes: number }[] {
  if (layout.kind === 'union') return [];
  return layout.members.flatMap((member) => {
    if (member.kind === 'hole' || member.kind === 'padding') {
      const partial = member.bitOffset !== 0 || member.bitWidth !== member.size * 8;
      return partial ? [] : [{ delta: base + member.offset, bytes: member.size }];
    }
    const inner = items.find((item) => item.member === member);
    if (member.kind === 'bits' || inner?.kind !== 'group' || member.nested === null || member.offset === null)
      return [];
    return holesOf(member.nested, base + member.offset, inner.items);
  });
}
