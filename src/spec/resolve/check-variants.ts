import type { Struct, VariantMembership, VariantSet } from '../../model/declaration.ts';
import { scalars } from '../../model/type.ts';
import { areApart } from './availability.ts';
import type { ResolveContext } from './context.ts';

interface Member {
  readonly struct: Struct;
  readonly membership: VariantMembership;
}

/** Checks the members of variant sets: tags that fit, and no member that another one always comes before. */
export function checkVariants(context: ResolveContext): void {
  const unconditional = new Map<string, Member[]>();
  for (const struct of context.structs.values()) {
    for (const membership of struct.memberOf) {
      const set = context.variants.get(membership.set);
      if (set === undefined || set.tags.length !== membership.tags.length) continue;
      const values = tagValues(membership, set, context);
      if (values === undefined) continue;
      const key = [set.name, ...values.map(String)].join(' ');
      const before = unconditional.get(key) ?? [];
      const other = before.find((one) => !areApart(one.struct.availability, struct.availability));
      if (other !== undefined) {
        const message = `${struct.name} has the tags of ${other.struct.name}, which comes first in ${set.name}, expected different tags or a condition (if) on ${other.struct.name}.`;
        context.error('duplicate-value', struct.span, message);
      }
      if (membership.condition === undefined) unconditional.set(key, [...before, { struct, membership }]);
    }
  }
}

function tagValues(
  membership: VariantMembership,
  set: VariantSet,
  context: ResolveContext,
): (bigint | null)[] | undefined {
  const values: (bigint | null)[] = [];
  for (const [i, expression] of membership.tags.entries()) {
    const value = expression === null ? null : context.constant(expression);
    const tag = set.tags[i];
    if (value === undefined || tag === undefined) return undefined;
    const { bytes, signed } = scalars[tag.type];
    const bits = BigInt(bytes * 8);
    const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
    if (value !== null && expression !== null && (value < least || value > most)) {
      const message = `the tag ${tag.name} is ${value}, expected ${least} to ${most} (it is a ${tag.type}).`;
      context.error('does-not-fit', expression.span, message);
      return undefined;
    }
    values.push(value);
  }
  return values;
}
