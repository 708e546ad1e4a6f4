import { PAGE_SIZE } from '../ioctl/page-frames.ts';
import { type Refusal, refuse } from '../ioctl/refusal.ts';
import type { Host, LockedPages } from './host.ts';
import type { KernelMemory } from './kernel-memory.ts';

/** How pinned memory is counted. Follows IOPT_PAGES_ACCOUNT_ (io_pagetable.h). */
export type AccountMode = 'none' | 'user' | 'mm';

/** What all pages have in common that a process maps in one way. */
export interface PageSource {
  readonly host: Host;
  readonly memory: KernelMemory;
  readonly accountMode: AccountMode;
  /** They are pinned to be written to. */
  readonly writable: boolean;
}

/**
 * Counts pages that were pinned, or that are no longer where `change` is below 0.
 *
 * @returns ENOMEM where RLIMIT_MEMLOCK does not allow them
 * @kernel pages.c do_update_pinned
 */
export function account({ host, accountMode }: PageSource, change: number): Refusal | null {
  const { user, process, memlockBytes } = host.credentials;
  switch (accountMode) {
    case 'none':
      return null;
    case 'user':
      return update(user, change, memlockBytes);
    case 'mm':
      return update(process, change, memlockBytes);
  }
}

/** @kernel pages.c incr_user_locked_vm decr_user_locked_vm update_mm_locked_vm */
function update(locked: LockedPages, change: number, memlockBytes: number): Refusal | null {
  if (change > 0 && locked.pages + change > Math.floor(memlockBytes / PAGE_SIZE)) {
    return refuse('ENOMEM', 'pages-in-limit');
  }
  locked.pages += change;
  return null;
}
