/** Why bytes cannot be read: the struct, an array, or an offset in it lies beyond the end. */
export type DecodeErrorCode = 'too-short' | 'bad-count' | 'bad-offset';

/** Why a value cannot be written. */
export type EncodeErrorCode =
  | 'too-short'
  | 'out-of-range'
  | 'wrong-type'
  | 'unknown-member'
  | 'count-mismatch'
  | 'union-conflict'
  | 'unexpected-field';

/** What decoders and encoders throw: where they stopped and why. */
export class CodecError<Code extends string = string> extends Error {
  readonly code: Code;
  /** The struct that was asked for, by its kernel name. */
  readonly struct: string;
  /** The member within it, `devices[3].bus`; empty for the struct itself. */
  readonly path: string;
  /** Byte offset in the DataView at which the struct, member or array starts. */
  readonly offset: number;
  /** What would have been right: a number of bytes or elements, or a range in words. */
  readonly expected: number | string;
  /** What was there instead. */
  readonly found: unknown;

  /** @param where the struct's name and the path of the member, joined by a dot */
  constructor(code: Code, where: string, offset: number, expected: number | string, found: unknown) {
    super(`${code}: ${where} at byte ${offset}: expected ${expected}, found ${printed(found)}`);
    const dot = where.indexOf('.');
    this.code = code;
    this.struct = dot < 0 ? where : where.slice(0, dot);
    this.path = dot < 0 ? '' : where.slice(dot + 1);
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }
}

/** Bytes that cannot be read. `expected` and `found` are numbers of bytes or elements. */
export class DecodeError extends CodecError<DecodeErrorCode> {
  override name = 'DecodeError';
}

/** A value that cannot be written. */
export class EncodeError extends CodecError<EncodeErrorCode> {
  override name = 'EncodeError';
}

function printed(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return value !== null && (typeof value === 'object' || typeof value === 'function') ? typeof value : String(value);
}
