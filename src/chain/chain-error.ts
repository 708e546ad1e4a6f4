/** Why a chain cannot be declared, edited or encoded so. */
export type ChainErrorCode =
  /** The declaration needs something that bytes alone do not tell, or names nothing. */
  | 'bad-format'
  /** No room for an element, or for an element at that place. */
  | 'no-room'
  /** An offset that the pointer cannot hold. */
  | 'bad-pointer'
  /** An id, version, index or element that is not there or does not fit. */
  | 'bad-element'
  /** The list does not end where it should: its pointers loop or lead outside. */
  | 'broken-chain'
  /** The struct that holds the head says that there is no such list, and that cannot be changed. */
  | 'no-chain'
  /** Two elements want different contents of one byte. */
  | 'conflict'
  /** Asked as often as allowed, and the answer was never complete. */
  | 'no-agreement';

/** What went wrong, in numbers where it is about room: bytes needed and bytes free. */
export interface ChainErrorDetail {
  /** The chain, struct or element that it is about. */
  readonly what: string;
  readonly needed?: number | string;
  readonly free?: number | string;
}

/** A chain cannot be edited, built or negotiated as asked; nothing was changed. */
export class ChainError extends Error {
  override readonly name = 'ChainError';
  readonly code: ChainErrorCode;
  readonly what: string;
  /** Bytes (or what else) that are needed. */
  readonly needed: number | string | undefined;
  /** Bytes that are free, or what is there instead. */
  readonly free: number | string | undefined;

  constructor(code: ChainErrorCode, message: string, { what, needed, free }: ChainErrorDetail) {
    super(`${code}: ${what}: ${message}`);
    this.code = code;
    this.what = what;
    this.needed = needed;
    this.free = free;
  }
}
