import type { Struct } from '../../model/declaration.ts';
import type { Type } from '../../model/type.ts';
import { limits } from '../limits.ts';
import type { NameTable } from './name-table.ts';

/**
 * Finds the structs that can be laid out: those whose members' types all exist and which do not contain
 * themselves. Reports structs that do.
 */
export function findSound(
  context: NameTable & { readonly structs: ReadonlyMap<string, Struct> },
): ReadonlySet<string> {
  /** How many structs deep each one is; null where it cannot be laid out. */
  const depths = new Map<string, number | null>();
  const visit = (struct: Struct, trail: readonly string[]): number | null => {
    const known = depths.get(struct.name);
    if (known !== undefined) return known;
    const cut = trail.indexOf(struct.name);
    if (cut !== -1) {
      const named = trail.slice(cut).filter((name) => !name.includes('::'));
      const cycle = [...named, struct.name].join(' -> ');
      context.error('cycle', struct.span, `${struct.name} contains itself: ${cycle}.`);
      depths.set(struct.name, null);
      return null;
    }
    let depth: number | null = 1;
    // A long way down ends here, before it is a long way back; the depth below is wrong then, but too large anyway.
    const names =
      trail.length > 2 * limits.structNesting ? [] : struct.fields.flatMap((field) => embedded(field.type));
    for (const name of names) {
      const inner = context.structs.get(name);
      const below = inner === undefined ? null : visit(inner, [...trail, struct.name]);
      depth = depth === null || below === null ? null : Math.max(depth, below + 1);
    }
    if (depth !== null && (depth > limits.structNesting || trail.length > 2 * limits.structNesting)) {
      context.error('too-deep', struct.span, `structs are nested more than ${limits.structNesting} deep.`);
      depth = null;
    }
    if (depths.get(struct.name) === undefined) depths.set(struct.name, depth);
    return depths.get(struct.name) ?? null;
  };
  for (const struct of context.structs.values()) visit(struct, []);
  return new Set([...depths].filter(([, depth]) => depth !== null).map(([name]) => name));
}

/** Names of the structs that a type holds by value. */
function embedded(type: Type): string[] {
  switch (type.kind) {
    case 'scalar':
      return [];
    case 'pointer':
      return [];
    case 'array':
      return embedded(type.element);
    case 'flexible':
      return embedded(type.element);
    case 'named':
      return [type.name];
  }
}
