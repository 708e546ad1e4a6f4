import type { Errno } from '../model/errno.ts';

/** Why a call was refused: the errno, and the name of the check that answered, as in the rules of the schema. */
export class Refusal {
  readonly errno: Errno;
  readonly check: string;

  constructor(errno: Errno, check: string) {
    this.errno = errno;
    this.check = check;
  }
}

/** Refuses a call. */
export function refuse(errno: Errno, check: string): Refusal {
  return new Refusal(errno, check);
}
