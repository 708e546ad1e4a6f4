import type { BitsMember, FieldMember } from '../layout/member.ts';
import type { Field } from '../model/field.ts';
import { type Frame, innerFrame, type Surroundings, TermScope } from '../plan/scope.ts';
import { binary, constant, type Term } from '../plan/term.ts';

/** A field that is checked, at its place in the bytes. */
export interface Site {
  readonly path: string;
  readonly offset: number;
  readonly member: FieldMember | BitsMember;
  readonly field: Field;
  readonly frame: Frame;
  /** What expressions of the field mean. */
  readonly scope: TermScope;
  /** The field counts only where this is not 0; undefined where the bytes do not decide it; null: always. */
  readonly condition: Term | null | undefined;
}

/** All named fields of a struct that the kernel reads, in order, with those of structs inside it. */
export function sitesOf(around: Surroundings, outermost: Frame): readonly Site[] {
  return collect(around, [outermost], null);
}

function collect(
  around: Surroundings,
  frames: readonly Frame[],
  condition: Term | null | undefined,
): readonly Site[] {
  const frame = frames.at(-1) as Frame;
  const scope = new TermScope(around, frames);
  // Of a union's members without a condition nobody knows which one is meant.
  const choice = frame.layout.kind === 'union';
  return frame.layout.members.flatMap((member): readonly Site[] => {
    if (member.kind === 'hole' || member.kind === 'padding' || member.offset === null) return [];
    const { field } = member;
    if (choice && field.condition === undefined) return [];
    const own = both(condition, field.condition === undefined ? null : scope.term(field.condition));
    const inner = member.kind === 'field' ? innerFrame(around, frame, member) : undefined;
    const below = inner === undefined ? [] : collect(around, [...frames, inner], own);
    const direction = field.direction.in;
    if (member.name === null || direction === false) return below;
    const given = typeof direction === 'boolean' ? null : scope.term(direction);
    const path = frame.prefix + member.name;
    const offset = frame.offset + member.offset;
    return [{ path, offset, member, field, frame, scope, condition: both(own, given) }, ...below];
  });
}

/** Two conditions at once. */
export function both(one: Term | null | undefined, other: Term | null | undefined): Term | null | undefined {
  if (one === null) return other;
  if (other === null) return one;
  return one === undefined || other === undefined ? undefined : binary('&&', one, other);
}

/** One condition or another. */
export function either(conditions: readonly (Term | null | undefined)[]): Term | null | undefined {
  if (conditions.includes(null)) return null;
  return conditions.reduce<Term | null | undefined>(
    (one, other) => (one && other ? binary('||', one, other) : undefined),
    constant(0n),
  );
}
