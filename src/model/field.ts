import type { Span } from '../base/span.ts';
import type { BitField, RegisterAccess } from './bits.ts';
import type { Errno } from './errno.ts';
import type { Expression } from './expression.ts';
import type { Availability } from './release.ts';
import type { SetUse } from './set-use.ts';
import type { Type } from './type.ts';

/** A member of a struct, union or register block, in the order of the schema. */
export interface Field {
  /** Null for an anonymous struct or union, whose members belong to the struct around it. */
  readonly name: string | null;
  readonly type: Type;
  readonly doc: string;
  readonly span: Span;
  readonly availability: Availability;

  /** Width of a C bit-field in bits. */
  readonly bitWidth?: number;
  /** Alignment in bytes that the schema asks for beyond the type's own. */
  readonly aligned?: number;
  /** Register blocks: the byte offset from the start of the block; may depend on earlier fields. */
  readonly at?: Expression;
  /** The field exists only where this holds. */
  readonly condition?: Expression;

  /** Which way the value goes; in a struct that is only output every field is `out`. */
  readonly direction: Direction;
  /** The value must be zero. */
  readonly reserved?: Reserved;
  /** The field holds bits of a flag set. */
  readonly flags?: SetUse;
  /** The field holds one value of an enum. */
  readonly enumeration?: SetUse;
  /** Bits of a register, or of a C field that packs several things into one integer. */
  readonly bits?: readonly BitField[];
  /** How software may access the register; bits may say otherwise. */
  readonly access?: RegisterAccess;
  /** The encoder fills the field with this value when the caller gives none. */
  readonly auto?: Expression;
  /** The encoder's value when the caller gives none and there is no `auto`; 0 when this is missing too. */
  readonly default?: bigint;
  /** Number of elements of an array: of a flexible one, or how many of a fixed one are in use. */
  readonly count?: Expression;
  /** Bytes of user memory that the value points to. */
  readonly userPointer?: UserPointer;
  /** The value is the id of an object. */
  readonly handle?: HandleUse;
  /** The value is a file descriptor of this kind; `any` where every kind is allowed. */
  readonly fileDescriptor?: KindUse;
  /** The bytes of this field (a flexible or fixed array of u8, or a union) are one of the members of a variant set. */
  readonly variant?: VariantUse;
  /** The value is the offset of the first element of a chain. */
  readonly chainHead?: string;
  /** Smallest and largest value allowed; both included. */
  readonly range?: Range;
  /** Encoding of a char or u8 array that holds text. */
  readonly text?: 'ascii' | 'utf8' | 'ebcdic' | 'uuid';
  /** Unit of the value as printed: bytes, pages, ns, MB/s, ... */
  readonly unit?: string;
  /** How the value is best printed. */
  readonly format?: 'hex' | 'decimal' | 'signed';
  /** C macro with the register's offset, for register blocks. */
  readonly macro?: string;
}

/** Which way a value goes between caller and kernel; `true` always, an expression only where it holds. */
export interface Direction {
  readonly in: boolean | Expression;
  readonly out: boolean | Expression;
}

/** A reserved field or padding. */
export interface Reserved {
  /** What a set bit is answered with; null where the interface asks for zero but nothing checks it. */
  readonly errno: Errno | null;
  /** True for explicit padding, which has no meaning at all. */
  readonly padding: boolean;
}

/** A pointer to user memory, carried as a 64-bit integer. */
export interface UserPointer {
  readonly target:
    | { readonly kind: 'bytes' }
    | { readonly kind: 'type'; readonly type: Type }
    /** The target is a member of a variant set, chosen by the tags. */
    | { readonly kind: 'variant'; readonly use: VariantUse };
  /** How much of it: number of elements or bytes, see `unit`. */
  readonly count: Expression;
  readonly unit: 'elements' | 'bytes';
  /** Distance of two elements in bytes where the caller chooses it (entry_len). */
  readonly stride?: Expression;
  /** What the kernel does with the memory. */
  readonly access: 'read' | 'write' | 'readwrite' | 'map';
}

/** The id of an object of some kind. */
export interface HandleUse {
  /** Kinds that are accepted, as declared under `handles`. */
  readonly kinds: readonly KindUse[];
  /** What an id without such an object is answered with. */
  readonly missing: Errno | null;
}

/** A kind of object or file that a value names, perhaps only under a condition. */
export interface KindUse {
  readonly name: string;
  readonly condition?: Expression;
}

/** Use of a variant set: which member is chosen by the values of the tags. */
export interface VariantUse {
  readonly set: string;
  /** One expression per tag of the set. */
  readonly tags: readonly Expression[];
}

/** Smallest and largest value; both included. */
export interface Range {
  readonly first: Expression;
  readonly last: Expression;
  readonly errno: Errno | null;
}

/** Whether the elements of an array are text in UTF-8: char, unless the field says that it holds something else. */
export function isTextArray({ text }: Pick<Field, 'text'>, element: Type): boolean {
  const isChar = element.kind === 'scalar' && element.name === 'char';
  return isChar && text !== 'ebcdic' && text !== 'uuid';
}
