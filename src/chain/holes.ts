import type { Layout } from '../layout/member.ts';

/** Runs of bytes of a struct that its values do not hold: holes and padding. */
export type DataHoles = readonly { readonly offset: number; readonly size: number }[];

/**
 * The bytes of a struct that belong to no field; null where they depend on the contents, or where a byte is only
 * partly in a field.
 */
export function dataHoles(layout: Layout): DataHoles | null {
  // A struct whose last member is an array of as many elements as a field says: all else has its place.
  const growing = layout.size === null && layout.kind === 'struct';
  if ((layout.size === null && !growing) || layout.kind === 'union') return null;
  const holes: { offset: number; size: number }[] = [];
  for (const member of layout.members) {
    if (member.kind === 'hole' || member.kind === 'padding') {
      if (member.bitWidth % 8 !== 0) return null;
      holes.push({ offset: member.offset, size: member.size });
      continue;
    }
    if (member.kind === 'bits' || member.condition !== null || member.offset === null) return null;
    if (member.type.kind === 'flexible') {
      // It has a size of 0 here, but elements in the bytes.
      if (!growing || member !== layout.members.at(-1)) return null;
      if (member.nested !== null && dataHoles(member.nested)?.length !== 0) return null;
      continue;
    }
    if (member.size === null) return null;
    if (member.nested === null || member.nested.size === null || member.nested.size === 0) {
      if (member.nested !== null) return null;
      continue;
    }
    const inner = dataHoles(member.nested);
    if (inner === null) return null;
    for (let at = 0; inner.length > 0 && at < member.size; at += member.nested.size) {
      for (const { offset, size } of inner) {
        if (holes.length > 1024) return null;
        holes.push({ offset: member.offset + at + offset, size });
      }
    }
  }
  return holes;
}
