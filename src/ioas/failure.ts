import type { Errno } from '../model/errno.ts';

/** Why a call was refused: the errno, and the name of the check that answered, as in the rules of the schema. */
export class Failure {
  readonly errno: Errno;
  readonly check: string;

  constructor(errno: Errno, check: string) {
    this.errno = errno;
    this.check = check;
  }
}

/** Refuses. */
export function fail(errno: Errno, check: string): Failure {
  return new Failure(errno, check);
}
