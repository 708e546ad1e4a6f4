import type { World } from '../codec/oracle/world.ts';
import type { FieldMember } from '../layout/member.ts';
import type { Field } from '../model/field.ts';
import { type IntegerWriter, integerWriter } from './strace-integer.ts';

/** What is known of a struct's member before there is a value. */
export interface PlannedMember {
  readonly field: Field;
  readonly name: string | null;
  /** Bytes from the start of the struct; 0 where it depends on the contents. */
  readonly offset: number;
  /** The struct that the member is. */
  readonly struct: string | null;
  /** The struct that the elements of an array are. */
  readonly element: string | null;
  /** Another member of the struct has the same name, and conditions tell which one is there. */
  readonly twin: boolean;
  readonly integer: IntegerWriter;
}

const plansOfWorlds = new WeakMap<World, Map<string, readonly PlannedMember[]>>();

/** The members of a struct in the order of the schema. */
export function planOf(world: World, struct: string): readonly PlannedMember[] {
  const ofWorld = plansOfWorlds.get(world) ?? new Map<string, readonly PlannedMember[]>();
  plansOfWorlds.set(world, ofWorld);
  const known = ofWorld.get(struct);
  if (known !== undefined) return known;
  const fields = world.model.structs.get(struct)?.fields ?? [];
  const members = world.layout(struct)?.members ?? [];
  const plan = fields.map((field): PlannedMember => {
    const { type, name } = field;
    const inner = type.kind === 'array' || type.kind === 'flexible' ? type.element : type;
    const isArray = inner !== type;
    const placed = members.find((one): one is FieldMember => 'field' in one && one.field === field);
    return {
      field,
      name,
      offset: placed?.offset ?? 0,
      struct: !isArray && inner.kind === 'named' ? inner.name : null,
      element: isArray && inner.kind === 'named' ? inner.name : null,
      twin: name !== null && fields.filter((other) => other.name === name).length > 1,
      integer: integerWriter(world, field, inner),
    };
  });
  ofWorld.set(struct, plan);
  return plan;
}
