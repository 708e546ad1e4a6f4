import type { Errno } from '../model/errno.ts';

/** What is wrong, as a word for programs. */
export type IssueCode =
  /** The size is below that of the first release. */
  | 'too-short'
  /** A byte behind the known struct is not 0. */
  | 'dirty-tail'
  /** The struct says that it has more bytes than were given. */
  | 'missing-bytes'
  | 'reserved-set'
  | 'unknown-flags'
  | 'unknown-value'
  | 'out-of-range'
  /** A rule over one or several fields does not hold. */
  | 'broken-rule'
  /** The tags choose no struct that the schema knows. */
  | 'unknown-variant'
  /** The length of a payload does not fit the struct that it is. */
  | 'payload-length'
  /** Memory that a field points to is not there. */
  | 'bad-pointer'
  /** A chain behind the struct is broken. */
  | 'broken-chain';

/** What would have been right. */
export type Expectation =
  | { readonly kind: 'value'; readonly value: bigint }
  /** No other bits than these, which a flag set of the schema may name. */
  | { readonly kind: 'mask'; readonly mask: bigint; readonly set: string | null }
  /** One of these, which an enum or a set of variants of the schema may name. */
  | { readonly kind: 'values'; readonly values: readonly bigint[]; readonly set: string | null }
  | { readonly kind: 'range'; readonly first: bigint; readonly last: bigint | null }
  /** An expression of the schema. */
  | { readonly kind: 'rule'; readonly text: string }
  | { readonly kind: 'readable' | 'known' };

/** A field that a rule reads, with what it holds. */
export interface Operand {
  readonly path: string;
  readonly offset: number;
  readonly value: bigint;
}

/** One finding. */
export interface Issue {
  readonly code: IssueCode;
  /** The field, as a dotted path; `*pointer[2].field` for what a pointer leads to; empty for the struct as such. */
  readonly path: string;
  /** Bytes from the start of the struct, or of the memory that the pointer in `path` leads to. */
  readonly offset: number;
  readonly length: number;
  readonly expected: Expectation;
  /** Value of the field, or the number of bytes; null where there is none. */
  readonly actual: bigint | null;
  /** Everything that the rule reads; empty for other findings. */
  readonly operands: readonly Operand[];
  /** `warning`: the kernel lets it pass. */
  readonly severity: 'error' | 'warning';
  /** What the check answers; null where the kernel does not check. */
  readonly errno: Errno | null;
  /** Id of the check: that of the rule, or `field:` and the field's path. */
  readonly rule: string;
}

/** What the kernel answers. */
export interface Verdict {
  /** The answer, where nothing that comes before and depends on state could answer something else; else null. */
  readonly errno: Errno | null;
  /** The first check that the payload does not pass; null where it passes all. */
  readonly check: string | null;
  /** What that check answers: the kernel's answer, unless one of `dependsOn` comes first with another one. */
  readonly refusal: Errno | null;
  /** True where the answer is known: `errno`, or success (short of memory, descriptors and the like) where nothing is open. */
  readonly certain: boolean;
  /** Checks that depend on state or memory and could answer first; all of them where the payload passes. */
  readonly dependsOn: readonly string[];
  /** The same with what each of them may answer, in the kernel's order. */
  readonly open: readonly OpenCheck[];
}

/** A check that the payload does not decide. */
export interface OpenCheck {
  readonly check: string;
  readonly errnos: readonly Errno[];
}

/** What is wrong with a payload and what the kernel makes of it. */
export interface Report {
  readonly issues: readonly Issue[];
  readonly verdict: Verdict;
}
