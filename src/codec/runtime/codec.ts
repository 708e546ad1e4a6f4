import { tooShort } from './failures.ts';
import type { Members } from './members.ts';
import { checkMembers } from './names.ts';
import type { TextMark } from './text.ts';

/** Values that a struct's own bytes do not hold but its layout depends on; what is missing counts as 0. */
export interface CodecContext {
  /** The struct that holds the chain which the decoded block is an element of. */
  readonly outer?: object;
  /** Other capabilities of the same device, by the names of their blocks. */
  readonly peers?: { readonly [block: string]: object };
  /** What only the caller knows. */
  readonly env?: { readonly [name: string]: bigint | number };
}

/** What encoders take: any member may be left out and gets its default; text may be a string. */
export type Encodable<T> = T extends Uint8Array
  ? T extends TextMark
    ? T | string
    : T
  : T extends number | bigint
    ? T
    : T extends readonly (infer Element)[]
      ? readonly Encodable<Element>[]
      : { readonly [Key in keyof T]?: Encodable<T[Key]> };

/** Reads and writes one kind of struct. */
export interface StructCodec<T> {
  /** The kernel's name of the struct. */
  readonly name: string;
  /** Bytes; null where they depend on the contents. */
  readonly size: number | null;
  /** Bytes that are there whatever the contents. */
  readonly minSize: number;
  readonly members: Members;
  /**
   * Reads a value from the bytes from `offset` up to, not including, `end`.
   *
   * @throws DecodeError where the bytes are too few
   */
  decode(view: DataView, offset?: number, end?: number, context?: CodecContext): T;
  /**
   * Writes a value at `offset` and returns the number of bytes written. A member that is left out, undefined or null
   * gets its default.
   *
   * @throws EncodeError where the value or the room does not fit, or a property is no member; some bytes may have been
   *   written then
   */
  encode(value: Encodable<T>, view: DataView, offset?: number, context?: CodecContext): number;
  /** As `encode`, for values that a compiler has checked: it does not look for properties that are no members. */
  encodeTyped(value: Encodable<T>, view: DataView, offset?: number, context?: CodecContext): number;
  /** Bytes that a value takes. */
  measure(value: Encodable<T>, context?: CodecContext): number;
  /** The bytes of a value, as `encode` writes them. @throws EncodeError if the value does not fit */
  toBytes(value: Encodable<T>, context?: CodecContext): Uint8Array;
  /** Reads a value from the start of some bytes, as `decode`. @throws DecodeError if they are too few */
  fromBytes(bytes: Uint8Array, context?: CodecContext): T;
}

/** What a codec is made of. */
export type CodecParts<T> = Omit<StructCodec<T>, 'encode' | 'toBytes' | 'fromBytes'>;

/** The codec of a struct on the abis; the same one where they agree. */
export interface AbiCodecs<T> {
  readonly lp64: StructCodec<T>;
  readonly ilp32: StructCodec<T>;
  readonly i386: StructCodec<T>;
}

/** Loads what was generated for an interface, by the names of its structs. */
export interface CodecModule {
  /** The codecs for little-endian machines. */
  readonly little: () => Promise<{ readonly [struct: string]: AbiCodecs<unknown> }>;
  /** The codecs for big-endian machines. */
  readonly big: () => Promise<{ readonly [struct: string]: AbiCodecs<unknown> }>;
  /** Fingerprints of the structs that the codecs were generated from. */
  readonly fingerprints: () => Promise<{ readonly [struct: string]: string }>;
}

/** What was generated, by the names of the interfaces. */
export interface CodecModules {
  readonly [name: string]: CodecModule;
}

/** An ioctl: its number, the kinds of file that answer it, and the sizes and codec of its argument. */
export interface IoctlEntry<T = unknown> {
  readonly name: string;
  readonly cmd: number;
  readonly fds: readonly string[];
  /** Bytes of the struct that the argument points to; null if its contents decide, or if there is no struct. */
  readonly size: number | null;
  /** Bytes of the struct that a caller must give at least: those of its first version; 0 without a struct. */
  readonly minSize: number;
  /** Codec of the struct that the argument points to; null without one. */
  readonly codec: StructCodec<T> | null;
}

/** A member of a variant set that no schema knows. */
export interface RawVariant {
  readonly kind: 'raw';
  readonly bytes: Uint8Array;
}

/** Makes a codec from its parts: adds what is the same for all, whatever the struct. */
export function structCodec<T>(parts: CodecParts<T>): StructCodec<T> {
  return {
    ...parts,
    encode(value, view, offset = 0, context = undefined) {
      checkMembers(parts.name, value, parts.members, offset);
      return parts.encodeTyped(value, view, offset, context);
    },
    toBytes(value, context) {
      checkMembers(parts.name, value, parts.members, 0);
      const bytes = new Uint8Array(parts.measure(value, context));
      parts.encodeTyped(value, new DataView(bytes.buffer), 0, context);
      return bytes;
    },
    fromBytes(bytes, context) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return parts.decode(view, 0, view.byteLength, context);
    },
  };
}

/** Makes the codec of a struct whose size does not depend on its contents. */
export function fixedCodec<T>(
  name: string,
  size: number,
  members: Members,
  decode: (view: DataView, offset?: number, context?: CodecContext) => T,
  encodeTyped: StructCodec<T>['encodeTyped'],
): StructCodec<T> {
  return structCodec({
    name,
    size,
    minSize: size,
    members,
    decode(view, offset = 0, end = view.byteLength, context = undefined) {
      if (!(offset + size <= end)) throw tooShort(name, offset, size, Math.min(end, view.byteLength));
      return decode(view, offset, context);
    },
    encodeTyped,
    measure: () => size,
  });
}
