import type { FunctionContext } from './context.ts';
import { bitFieldValue } from './decode-bits.ts';
import { readItem, zeroOf } from './decode-members.ts';
import { readTail } from './scope.ts';

/** Reads the integers that expressions ask for and that are always there; others start as 0. */
export function declareReferences(context: FunctionContext): void {
  for (const reference of context.scope.references.values()) {
    const { item, tail, name } = reference;
    const bits = item.member.kind === 'bits';
    if (tail.length > 0) {
      const read = readTail(reference, context.plan);
      const sure =
        read !== undefined &&
        read.delta + read.bytes <= context.plan.layout.minSize &&
        item.field.condition === undefined &&
        !item.isConditional;
      if (sure) context.line(`const ${name} = ${read.text};`);
      else
        context.line(`let ${name}${zeroOf(context, reference.tail.at(-1)?.field.type ?? item.field.type)};`);
    } else if (
      item.field.condition === undefined &&
      !item.isConditional &&
      context.isSure(item, context.bytesOf(item))
    ) {
      context.line(
        `const ${name} = ${bits ? bitFieldValue(context, item) : readItem(context, item, { base: 'offset', delta: item.delta ?? 0 })};`,
      );
    } else {
      context.line(`let ${name}${zeroOf(context, item.field.type)};`);
    }
  }
  for (const item of context.plan.all) {
    const presence = context.scope.presenceOf(item);
    if (presence !== undefined && item.isConditional) context.line(`let ${presence} = false;`);
    const count = context.scope.countOf(item);
    if (count !== undefined) context.line(`let ${count} = 0;`);
  }
}
