import type { JsonValue } from '../../base/json.ts';
import { CallReader } from '../../print/call-reader.ts';
import type { PrintOptions } from '../../print/value-printer.ts';
import type { Payload } from './payload.ts';
import { pointersJson } from './pointers-json.ts';

/** What the fields of a payload point to, by the fields' paths. */
export function pointersOf(
  { format: { model, abi }, name, value }: Payload,
  { known: memory, codecs }: NonNullable<PrintOptions['memory']>,
): JsonValue {
  const reader = new CallReader(model, abi, codecs);
  return pointersJson(reader.world, reader.pointers(name, { value, memory }));
}
