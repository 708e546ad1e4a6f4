import { restName } from '../../model/bits.ts';
import type { Model } from '../../model/model.ts';
import type { Type } from '../../model/type.ts';
import type { Members } from '../runtime/members.ts';

/** The names of the members of a struct, and of those inside them. */
export function membersOf(model: Model, structName: string): Members {
  const members: Record<string, Members | null> = {};
  for (const { name, type, bits } of model.structs.get(structName)?.fields ?? []) {
    const inner = structIn(type);
    if (name === null) {
      if (inner !== null) Object.assign(members, membersOf(model, inner));
    } else if (bits !== undefined && type.kind === 'scalar') {
      members[name] = Object.fromEntries([
        ...bits.map((range) => [range.name, null]),
        [restName(bits), null],
      ]);
    } else {
      members[name] = inner === null ? null : membersOf(model, inner);
    }
  }
  return members;
}

function structIn(type: Type): string | null {
  if (type.kind === 'named') return type.name;
  return type.kind === 'array' || type.kind === 'flexible' ? structIn(type.element) : null;
}
