/**
 * Binary kernel interfaces from declarative schemas: read a schema, select a kernel release, lay structs out.
 *
 * @packageDocumentation
 */
export type { Position, Span } from './base/span.ts';
export { locate } from './base/span.ts';
export type { Abi } from './layout/abi.ts';
export { abis, formatAbi, parseAbi } from './layout/abi.ts';
export type { FlatMember } from './layout/flatten.ts';
export { flatten } from './layout/flatten.ts';
export { ioctlNumber } from './layout/ioctl-number.ts';
export type { BitsMember, FieldMember, Filler, Layout, Member } from './layout/layout.ts';
export { layOut } from './layout/layout.ts';
export { layoutJson } from './layout/layout-json.ts';
export { formatLayout } from './layout/pahole.ts';
export type { GrownSize } from './layout/sizes.ts';
export { sizesOf } from './layout/sizes.ts';
export type * from './model/bits.ts';
export type * from './model/declaration.ts';
export type { Errno } from './model/errno.ts';
export { errnos } from './model/errno.ts';
export type { Scope } from './model/evaluate.ts';
export { evaluate } from './model/evaluate.ts';
export type { BinaryOperator, Expression, FunctionName, UnaryOperator } from './model/expression.ts';
export type * from './model/field.ts';
export type { AnyDeclaration, Header, Interface, Model } from './model/model.ts';
export type { PathStep, PathTarget } from './model/path.ts';
export { resolvePath, shortName } from './model/path.ts';
export type { Availability, Release } from './model/release.ts';
export { exists, formatRelease, parseRelease } from './model/release.ts';
export { atRelease } from './model/select.ts';
export type { ScalarName, Type } from './model/type.ts';
export { scalars } from './model/type.ts';
export type { Diagnostic } from './spec/diagnostic.ts';
export { formatDiagnostic } from './spec/diagnostic.ts';
export type { SchemaHost } from './spec/load.ts';
export type { SchemaResult } from './spec/schema-file.ts';
export { readSchema } from './spec/schema-file.ts';
