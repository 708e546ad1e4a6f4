import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { IommufdContext } from './private.ts';

/** Where a call is made, and where its answer goes. */
export interface Reply {
  readonly ictx: IommufdContext;
  /**
   * Copies the argument back to the caller, as much as the caller said it is.
   *
   * @kernel iommufd_private.h iommufd_ucmd_respond
   */
  respond(): Refusal | null;
  /** Copies back only the last bytes of the argument, from an offset on. */
  respondFrom(offset: number): Refusal | null;
}

/** A call of an ioctl. Follows struct iommufd_ucmd (iommufd_private.h). */
export interface Ucmd<T> {
  readonly ictx: IommufdContext;
  /** The argument struct; handlers write their answer into it. */
  readonly cmd: T;
  readonly reply: Reply;
}

/** The answer cannot be written. */
export const noReply: Refusal = refuse('EFAULT', 'reply-writable');

/** What handlers are: null where they did it. */
export type Handler<T> = (ucmd: Ucmd<T>) => Refusal | null;
