import { flatten } from '../layout/flatten.ts';
import { layOut } from '../layout/layout.ts';
import { integerNamed } from '../layout/named-integer.ts';
import type { Errno } from '../model/errno.ts';
import { fold } from '../model/evaluate.ts';
import type { UserPointer, VariantUse } from '../model/field.ts';
import type { Type } from '../model/type.ts';
import { type Place, placeOfMember } from '../plan/place.ts';
import type { Surroundings, TermScope } from '../plan/scope.ts';
import { constant, type Term } from '../plan/term.ts';
import type { Asked } from './field-checks.ts';
import type { Check, Plan, Target, TargetMember } from './plan.ts';
import type { Site } from './sites.ts';

/** Makes the plan of another struct. */
export type PlanOf = (struct: string) => Plan | undefined;

/** The members of a variant set that tags choose from; undefined where the tags cannot be read. */
export function variantTarget(
  around: Surroundings,
  use: VariantUse,
  scope: TermScope,
  planOf: PlanOf,
): Target | undefined {
  const tags = use.tags.map((tag) => scope.term(tag));
  if (!tags.every((tag): tag is Term => tag !== undefined)) return undefined;
  const { model, abi } = around;
  const members = [...model.structs.values()].flatMap((struct) =>
    struct.memberOf.flatMap((membership): TargetMember[] => {
      // What a condition refines cannot be told from the tags.
      if (membership.set !== use.set || membership.condition !== undefined) return [];
      const plan = planOf(struct.name);
      if (plan === undefined) return [];
      const lookup = { lookup: (path: readonly string[]) => integerNamed(model, path.join('.'), abi) };
      const values = membership.tags.map((tag) => (tag === null ? null : (fold(tag, lookup) ?? null)));
      const last = membership.minThrough;
      const end =
        last === undefined
          ? undefined
          : flatten(layOut(model, struct.name, abi)).find(({ path }) => path === last);
      const min = end?.offset == null || end.size === null ? plan.size : end.offset + end.size;
      return [{ tags: values, plan, min }];
    }),
  );
  return { tags, members };
}

/** What a user pointer's field asks for at one place of the order. */
export function pointerChecks(
  around: Surroundings,
  site: Site,
  asked: Asked & { readonly stage: 'payload' | 'memory' | 'state' },
  planOf: PlanOf,
): readonly Check[] {
  const { field, member, condition, scope } = site;
  const { userPointer } = field;
  const pointer = placeOfMember(member, { ...site, order: site.frame.order }, around.abi);
  if (userPointer === undefined || pointer === undefined || condition === undefined) return [];
  // Memory that is mapped is looked at when a device needs it, which is a matter of state.
  if (userPointer.access === 'map') return [];
  const target = targetOf(around, userPointer, scope, planOf);
  const { id } = asked;
  if (asked.stage === 'state') {
    const set =
      userPointer.target.kind === 'variant'
        ? around.model.variants.get(userPointer.target.use.set)
        : undefined;
    const place = { path: site.path, offset: site.offset, length: pointer.bytes };
    const unknown = set?.unknown ?? asked.errno;
    const known: Check[] =
      target === null || set === undefined
        ? []
        : [
            {
              id,
              condition: given(userPointer, scope, condition),
              errno: unknown,
              kind: 'variant',
              ...place,
              target,
            },
          ];
    return [...known, { id, condition, errno: unknown, kind: 'undecided', stage: 'state' }];
  }
  const { count, stride } = measure(around, userPointer, scope);
  if (count === undefined || stride === undefined) {
    return asked.errno === null
      ? []
      : [{ id, condition, errno: asked.errno, kind: 'undecided', stage: 'memory' }];
  }
  const common = { id, condition, pointer, access: userPointer.access, count, stride, target };
  if (asked.stage === 'payload') {
    return target === null || userPointer.target.kind !== 'variant'
      ? []
      : [{ ...common, kind: 'memory', part: 'length', errno: asked.errno, others: [] }];
  }
  const reads = userPointer.access === 'read' || userPointer.access === 'readwrite';
  const others = reads ? (target?.members ?? []).flatMap(({ plan }) => errnosOf(plan)) : [];
  return [{ ...common, kind: 'memory', part: 'contents', errno: asked.errno, others: [...new Set(others)] }];
}

/** A payload of no bytes is of no type. */
function given(pointer: UserPointer, scope: TermScope, condition: Term | null): Term | null {
  const count = scope.term(pointer.count);
  return count === undefined || condition !== null ? condition : count;
}

function targetOf(
  around: Surroundings,
  { target }: UserPointer,
  scope: TermScope,
  planOf: PlanOf,
): Target | null {
  switch (target.kind) {
    case 'bytes':
      return null;
    case 'type': {
      const plan = target.type.kind === 'named' ? planOf(target.type.name) : undefined;
      return plan === undefined ? null : { tags: [], members: [{ tags: [], plan, min: plan.size }] };
    }
    case 'variant':
      return variantTarget(around, target.use, scope, planOf) ?? null;
  }
}

/** Number and size of the elements. */
function measure(
  around: Surroundings,
  pointer: UserPointer,
  scope: TermScope,
): { readonly count: Term | undefined; readonly stride: Term | undefined } {
  const count = scope.term(pointer.count);
  if (pointer.stride !== undefined) return { count, stride: scope.term(pointer.stride) };
  const { target, unit } = pointer;
  if (target.kind === 'variant') return { count: constant(1n), stride: count };
  if (target.kind === 'bytes' || unit === 'bytes') return { count: constant(1n), stride: count };
  const bytes = sizeOf(around, target.type, scope);
  return { count, stride: bytes === undefined ? undefined : constant(BigInt(bytes)) };
}

function sizeOf({ model, abi }: Surroundings, type: Type, scope: TermScope): number | undefined {
  return type.kind === 'named' ? (layOut(model, type.name, abi).size ?? undefined) : scope.elementBytes(type);
}

/** Everything that checks of a plan may answer. */
export function errnosOf(plan: Plan): readonly Errno[] {
  return plan.checks.flatMap((check): Errno[] => {
    const own = check.errno === null ? [] : [check.errno];
    if (check.kind === 'array') return [...own, ...errnosOf(check.plan)];
    if (check.kind === 'memory') return [...own, ...check.others];
    if (check.kind === 'inline')
      return [...own, ...check.target.members.flatMap((member) => errnosOf(member.plan))];
    return own;
  });
}

/** True for tags that are read as they are: paths of the fields that choose a variant. */
export function tagPaths(use: VariantUse | undefined, scope: TermScope): readonly string[] {
  return (use?.tags ?? []).flatMap((tag) => {
    const term = scope.term(tag);
    return term?.kind === 'read' ? [(term.place as Place).path] : [];
  });
}
