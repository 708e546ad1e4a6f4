import { scalars } from '../model/type.ts';
import type { BitsMember, FieldMember, Layout } from './member.ts';

/** A member as a debugger counts them: members of anonymous ones belong to the struct around. */
export interface FlatMember {
  /** `name`, or `outer.name` for a member of an inline struct or union without a C tag. */
  readonly path: string;
  /** Bytes from the start of the struct; of a bit-field, the byte with its first bit. Null where unknown. */
  readonly offset: number | null;
  /** Bytes; of a bit-field, those of its declared type. Null where it depends on the contents. */
  readonly size: number | null;
  readonly member: FieldMember | BitsMember;
}

/**
 * All named members in order: those of an anonymous struct or union without a prefix; a named inline one
 * gives itself and then its members (`check_map`, `check_map.iova`). Members of tagged structs and of arrays
 * of structs are left out.
 */
export function flatten(layout: Layout): readonly FlatMember[] {
  return flattenAt(layout, 0, '');
}

function flattenAt(layout: Layout, base: number | null, prefix: string): FlatMember[] {
  return layout.members.flatMap((member): FlatMember[] => {
    if (member.kind === 'hole' || member.kind === 'padding') return [];
    if (member.kind === 'bits') {
      if (member.name === null) return [];
      const offset = base === null ? null : base + member.offset + Math.floor(member.bitOffset / 8);
      const size = member.type.kind === 'scalar' ? scalars[member.type.name].bytes : member.size;
      return [{ path: prefix + member.name, offset, size, member }];
    }
    const offset = base === null || member.offset === null ? null : base + member.offset;
    if (member.name === null) return member.nested === null ? [] : flattenAt(member.nested, offset, prefix);
    const path = prefix + member.name;
    const inner = untagged(member) ? flattenAt(member.nested, offset, `${path}.`) : [];
    return [{ path, offset, size: member.size, member }, ...inner];
  });
}

/** One past the last byte of a field, by its path as {@link flatten} gives it; null if it has no fixed place. */
export function endOfField(layout: Layout, path: string): number | null {
  const found = flatten(layout).find((each) => each.path === path);
  return found?.offset == null || found.size === null ? null : found.offset + found.size;
}

/** True for a member whose struct or union is declared in place without a C tag (its name has `::`). */
export function untagged(member: FieldMember): member is FieldMember & { readonly nested: Layout } {
  return member.nested !== null && member.type.kind === 'named' && member.type.name.includes('::');
}
