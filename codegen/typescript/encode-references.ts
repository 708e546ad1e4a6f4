import type { FunctionContext } from './context.ts';
import { isDeclared } from './encode-members.ts';
import type { Item } from './plan.ts';
import { mustBeScalar } from './scalar.ts';
import { readTail } from './scope.ts';

/** Declares the integers that expressions ask for and that not every value has. */
export function declareReferences(context: FunctionContext): void {
  for (const { item, tail, name } of context.scope.references.values()) {
    const type = tail.at(-1)?.field.type ?? item.field.type;
    const bits = item.member.kind === 'bits';
    // What is written unconditionally at the top level is a constant there.
    if (tail.length === 0 && !bits && item.field.condition === undefined && !item.isConditional) continue;
    if (tail.length > 0 && item.field.condition === undefined && !item.isConditional) continue;
    if (bits && item.field.condition === undefined && !item.isConditional) continue;
    const wide = mustBeScalar(type, context.facts.abi).js === 'bigint' && !bits;
    context.line(`let ${name} = ${wide ? '0n' : '0'};`);
  }
  for (const item of context.plan.all) {
    const presence = context.scope.presenceOf(item);
    if (presence !== undefined && item.isConditional) context.line(`let ${presence} = false;`);
    const count = context.scope.countOf(item);
    if (count !== undefined) context.line(`let ${count} = 0;`);
  }
  const flexible = context.plan.items.at(-1);
  if (context.dynamic && !context.tracks && flexible !== undefined) {
    const starts = context.plan.struct.kind === 'union' ? context.plan.layout.minSize : 0;
    if (flexible.field.condition !== undefined || context.plan.struct.kind === 'union')
      context.line(`let bytes = ${starts};`);
  }
}

/** Integers inside a nested struct that expressions ask for, read back from what was written. */
export function readTails(context: FunctionContext, item: Item): void {
  for (const reference of context.scope.references.values()) {
    if (reference.item !== item || reference.tail.length === 0) continue;
    const read = readTail(reference, context.plan);
    const declare = isDeclared(item) ? '' : 'const ';
    const zero =
      mustBeScalar(reference.tail.at(-1)?.field.type ?? item.field.type, context.facts.abi).js === 'bigint'
        ? '0n'
        : '0';
    if (read === undefined) {
      if (declare !== '') context.line(`const ${reference.name} = ${zero};`);
      continue;
    }
    const sure = read.delta + read.bytes <= context.plan.layout.minSize;
    const text = sure
      ? read.text
      : `offset + ${read.delta + read.bytes} <= view.byteLength ? ${read.text} : ${zero}`;
    context.line(`${declare}${reference.name} = ${text};`);
  }
}
