import type { Abi } from '../layout/abi.ts';
import type { Errno } from '../model/errno.ts';
import type { Place } from '../plan/place.ts';
import type { Term } from '../plan/term.ts';
import type { IssueCode } from './report.ts';

/**
 * All that is checked in the bytes of a struct, in the kernel's order: names resolved, places known. The interpreter runs
 * it, and back-ends print it.
 */
export interface Plan {
  /** The struct. */
  readonly name: string;
  readonly abi: Abi;
  /** Bytes of the struct that the schema's release knows. */
  readonly size: number;
  readonly entry: Entry;
  /** Checks of state that the kernel makes before it reads the argument: those of the file first. */
  readonly before: readonly Precheck[];
  readonly checks: readonly Check[];
}

/** A check of state before anything of the argument is read. */
export interface Precheck {
  readonly id: string;
  readonly errno: Errno;
}

/** How the kernel takes the bytes in. */
export type Entry =
  /** As many bytes as the struct has. */
  | { readonly kind: 'fixed' }
  /** The size comes first; zeros replace what is missing, and what is too much must be zeros. */
  | {
      readonly kind: 'extensible';
      readonly size: Place;
      /** Bytes of the struct's first release. */
      readonly min: number;
      readonly short: Errno;
      readonly tail: Errno;
    }
  /** The size comes first and says how much room there is (argsz). */
  | { readonly kind: 'negotiated'; readonly size: Place; readonly min: number; readonly short: Errno };

/** Ids of the checks that every struct with a size has. */
export const entryChecks = {
  readable: 'argument-readable',
  short: 'first-release',
  tail: 'zero-tail',
} as const;

/** One check. */
export type Check = Always &
  (TestCheck | UndecidedCheck | VariantCheck | InlineCheck | ArrayCheck | MemoryCheck);

/** What every check has. */
export interface Always {
  /** Id of the rule, or `field:` and the field's path where the check comes from the field alone. */
  readonly id: string;
  /** The check is made only where this is not 0; null: always. */
  readonly condition: Term | null;
  /** What the kernel answers; null where it does not check (a warning). */
  readonly errno: Errno | null;
}

/** A check that the bytes decide. */
export interface TestCheck {
  readonly kind: 'test';
  readonly code: IssueCode;
  /** The field that the check is about. */
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly test: Test;
}

/** What must hold. */
export type Test =
  /** All bytes are 0. */
  | { readonly kind: 'zero'; readonly offset: number; readonly length: number }
  /** No other bits are set. */
  | { readonly kind: 'mask'; readonly place: Place; readonly allowed: bigint; readonly set: string | null }
  /** One of the values, in ascending order. */
  | {
      readonly kind: 'values';
      readonly place: Place;
      readonly values: readonly bigint[];
      readonly set: string | null;
    }
  | { readonly kind: 'range'; readonly place: Place; readonly first: Term; readonly last: Term }
  /** The term is not 0; `text` is how the schema says it, `operands` the fields that it reads. */
  | {
      readonly kind: 'holds';
      readonly term: Term;
      readonly text: string;
      readonly operands: readonly Place[];
    };

/** A check that needs more than the bytes. */
export interface UndecidedCheck {
  readonly kind: 'undecided';
  readonly stage: 'memory' | 'state';
}

/** The tags name a member that the schema knows; nothing where there is no payload. */
export interface VariantCheck {
  readonly kind: 'variant';
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly target: Target;
}

/** A variant inside the struct's own bytes. */
export interface InlineCheck {
  readonly kind: 'inline';
  readonly path: string;
  readonly offset: number;
  readonly target: Target;
}

/** Structs side by side inside the struct's own bytes. */
export interface ArrayCheck {
  readonly kind: 'array';
  readonly path: string;
  readonly offset: number;
  readonly stride: number;
  readonly count: Term;
  readonly plan: Plan;
}

/** What a user pointer leads to. */
export interface MemoryCheck {
  readonly kind: 'memory';
  /** `length`: what the payload alone says about the length; `contents`: the memory itself. */
  readonly part: 'length' | 'contents';
  readonly pointer: Place;
  readonly access: 'read' | 'write' | 'readwrite' | 'map';
  /** Number of elements. */
  readonly count: Term;
  /** Bytes of an element. */
  readonly stride: Term;
  readonly target: Target | null;
  /** What the contents may be answered with besides `errno`. */
  readonly others: readonly Errno[];
}

/** The struct that bytes hold: always the same, or chosen by tags. */
export interface Target {
  readonly tags: readonly Term[];
  readonly members: readonly TargetMember[];
}

/** A struct that bytes may hold. */
export interface TargetMember {
  /** One value for each tag; null: any. */
  readonly tags: readonly (bigint | null)[];
  readonly plan: Plan;
  /** Bytes of its first release. */
  readonly min: number;
}
