import type { Errno } from './errno.ts';

/** Use of a flag set or an enum by a field or a bit range. */
export interface SetUse {
  readonly name: string;
  /** What an unknown bit or value is answered with; null where it is let through. */
  readonly unknown: Errno | null;
}
