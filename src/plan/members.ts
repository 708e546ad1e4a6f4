import type { Abi } from '../layout/abi.ts';
import type { Struct, VariantMembership } from '../model/declaration.ts';
import type { Model } from '../model/model.ts';
import { numberOf } from './chain.ts';

/** An id and version with which a struct is meant; null: any. */
export interface MemberTag {
  readonly id: number | null;
  readonly version: number | null;
}

/** A struct that elements of a chain may be, with the memberships that share a condition. */
export interface ChainMember {
  readonly struct: Struct;
  readonly memberships: readonly VariantMembership[];
  readonly tags: readonly MemberTag[];
  readonly condition: VariantMembership['condition'];
}

/**
 * The members of a variant set: those with a condition or a version before the others, otherwise in the order of
 * declaration, so that another schema can add a special case to a general one.
 */
export function chainMembers(
  model: Model,
  set: string,
  abi: Abi,
  isSeen: (struct: Struct) => boolean = () => true,
): readonly ChainMember[] {
  const tag = (expression: VariantMembership['tags'][number] | undefined): number | null =>
    expression === null || expression === undefined ? null : numberOf(model, expression, abi);
  const all = [...model.structs.values()].filter(isSeen).flatMap((struct): ChainMember[] => {
    const own = struct.memberOf.filter((membership) => membership.set === set);
    // Memberships that differ in the condition are members of their own.
    return [...new Set(own.map(({ condition }) => condition))].map((condition) => {
      const memberships = own.filter((membership) => membership.condition === condition);
      const tags = memberships.map(({ tags: [id, version] }) => ({ id: tag(id), version: tag(version) }));
      return { struct, memberships, tags, condition };
    });
  });
  const isSpecial = ({ condition, tags }: ChainMember): boolean =>
    condition !== undefined || tags.some(({ version }) => version !== null);
  return [...all.filter(isSpecial), ...all.filter((member) => !isSpecial(member))];
}
