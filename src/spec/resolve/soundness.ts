import type { Struct } from '../../model/declaration.ts';
import type { Type } from '../../model/type.ts';
import { limits } from '../limits.ts';
import type { ResolveContext } from './context.ts';

/**
 * Finds the structs that can be laid out: those whose members' types all exist and which do not contain
 * themselves. Reports structs that do.
 */
export function findSound(context: ResolveContext): ReadonlySet<string> {
  const verdicts = new Map<string, boolean>();
  const visit = (struct: Struct, trail: readonly string[]): boolean => {
    const known = verdicts.get(struct.name);
    if (known !== undefined) return known;
    const cut = trail.indexOf(struct.name);
    if (cut !== -1) {
      const cycle = [...trail.slice(cut), struct.name].join(' -> ');
      context.error('cycle', struct.span, `${struct.name} contains itself: ${cycle}.`);
      verdicts.set(struct.name, false);
      return false;
    }
    if (trail.length >= limits.structNesting) {
      context.error('too-deep', struct.span, `structs are nested more than ${limits.structNesting} deep.`);
      return false;
    }
    let sound = true;
    for (const name of struct.fields.flatMap((field) => embedded(field.type))) {
      const inner = context.structs.get(name);
      if (inner === undefined || !visit(inner, [...trail, struct.name])) sound = false;
    }
    verdicts.set(struct.name, (verdicts.get(struct.name) ?? true) && sound);
    return sound;
  };
  for (const struct of context.structs.values()) visit(struct, []);
  return new Set([...verdicts].filter(([, sound]) => sound).map(([name]) => name));
}

/** Names of the structs that a type holds by value. */
function embedded(type: Type): string[] {
  switch (type.kind) {
    case 'scalar': return [];
    case 'pointer': return [];
    case 'array': return embedded(type.element);
    case 'flexible': return embedded(type.element);
    case 'named': return [type.name];
  }
}
