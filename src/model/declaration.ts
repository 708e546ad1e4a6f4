import type { Span } from '../base/span.ts';
import type { Errno } from './errno.ts';
import type { Expression } from './expression.ts';
import type { Field } from './field.ts';
import type { Availability } from './release.ts';
import type { SetUse } from './set-use.ts';
import type { ScalarName } from './type.ts';

/** What every declaration of a schema has. */
interface Declaration {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  /** Name of the interface (schema) that declares it. */
  readonly interface: string;
  readonly availability: Availability;
  /** Position among all declarations of the interface, in the order of the text. */
  readonly order: number;
}

/** A struct, a union, or a block of registers at explicit offsets. */
export interface Struct extends Declaration {
  readonly kind: 'struct' | 'union' | 'registers';
  readonly fields: readonly Field[];
  /** Declared inside another struct: a member's type, with or without a C tag. */
  readonly inline: boolean;
  /** C tag of an inline struct or union, where the schema gives one. */
  readonly tag?: string;
  /** No padding between fields, alignment 1. */
  readonly packed: boolean;
  /** Alignment in bytes beyond that of the members. */
  readonly aligned?: number;
  /** Size in bytes as an expression, where it depends on the contents; only register blocks. */
  readonly size?: Expression;
  /** C macro with the (smallest) size of a register block. */
  readonly sizeMacro?: string;
  readonly extensible?: Extensible;
  readonly negotiated?: Negotiated;
  /** Members of variant sets that this struct is. */
  readonly memberOf: readonly VariantMembership[];
  readonly rules: readonly Rule[];
  /** Values that several fields make together (an address in two halves), for printing. */
  readonly derived: readonly Derived[];
  /** A chain of further capabilities follows the struct. */
  readonly chain?: string;
  /** Where a length or layout comes from when it is not in the named header: a document and section. */
  readonly source?: string;
}

/** A struct whose first field tells its size, so that it can grow (copy_struct_from_user). */
export interface Extensible {
  readonly sizeField: string;
  /** The last field of the first release: a shorter struct is refused. */
  readonly minThrough: string;
  /** What a shorter struct is answered with. */
  readonly short: Errno;
  /** What a non-zero byte beyond the known struct is answered with. */
  readonly unknownTail: Errno;
}

/** A struct whose `argsz` the kernel writes back (VFIO): too small a buffer is no error. */
export interface Negotiated {
  readonly sizeField: string;
  readonly minThrough: string;
  readonly short: Errno;
  /** The chain that follows the struct when the flag is set; its head is the offset field. */
  readonly chain?: { readonly name: string; readonly offsetField: string; readonly flag: string };
}

/** This struct is the member of a set that the tags choose. */
export interface VariantMembership {
  readonly set: string;
  /** One value per tag of the set; null matches every value of that tag. */
  readonly tags: readonly (Expression | null)[];
  /** Last field of the first release, where a payload may be shorter than the struct. */
  readonly minThrough?: string;
  /** Further condition over the bytes around (port type, length), tried in the order of declaration. */
  readonly condition?: Expression;
}

/** A condition that a payload must meet, in the kernel's order of checks. */
export interface Rule {
  readonly id: string;
  readonly doc: string;
  readonly span: Span;
  readonly availability: Availability;
  /** The rule is looked at only where this holds. */
  readonly condition?: Expression;
  /** What stands at this place of the order. */
  readonly check: /** The payload is refused unless the expression holds. */
    | { readonly kind: 'expression'; readonly expression: Expression }
    /** The check that a field's own attributes ask for: unknown flags, reserved bits, range, missing handle. */
    | { readonly kind: 'fields'; readonly fields: readonly string[] }
    /** A check that an expression cannot say; `doc` says it. */
    | { readonly kind: 'described' };
  readonly errno: Errno;
  /** What one must know to decide it. */
  readonly stage: RuleStage;
  /** The kernel checks it before it reads the argument; only for state. */
  readonly beforeArgument: boolean;
  /** The kernel accepts what breaks the rule; a validator warns. */
  readonly unchecked: boolean;
}

/** What one must know to decide a rule: the payload alone, user memory, or the state of objects. */
export type RuleStage = 'payload' | 'memory' | 'state';

/** A value that several fields make together. */
export interface Derived {
  readonly name: string;
  readonly doc: string;
  readonly value: Expression;
  readonly condition?: Expression;
  readonly unit?: string;
  readonly format?: 'hex' | 'decimal' | 'signed';
  readonly span: Span;
}

/** A set of single bits with names. */
export interface FlagSet extends Declaration {
  readonly kind: 'flags';
  /** How the set stands in C. */
  readonly c: 'enum' | 'anonymous-enum' | 'define';
  /** Width that the bits must fit in. */
  readonly type: ScalarName;
  /** Prefix of the names that is left out where the set is known (`flags.fixed_iova`, `FIXED_IOVA|READABLE`). */
  readonly prefix: string;
  readonly values: readonly SetValue[];
}

/** A set of integers with names. */
export interface Enumeration extends Declaration {
  readonly kind: 'enum';
  readonly c: 'enum' | 'anonymous-enum' | 'define';
  readonly type: ScalarName;
  readonly prefix: string;
  readonly values: readonly SetValue[];
}

/** A name of a flag set or enum. */
export interface SetValue {
  readonly name: string;
  readonly value: bigint;
  /** How the schema wrote the value; C repeats it. Null where the schema left it to the order. */
  readonly expression: Expression | null;
  readonly doc: string;
  readonly span: Span;
  readonly availability: Availability;
  /** `member`: a bit or value of its own. `alias`: a second name. `mask`: a union of bits. `bound`: a count or last value, never in a payload. */
  readonly role: 'member' | 'alias' | 'mask' | 'bound';
  /** Suffix of the number in C (`U`, `UL`, `ULL`), as the kernel's type of the constant asks for. */
  readonly suffix: string;
}

/** A named integer or string that belongs to no set. */
export interface Constant extends Declaration {
  readonly kind: 'constant';
  readonly value:
    | { readonly kind: 'integer'; readonly value: bigint; readonly expression: Expression }
    | { readonly kind: 'string'; readonly value: string };
  /** Suffix of the number in C (`U`, `UL`, `ULL`). */
  readonly suffix: string;
  /** The C form: a macro or a member of an anonymous enum. */
  readonly c: 'define' | 'anonymous-enum';
  /** Struct, register or bit range (a dotted path) beside which the constant stands in the header; null: on its own. */
  readonly beside: string | null;
}

/** A function-like macro. */
export interface Macro extends Declaration {
  readonly kind: 'macro';
  readonly parameters: readonly string[];
  readonly body: Expression;
  readonly beside: string | null;
}

/** A name that was given up and still is good, or a C name for another one. */
export interface Alias extends Declaration {
  readonly kind: 'alias';
  readonly target: string;
  /** True where the old name is deprecated. */
  readonly deprecated: boolean;
}

/** An ioctl. */
export interface Ioctl extends Declaration {
  readonly kind: 'ioctl';
  /** Kinds of file descriptor that answer it; numbers are unique only within a kind. */
  readonly fds: readonly string[];
  /** The only architectures that it exists on, by their names in the kernel's source. */
  readonly architectures?: readonly string[];
  readonly encoding: '_IO' | '_IOR' | '_IOW' | '_IOWR';
  readonly type: { readonly value: bigint; readonly expression: Expression };
  readonly nr: { readonly value: bigint; readonly expression: Expression };
  /** The third argument of ioctl(): a pointer to a struct or scalar, a plain number, or nothing. */
  readonly argument:
    | { readonly kind: 'struct'; readonly name: string }
    | { readonly kind: 'scalar'; readonly name: ScalarName }
    | {
        readonly kind: 'value';
        readonly doc: string;
        readonly enumeration?: SetUse;
        readonly fileDescriptor?: string;
        /** What must hold for the number (`value` in the expression), checked before anything else. */
        readonly check?: { readonly expression: Expression; readonly errno: Errno };
      }
    | { readonly kind: 'string'; readonly doc: string }
    | { readonly kind: 'none' };
  /** Errnos with their reasons. */
  readonly errors: readonly { readonly errno: Errno; readonly doc: string }[];
  /** What a successful call returns beyond 0. */
  readonly returns: string;
}

/** A kind of object with ids (ioas, hwpt), or of open file (iommufd, vfio_device). */
export interface Kind extends Declaration {
  readonly kind: 'handle' | 'fd';
  /** The only architectures that it exists on, by their names in the kernel's source. */
  readonly architectures?: readonly string[];
  /** Structs of the records that read() gives and write() takes, for files that have them. */
  readonly read?: string;
  readonly write?: string;
  /** What a count that is no multiple of the record's size is answered with; null where nothing is. */
  readonly partial: Errno | null;
  /** What must hold of such a file before it looks at the argument of an ioctl, in the kernel's order. */
  readonly preconditions: readonly Precondition[];
}

/** State that an ioctl needs of its file. */
export interface Precondition {
  readonly id: string;
  readonly doc: string;
  readonly span: Span;
  readonly availability: Availability;
  /** The answer where it does not hold. */
  readonly errno: Errno;
  /** Ioctls that are answered all the same. */
  readonly except: readonly string[];
}

/** A set of structs of which tags choose one; what no member matches stays raw bytes. */
export interface VariantSet extends Declaration {
  readonly kind: 'variants';
  readonly tags: readonly {
    readonly name: string;
    readonly type: ScalarName;
    readonly enumeration?: SetUse;
  }[];
  /** What an unknown tag is answered with, where the kernel reads the payload; null: the bytes are kept raw. */
  readonly unknown: Errno | null;
}

/** A linked list of structs in a buffer. */
export interface Chain extends Declaration {
  readonly kind: 'chain';
  /** Where the pointer to the first element stands, or the fixed offset of the first element. */
  readonly head:
    | { readonly kind: 'fixed'; readonly offset: number }
    | {
        readonly kind: 'field';
        readonly struct: string;
        readonly path: readonly string[];
        readonly mask: bigint;
      };
  /** The list exists only where this holds, over the struct that holds the head. */
  readonly condition?: Expression;
  /** The struct that every element starts with. */
  readonly header: string;
  /** Paths of the id, the version (if any) and the next pointer in the header. */
  readonly id: readonly string[];
  readonly version: readonly string[] | null;
  readonly next: { readonly path: readonly string[]; readonly mask: bigint; readonly width: number };
  /** Pointers count bytes from here: the start of the buffer or of the element. */
  readonly base: 'buffer' | 'element';
  /** First and last offset that an element's header may start at. */
  readonly first: number;
  readonly last: number | null;
  /** Alignment of elements in bytes. */
  readonly alignment: number;
  /** Values of the pointer that end the list. */
  readonly end: readonly bigint[];
  /** Header contents that end the list: id values that mark nothing or a broken bus. */
  readonly endIds: readonly { readonly id: bigint; readonly meaning: 'empty' | 'broken' }[];
  /** Contents of the whole header, read as one little-endian integer, that end the list. */
  readonly endHeaders: readonly { readonly value: bigint; readonly meaning: 'empty' | 'broken' }[];
  /** Most elements that a walk visits. */
  readonly limit: number;
  /** Order that the builder keeps: elements ascending in memory, or any. */
  readonly ascending: boolean;
  /** Set of the elements' structs, chosen by id (and version where the set has two tags). */
  readonly elements: string;
  /** Another chain that must hold one of these ids for this one to exist. */
  readonly requires?: { readonly chain: string; readonly ids: readonly Expression[] };
}
