import { type JsonValue, jsonInteger } from '../../src/base/json.ts';
import { formatExpression } from '../../src/layout/expression-text.ts';
import { formatType } from '../../src/layout/layout-json.ts';
import type { Expression } from '../../src/model/expression.ts';
import { type Availability, formatRelease, type Release } from '../../src/model/release.ts';
import type { Type } from '../../src/model/type.ts';

const expressionKinds = new Set(['integer', 'name', 'unary', 'binary', 'conditional', 'call']);
const typeKinds = new Set(['scalar', 'pointer', 'array', 'flexible', 'named']);

/** Keys that say where something stands in a schema's text, not what it is. */
const leftOut = new Set(['span', 'order', 'interface', 'files']);

/**
 * Any part of a model as JSON, key by key as in src/model, except: expressions and types are text as schemas
 * write them, 64-bit integers are "0x..." strings, releases are text, and places in the schema are left out.
 */
export function modelJson(value: unknown): JsonValue {
  switch (typeof value) {
    case 'bigint':
      return jsonInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : Array.isArray(value) ? value.map(modelJson) : objectJson(value);
    default:
      return null;
  }
}

function objectJson(value: object): JsonValue {
  if (isExpression(value)) return formatExpression(value);
  const result: Record<string, JsonValue> = {};
  for (const [key, part] of Object.entries(value)) {
    if (leftOut.has(key) || part === undefined) continue;
    if (key === 'availability') Object.assign(result, availabilityJson(part as Availability));
    else if (['type', 'element'].includes(key) && isType(part)) result[key] = formatType(part);
    else result[key] = modelJson(part);
  }
  return result;
}

/** `since` and `until` as lists of releases; left out where there is nothing to say. */
function availabilityJson({ since, until }: Availability): { readonly [key: string]: JsonValue } {
  const list = (releases: readonly Release[]): JsonValue => releases.map(formatRelease);
  return {
    ...(since.length === 0 ? {} : { since: list(since) }),
    ...(until.length === 0 ? {} : { until: list(until) }),
  };
}

function isExpression(value: object): value is Expression {
  return 'kind' in value && 'span' in value && expressionKinds.has(value.kind as string);
}

function isType(value: unknown): value is Type {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && typeKinds.has(value.kind as string)
  );
}
