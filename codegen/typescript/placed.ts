import type { Expression } from '../../src/model/expression.ts';
import type { Plan } from './plan.ts';

/** An expression with the structs that it stands in, innermost first. */
export interface Placed {
  readonly scopes: readonly string[];
  readonly expression: Expression;
  /** True where it only says what an encoder fills in. */
  readonly auto: boolean;
}

/** Every expression that decides about the bytes of a plan's items, with the structs that it stands in. */
export function expressionsOf(plan: Plan): readonly Placed[] {
  const own =
    plan.struct.size === undefined
      ? []
      : [{ scopes: [plan.struct.name], expression: plan.struct.size, auto: false }];
  const members = plan.all.flatMap(({ field, scopes }) => {
    const { condition, at, count, auto } = field;
    const layout = [
      condition,
      at,
      field.type.kind === 'flexible' ? count : undefined,
      ...(field.bits ?? []).map((bits) => bits.condition),
    ];
    return [
      ...layout.flatMap((expression) =>
        expression === undefined ? [] : [{ scopes, expression, auto: false }],
      ),
      ...(auto === undefined ? [] : [{ scopes, expression: auto, auto: true }]),
    ];
  });
  return [...members, ...own];
}
