import { type Expression, partsOf } from '../../src/model/expression.ts';
import type { Model } from '../../src/model/model.ts';
import type { ChainMember, ChainPlan } from './chain-plan.ts';
import { structsIn } from './facts.ts';

/** The ids whose elements must be read again once the others are known; null: any may. */
export function dependentIds({ members, facts }: ChainPlan): readonly number[] | null {
  const dependent = members.filter((member) => dependsOnPeers(member, facts.model));
  const ids = dependent.flatMap(({ tags }) => tags.map(({ id }) => id));
  const known = ids.filter((id) => id !== null);
  return known.length < ids.length ? null : [...new Set(known)].sort((a, b) => a - b);
}

/** True where the layout or the choice of a member needs other elements (`peer.NAME`). */
function dependsOnPeers({ struct, memberships }: ChainMember, model: Model): boolean {
  return (
    memberships.some(({ condition }) => namesPeers(condition)) ||
    structNamesPeers(struct.name, model, new Set())
  );
}

function structNamesPeers(name: string, model: Model, seen: Set<string>): boolean {
  const struct = model.structs.get(name);
  if (struct === undefined || seen.has(name)) return false;
  seen.add(name);
  if (namesPeers(struct.size)) return true;
  return struct.fields.some(
    (field) =>
      [field.at, field.condition, field.count, field.auto].some(namesPeers) ||
      (field.bits ?? []).some(({ condition }) => namesPeers(condition)) ||
      structsIn(field.type).some((inner) => structNamesPeers(inner, model, seen)),
  );
}

function namesPeers(expression: Expression | undefined): boolean {
  if (expression === undefined) return false;
  if (expression.kind === 'name') return expression.path[0] === 'peer';
  return partsOf(expression).some(namesPeers);
}
