import type { Struct } from '../../model/declaration.ts';
import { findField } from '../../model/path.ts';
import { compareReleases, type Release } from '../../model/release.ts';
import { scalars } from '../../model/type.ts';
import { get, type SpecNode } from '../node.ts';
import type { ResolveContext } from './context.ts';

/** Checks of a struct that tells its own size: where the size stands, and that the first release is what it says. */
export function checkGrowth(struct: Struct, node: SpecNode, context: ResolveContext): void {
  const both = struct.extensible !== undefined && struct.negotiated !== undefined;
  const extra = get(node, 'negotiated');
  if (both && extra !== undefined) {
    context.error(
      'conflict',
      extra.span,
      `${struct.name} is both extensible and negotiated, expected one of them.`,
    );
  }
  for (const key of ['extensible', 'negotiated'] as const) {
    const growth = struct[key];
    const place = get(node, key);
    if (growth === undefined || place === undefined) continue;
    if (struct.kind !== 'struct') {
      context.error('unknown-key', place.span, `${key} is in ${kindName(struct)}, expected it in a struct.`);
      continue;
    }
    checkSizeField(struct, growth.sizeField, get(place, 'size-field') ?? place, context);
    checkMinThrough(struct, growth.minThrough, get(place, 'min-through') ?? place, context);
  }
}

function kindName(struct: Struct): string {
  return struct.kind === 'union' ? 'a union' : 'a block of registers';
}

/** The kernel reads the size before anything else, so that it stands where every release has it. */
function checkSizeField(struct: Struct, name: string, node: SpecNode, context: ResolveContext): void {
  const [first] = struct.fields;
  const field = struct.fields.find((one) => one.name === name);
  if (field === undefined || first === undefined) return;
  if (field !== first) {
    const message = `the size field ${name} is not the first field, expected ${first.name ?? 'it'} there to be the size.`;
    context.error('wrong-order', node.span, message);
  }
  if (field.type.kind !== 'scalar' || scalars[field.type.name].signed || scalars[field.type.name].bytes < 4) {
    context.error(
      'wrong-type',
      node.span,
      `the size field ${name} has no fitting type, expected u32 or u64.`,
    );
  }
}

/** Fields up to the last one of the first release must be as old as the struct. */
function checkMinThrough(struct: Struct, name: string, node: SpecNode, context: ResolveContext): void {
  const root = findField(context, struct.name, name)?.[0]?.field;
  if (root === undefined) return;
  const began = struct.availability.since;
  for (const field of struct.fields.slice(0, struct.fields.indexOf(root) + 1)) {
    const { since } = field.availability;
    if (since.length === 0 || since.some((release) => !isLater(release, began))) continue;
    const message = `${field.name ?? 'a member'} is newer than ${struct.name}, expected min-through to be a field before it.`;
    context.error('wrong-order', node.span, message);
    return;
  }
}

function isLater(release: Release, began: readonly Release[]): boolean {
  return began.every((start) => compareReleases(release, start) > 0);
}
