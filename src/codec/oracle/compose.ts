import { assert, unreachable } from '../../base/internal-error.ts';
import type { BitsMember, FieldMember, Layout } from '../../layout/member.ts';
import type { Struct } from '../../model/declaration.ts';
import { type Field, isTextArray } from '../../model/field.ts';
import { scalars, type Type } from '../../model/type.ts';
import { ArraySchema } from './array.ts';
import { ArrayLength } from './array-length.ts';
import { BitFieldSchema } from './bit-field.ts';
import { BitRangesSchema } from './bit-ranges.ts';
import { BlockSchema } from './block.ts';
import { BlockMember, type CountOf } from './block-member.ts';
import { ByteArraySchema } from './byte-array.ts';
import { IntegerSchema } from './integer.ts';
import { integerKindOf } from './integer-kind.ts';
import type { MemberSchema } from './member-schema.ts';
import type { World } from './world.ts';

type Order = 'little' | 'big';

/** Composes the schema of a struct, union or register block from its layout. */
export function composeStruct(world: World, name: string): BlockSchema {
  const layout = world.layout(name);
  assert(layout !== undefined, `unknown struct: ${name}`);
  return composeBlock(world, layout, world.abi.endian);
}

/** @param around order of integers in the struct around, which one in place shares */
function composeBlock(world: World, layout: Layout, around: Order): BlockSchema {
  const struct = world.model.structs.get(layout.name);
  assert(struct !== undefined, `unknown struct: ${layout.name}`);
  const order = struct.inline ? around : struct.kind === 'registers' ? 'little' : world.abi.endian;
  const members = layout.members.flatMap((member) => {
    if (member.kind === 'hole' || member.kind === 'padding') return [];
    return [composeMember(world, struct, member, order)];
  });
  return new BlockSchema(struct, layout, members);
}

function composeMember(
  world: World,
  struct: Struct,
  member: FieldMember | BitsMember,
  order: Order,
): BlockMember {
  const countOf = struct.fields.flatMap((array) => countsOf(array, member));
  const common = { struct: struct.name, member, countOf };
  if (member.kind === 'bits') {
    const signed = member.type.kind === 'scalar' && scalars[member.type.name].signed;
    return new BlockMember({
      ...common,
      schema: new BitFieldSchema(member, signed, world.abi),
      inPlace: null,
    });
  }
  if (member.name === null && member.nested !== null) {
    const schema = composeBlock(world, member.nested, order);
    return new BlockMember({ ...common, schema, inPlace: schema });
  }
  return new BlockMember({ ...common, schema: composeField(world, member, order), inPlace: null });
}

/** Whether the count of an array is just a member, or a range of its bits. */
function countsOf({ name, count }: Field, member: FieldMember | BitsMember): readonly CountOf[] {
  if (name === null || count?.kind !== 'name' || count.path[0] !== member.name) return [];
  const [, range, ...deeper] = count.path;
  if (range === undefined) return [{ array: name, range: null }];
  const known = member.field.bits?.some((bits) => bits.name === range) ?? false;
  return known && deeper.length === 0 ? [{ array: name, range }] : [];
}

function composeField(world: World, { field, type, nested }: FieldMember, order: Order): MemberSchema {
  const kind = integerKindOf(type, world.abi, order);
  if (kind !== undefined && field.bits !== undefined)
    return new BitRangesSchema(field.name ?? '', kind, field.bits);
  return composeType(world, { field, type, nested, count: field.count ?? null }, order);
}

/** A type with the layout of what is in it and, for a flexible array, its count. */
interface Typed {
  readonly field: Field;
  readonly type: Type;
  readonly nested: Layout | null;
  readonly count: Field['count'] | null;
}

function composeType(world: World, { field, type, nested, count }: Typed, order: Order): MemberSchema {
  switch (type.kind) {
    case 'scalar':
    case 'pointer': {
      const kind = integerKindOf(type, world.abi, order);
      assert(kind !== undefined, 'scalars and pointers are integers');
      return new IntegerSchema(kind);
    }
    case 'array':
    case 'flexible': {
      const { element } = type;
      const length = new ArrayLength(type.kind === 'array' ? type.length : null, count ?? null);
      const bytes = element.kind === 'scalar' && (element.name === 'u8' || element.name === 'char');
      if (bytes) return new ByteArraySchema(length, isTextArray(field, element));
      const elements = composeType(world, { field, type: element, nested, count: null }, order);
      return new ArraySchema(elements, length);
    }
    case 'named': {
      assert(nested !== null, `no layout of ${type.name}`);
      return composeBlock(world, nested, order);
    }
    default:
      return unreachable(type);
  }
}
