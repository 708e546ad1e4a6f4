/**
 * fast-check arbitraries for the structs, ioctls and chains of a schema (`uapikit/fast-check`): values that keep
 * to the schema, values at the ends of ranges, any values, and payloads that are broken in a way they tell.
 */

export type { FieldValue, StructValue } from '../codec/oracle/value.ts';
export { type Broken, brokenBytes } from './broken-bytes.ts';
export { contextFor } from './context.ts';
export type { Fault } from './faults.ts';
export type { ArbitraryOptions, Mode } from './options.ts';
export { type ChainElement, chainElement, type IoctlValue, ioctlArgument } from './payloads.ts';
export { anyValue, boundaryValue, validValue } from './values.ts';
