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
  declare readonly code: Code;
  /** The struct that was asked for, by its kernel name. */
  declare readonly struct: string;
  /** The member within it, `devices[3].bus`; empty for the struct itself. */
  declare readonly path: string;
  /** Byte offset in the DataView at which the struct, member or array starts. */
  declare readonly offset: number;
  /** What would have been right: a number of bytes or elements, or a range in words. */
  declare readonly expected: number | string;
  /** What was there instead. */
  declare readonly found: unknown;

  /** @param where the struct's name and the path of the member, joined by a dot */
  constructor(code: Code, where: string, offset: number, expected: number | string, found: unknown) {
    super(`${code}: ${where} at byte ${offset}: expected ${expected}, found ${printed(found)}`);
    const [, struct, path] = /^(\w*)\.?(.*)/s.exec(where) ?? [];
    Object.assign(this, { code, struct, path, offset, expected, found });
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

/** Numbers and the start of texts as they are, of anything else what it is. */
function printed(value: unknown): string {
  return /^[fo]/.test(typeof value) ? typeof value : String(value).slice(0, 40);
}
