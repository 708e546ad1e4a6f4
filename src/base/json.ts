/** The JSON form of numbers and bytes, the same in every document that uapikit prints. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A 64-bit integer in JSON: a "0x..." string, a negative one with a leading minus. */
export function jsonInteger(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
