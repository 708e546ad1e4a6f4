import type { Page } from './page-frames.ts';

/** The first address behind those that a process can use (x86-64, 4-level page tables). */
export const TASK_SIZE_MAX = 0x7fff_ffff_f000n;

/** The address space of a process, as system calls reach it. */
export interface UserMemory {
  /** The bytes from an address on, as a copy; null where some of them cannot be read (EFAULT). */
  read(address: bigint, length: number): Uint8Array | null;
  /** Writes bytes up to the first that cannot be written. @returns how many were written */
  write(address: bigint, bytes: Uint8Array): number;
  /**
   * The pages from an address on, a multiple of the page size, up to the first that is not there or, if `write` is
   * set, cannot be written. Does not pin them.
   */
  pages(address: bigint, count: number, write: boolean): readonly Page[];
}
