import type { Span } from '../base/span.ts';
import type { Model } from '../model/model.ts';

/** Stands for every place in the text of a schema. */
const noSpan: Span = { file: '', start: 0, end: 0 };

/**
 * The same model, smaller and quicker to load: without the places in the schema's text, and with things that are alike
 * (types, releases, expressions) being the same object. Declarations, fields and ranges of bits stay objects of their
 * own, which programs may tell apart.
 */
export function compactModel(model: Model): Model {
  const known = new Map<string, object>();
  const ids = new Map<object, number>();

  const idOf = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
    let id = ids.get(value);
    if (id === undefined) {
      id = ids.size;
      ids.set(value, id);
    }
    return `#${id}`;
  };
  const share = (value: object, parts: readonly unknown[]): object => {
    const key = JSON.stringify([Array.isArray(value), Object.keys(value), parts.map(idOf)]);
    const found = known.get(key) ?? value;
    known.set(key, found);
    return found;
  };
  const compact = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, compact(each)]));
    if (Array.isArray(value)) {
      const elements = value.map(compact);
      return share(elements, elements);
    }
    const members = Object.entries(value).map(([name, each]) => [
      name,
      name === 'span' ? noSpan : compact(each),
    ]);
    const object = Object.fromEntries(members) as object;
    return 'name' in value && 'doc' in value ? object : share(object, Object.values(object));
  };
  return compact(model) as Model;
}
