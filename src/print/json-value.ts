import { type JsonValue, jsonInteger } from '../base/json.ts';
import { hexOf } from './hex.ts';

/**
 * A decoded value as JSON: 64-bit integers (and whatever else is a bigint) are "0x..." strings, smaller integers
 * numbers, byte strings hex, structs and registers with named bits objects.
 */
export function jsonValue(value: unknown): JsonValue {
  if (typeof value === 'bigint') return jsonInteger(value);
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  // Most objects hold nothing but numbers, and are their own JSON.
  let json = value as { [name: string]: JsonValue };
  for (const name in value) {
    const member = (value as { readonly [name: string]: unknown })[name];
    if (typeof member === 'number') continue;
    const own = jsonValue(member);
    if (own === member) continue;
    if (json === value) json = { ...value } as { [name: string]: JsonValue };
    Object.defineProperty(json, name, { value: own, enumerable: true });
  }
  return json;
}
