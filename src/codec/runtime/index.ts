/** What generated codecs need at run time: no dependencies, nothing of Node. */
export {
  alignUp,
  divide,
  larger,
  log2,
  popcount,
  remainder,
  shiftLeft,
  shiftRight,
  smaller,
} from './arithmetic.ts';
export { checkBits, checkSignedBits, checkWideBits } from './bits.ts';
export {
  checkBytes,
  claim,
  defaults,
  measureByEncoding,
  readBytes,
  readUnit,
  UnionBytes,
  writeBytes,
  writeUnit,
  zeroFill,
} from './bytes.ts';
export {
  type AbiChains,
  BodyFailure,
  type ChainCodec,
  type ChainHeader,
  type ChainPlaces,
  type ChainProblem,
  type ChainProblemCode,
  type ChainWalk,
  type DecodedChain,
  isLoop,
  isMisplaced,
  measureElements,
  noteOverlaps,
  type OpenHeader,
  paddedView,
  peersOf,
  type RawElement,
  type RawElementInput,
  rawElement,
  readBody,
  readTwice,
} from './chain.ts';
export {
  cannotAnnounce,
  cannotPoint,
  cannotStandAt,
  checkFree,
  endsList,
  writeRawElement,
} from './chain-write.ts';
export {
  checkObject,
  checkPointer32,
  checkS8,
  checkS16,
  checkS32,
  checkS64,
  checkU8,
  checkU16,
  checkU32,
  checkU64,
} from './checks.ts';
export {
  type AbiCodecs,
  type CodecContext,
  type CodecModule,
  type CodecModules,
  type CodecParts,
  type Encodable,
  fixedCodec,
  type IoctlEntry,
  type RawVariant,
  type StructCodec,
  structCodec,
} from './codec.ts';
export { envValue, hasOuter, hasPeer, outerValue, peerValue } from './context.ts';
export {
  CodecError,
  DecodeError,
  type DecodeErrorCode,
  EncodeError,
  type EncodeErrorCode,
} from './errors.ts';
export {
  badCount,
  badOffset,
  cannotStart,
  countMismatch,
  inside,
  noRoom,
  notInteger,
  tooShort,
  unexpectedField,
  unionConflict,
  unlike,
  wrongType,
} from './failures.ts';
export {
  type Architecture,
  architectures,
  type IoctlBits,
  type IoctlMacro,
  type IoctlParts,
  ioctlNumberOn,
  makeIoctlNumber,
  splitIoctlNumber,
} from './ioctl-number.ts';
export type { Members } from './members.ts';
export {
  checkMembers,
  enumName,
  enumValue,
  type FlagNames,
  flagNames,
  flagsOf,
  type ValueSet,
} from './names.ts';
export { type TextBytes, type TextMark, textBytes } from './text.ts';
export { encodeRaw, onEveryAbi, rawVariant } from './variant.ts';
