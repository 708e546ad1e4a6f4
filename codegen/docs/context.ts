import type { Struct } from '../../src/model/declaration.ts';
import type { Interface, Model } from '../../src/model/model.ts';
import { code, link } from './markdown.ts';

/** What a section of the page needs. */
export interface PageContext {
  readonly model: Model;
  readonly owner: Interface;
}

/** The heading of a struct, union or block of registers. */
export function structHeading(struct: Struct): string {
  return `${struct.kind} ${struct.name}`;
}

/** The name of a struct, with a link where this page has it. */
export function structLink(model: Model, name: string, owner: string): string {
  const struct = model.structs.get(name);
  return struct === undefined || struct.interface !== owner ? code(name) : link(name, structHeading(struct));
}
