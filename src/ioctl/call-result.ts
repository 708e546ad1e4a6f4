import type { Errno } from '../model/errno.ts';
import { Refusal } from './refusal.ts';

/** The result of a system call. */
export interface CallResult {
  /** As the caller sees it: -1 if it failed. */
  readonly ret: number;
  readonly errno: Errno | null;
  /** The check that refused; null if none did. */
  readonly check: string | null;
}

/** The result of a system call from its value or refusal. */
export function resultOf(value: number | Refusal): CallResult {
  return value instanceof Refusal
    ? { ret: -1, errno: value.errno, check: value.check }
    : { ret: value, errno: null, check: null };
}

/** The result of a call with values instead of structs: its value, or why it was refused. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errno: Errno; readonly check: string };

/** A value or refusal as a {@link Result}. */
export function valueOrRefusal<T>(value: T | Refusal): Result<T> {
  return value instanceof Refusal
    ? { ok: false, errno: value.errno, check: value.check }
    : { ok: true, value };
}
