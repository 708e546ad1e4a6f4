import { unreachable } from '../base/internal-error.ts';
import type { World } from '../codec/oracle/world.ts';
import type { Struct } from '../model/declaration.ts';
import type { Expression } from '../model/expression.ts';

/** Members of a struct that decide about its layout, by name, or `name.range` for a range of bits. */
export interface Steering {
  /** In counts, offsets and sizes. */
  readonly counts: ReadonlySet<string>;
  /** In conditions, and all of `counts`. */
  readonly all: ReadonlySet<string>;
}

const known = new WeakMap<World, Map<string, Steering>>();

/** Finds the members of a struct, and of those in place inside it, that decide about its layout. */
export function steeringOf(world: World, struct: Struct): Steering {
  const ofWorld = known.get(world) ?? new Map<string, Steering>();
  known.set(world, ofWorld);
  const steering = ofWorld.get(struct.name) ?? findSteering(world, struct);
  ofWorld.set(struct.name, steering);
  return steering;
}

function findSteering(world: World, struct: Struct): Steering {
  const counts = new Set<string>();
  const conditions = new Set<string>();
  const visit = (each: Struct): void => {
    const note = (names: Set<string>, expression: Expression | undefined): void => {
      if (expression !== undefined) collect(expression, each.name, world, names);
    };
    note(counts, each.size);
    for (const field of each.fields) {
      note(counts, field.at);
      if (field.type.kind === 'flexible') note(counts, field.count);
      note(conditions, field.condition);
      for (const range of field.bits ?? []) note(conditions, range.condition);
      for (const tag of field.variant?.tags ?? []) note(conditions, tag);
      const inner = field.type.kind === 'named' ? world.model.structs.get(field.type.name) : undefined;
      if (inner?.inline) visit(inner);
    }
  };
  visit(struct);
  return { counts, all: new Set([...counts, ...conditions]) };
}

function collect(expression: Expression, struct: string, world: World, names: Set<string>): void {
  const into = (each: Expression): void => collect(each, struct, world, names);
  switch (expression.kind) {
    case 'integer':
      return;
    case 'name': {
      const target = world.resolve(struct, expression.path);
      if (target?.kind !== 'field') return;
      const path = target.steps.flatMap(({ field }) => field.name ?? []);
      names.add([...path, ...(target.bits === undefined ? [] : [target.bits.name])].join('.'));
      return;
    }
    case 'unary':
      into(expression.operand);
      return;
    case 'binary':
      into(expression.left);
      into(expression.right);
      return;
    case 'conditional':
      into(expression.test);
      into(expression.then);
      into(expression.else);
      return;
    case 'call':
      expression.args.forEach(into);
      return;
    default:
      unreachable(expression);
  }
}
