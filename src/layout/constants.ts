import type { Scope } from '../model/evaluate.ts';
import type { Expression } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import { builtins } from '../model/path.ts';
import { flatten } from './flatten.ts';
import type { Layout } from './member.ts';

const valuesOfModels = new WeakMap<Model, ReadonlyMap<string, bigint>>();

/** The integer that a constant, flag, enum value or built-in name stands for; undefined for any other name. */
export function constantOf(model: Model, name: string): bigint | undefined {
  let values = valuesOfModels.get(model);
  if (values === undefined) {
    values = collectValues(model);
    valuesOfModels.set(model, values);
  }
  return values.get(name);
}

function collectValues(model: Model): ReadonlyMap<string, bigint> {
  const values = new Map(builtins);
  for (const { name, value } of model.constants.values()) {
    if (value.kind === 'integer') values.set(name, value.value);
  }
  for (const set of [...model.flags.values(), ...model.enums.values()]) {
    for (const { name, value } of set.values) values.set(name, value);
  }
  return values;
}

/**
 * What expressions know without a payload: constants, and sizeof, offsetof, offsetofend of declared structs.
 *
 * @param layOut gives layouts; undefined where there is no such struct or it is just being laid out
 * @param self the struct that `sizeof(self)` means
 */
export function constantScope(
  model: Model,
  layOut: (name: string) => Layout | undefined,
  self: string | null = null,
): Scope {
  return {
    lookup: (path) => (path.length === 1 ? constantOf(model, path[0] ?? '') : undefined),
    call(callee, args) {
      const [target, place] = args.map(pathOf);
      if (target === undefined) return undefined;
      const name = target === 'self' ? self : target;
      const layout = name === null ? undefined : layOut(name);
      if (layout === undefined) return undefined;
      if (callee === 'sizeof') return layout.size === null ? undefined : BigInt(layout.size);
      if (callee !== 'offsetof' && callee !== 'offsetofend') return undefined;
      const entry = flatten(layout).find(({ path }) => path === place);
      if (entry === undefined || entry.offset === null) return undefined;
      if (callee === 'offsetof') return BigInt(entry.offset);
      return entry.size === null ? undefined : BigInt(entry.offset + entry.size);
    },
  };
}

function pathOf(expression: Expression): string | undefined {
  return expression.kind === 'name' ? expression.path.join('.') : undefined;
}
