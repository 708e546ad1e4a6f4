/**
 * Binary kernel interfaces from declarative schemas: read a schema, select a kernel release, lay structs out.
 *
 * @packageDocumentation
 */
export type { JsonValue } from './base/json.ts';
export type { Position, Span } from './base/span.ts';
export { locate } from './base/span.ts';
export type { SpaceContents } from './chain/build.ts';
export { buildBytes, buildSpace } from './chain/build.ts';
export type { ChainErrorCode, ChainErrorDetail } from './chain/chain-error.ts';
export { ChainError } from './chain/chain-error.ts';
export type { DecodedChain, DecodedElement } from './chain/decode.ts';
export type { EditOptions, ElementQuery, FoundElement, RemoveOptions } from './chain/edit.ts';
export { compactChain, findElements, insertElement, removeElement, replaceElement } from './chain/edit.ts';
export type { NewElement } from './chain/element.ts';
export type { DataHoles } from './chain/holes.ts';
export type { ChainIssue, ChainIssueCode, WalkEnd } from './chain/issue.ts';
export { describeIssue } from './chain/issue.ts';
export type { CodecLookup } from './chain/members.ts';
export type { UnknownOwns } from './chain/occupancy.ts';
export type { Patch } from './chain/patches.ts';
export type { Placement } from './chain/placement.ts';
export type { Space, SpaceHead, SpaceOptions } from './chain/space.ts';
export { decodeSpace, encodeSpace, walkSpace } from './chain/space.ts';
export type { SpaceChain, SpaceFormat, SpaceParts } from './chain/space-format.ts';
export { compileSpace } from './chain/space-format.ts';
export type { ChainElement, ChainWalk } from './chain/walk.ts';
export type { NegotiatedFormat } from './ioctl/negotiated.ts';
export { compileNegotiated } from './ioctl/negotiated.ts';
export type {
  NegotiatedAnswer,
  NegotiatedCall,
  NegotiatedContents,
  NegotiatedReply,
  NegotiateOptions,
} from './ioctl/negotiation.ts';
export { fillNegotiated, negotiate } from './ioctl/negotiation.ts';
export type { Abi } from './layout/abi.ts';
export { abis, formatAbi, parseAbi } from './layout/abi.ts';
export type { Architecture } from './layout/architecture.ts';
export { architectures, parseArchitecture } from './layout/architecture.ts';
export type { FlatMember } from './layout/flatten.ts';
export { flatten } from './layout/flatten.ts';
export type { NumberElsewhere } from './layout/ioctl-number.ts';
export { architecturesOf, ioctlNumber, numbersElsewhere } from './layout/ioctl-number.ts';
export { layOut } from './layout/layout.ts';
export { layoutJson } from './layout/layout-json.ts';
export type { BitsMember, FieldMember, Filler, Hole, Layout, Member, Padding } from './layout/member.ts';
export { formatLayout } from './layout/pahole.ts';
export type { GrownSize } from './layout/sizes.ts';
export { sizesOf } from './layout/sizes.ts';
export type * from './model/bits.ts';
export type * from './model/declaration.ts';
export type { Errno } from './model/errno.ts';
export { errnos } from './model/errno.ts';
export type { Scope } from './model/evaluate.ts';
export { evaluate, UnknownNameError } from './model/evaluate.ts';
export type { BinaryOperator, Expression, FunctionName, UnaryOperator } from './model/expression.ts';
export { functionArity } from './model/expression.ts';
export type * from './model/field.ts';
export type { AnyDeclaration, Header, Interface, Model } from './model/model.ts';
export type { PathModel, PathStep, PathTarget } from './model/path.ts';
export { resolvePath, shortName } from './model/path.ts';
export type { Availability, Release } from './model/release.ts';
export { exists, formatRelease, newestPatch, parseRelease } from './model/release.ts';
export { atRelease, onArchitecture } from './model/select.ts';
export type * from './model/set-use.ts';
export type { ScalarName, Type } from './model/type.ts';
export { scalars } from './model/type.ts';
export type { ConditionBit } from './plan/asked-bits.ts';
export type { Place } from './plan/place.ts';
export type { ArithmeticName, Bounds, Term } from './plan/term.ts';
export type { Diagnostic } from './spec/diagnostic.ts';
export { formatDiagnostic } from './spec/diagnostic.ts';
export type { SchemaHost } from './spec/load.ts';
export type { MapEntry, MapNode, ScalarNode, SeqNode, SpecNode } from './spec/node.ts';
export type { SchemaResult } from './spec/schema-file.ts';
export { readSchema } from './spec/schema-file.ts';
export type { ShapeSchema } from './spec/shape.ts';
export { chainIssues, hasChains } from './validate/chains.ts';
export type { PlanOptions } from './validate/compile.ts';
export { compilePlan } from './validate/compile.ts';
export type { MemoryPiece, UserMemory } from './validate/memory.ts';
export { memoryOf } from './validate/memory.ts';
export type * from './validate/plan.ts';
export type * from './validate/report.ts';
export type { ValidateOptions, Validator } from './validate/validator.ts';
export { makeValidator, validate } from './validate/validator.ts';
