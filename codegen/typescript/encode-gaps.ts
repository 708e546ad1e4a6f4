import type { Layout } from '../../src/layout/member.ts';
import type { FunctionContext } from './context.ts';
import { isPure } from './encode-bits.ts';
import { writeZeros } from './encode-members.ts';
import { holesOf } from './plan.ts';

/** Zeros where no member writes. */
export function zeroGaps(context: FunctionContext, layout: Layout): void {
  if (context.plan.struct.kind === 'registers' && leavesGaps(context)) {
    writeZeros(context, { base: 'offset', delta: 0 }, context.plan.layout.minSize);
    return;
  }
  // Bit-fields without a name are never written, others may share bytes with more than themselves.
  if (
    context.plan.all.some((item) => item.kind === 'bits' && (item.name === null || !isPure(context, item)))
  ) {
    writeZeros(context, { base: 'offset', delta: 0 }, context.plan.layout.minSize);
    return;
  }
  for (const { delta, field, member, owner } of context.plan.all) {
    // A member of a C struct keeps its place where its condition does not hold.
    if (field.condition === undefined || owner.kind !== 'struct' || delta === null) continue;
    writeZeros(context, { base: 'offset', delta }, member.size ?? 0);
  }
  for (const { delta, bytes } of holesOf(layout, 0, context.plan.items))
    writeZeros(context, { base: 'offset', delta }, bytes);
}

/** True where some byte of a block of registers belongs to no register that is always there. */
function leavesGaps(context: FunctionContext): boolean {
  const always = context.plan.items.filter(
    (item) => item.field.condition === undefined && item.delta !== null,
  );
  const runs = always.map((item) => ({
    start: item.delta ?? 0,
    end: (item.delta ?? 0) + (context.bytesOf(item) ?? 0),
  }));
  let covered = 0;
  for (const { start, end } of runs.sort((a, b) => a.start - b.start)) {
    if (start > covered) return true;
    covered = Math.max(covered, end);
  }
  return covered < context.plan.layout.minSize;
}
