import type { Errno } from '../model/errno.ts';
import { PAGE_SIZE } from './page-frames.ts';
import { TASK_SIZE_MAX, type UserMemory } from './user-memory.ts';

/** A struct in the memory of a process, and how long the process says that it is. */
export interface UserStruct {
  readonly address: bigint;
  readonly size: number;
}

/**
 * Copies a struct that may be older or newer than ours: what is missing reads as 0, what is too much must be 0.
 *
 * @returns `kernelSize` bytes; or E2BIG where something behind them is not 0, EFAULT where memory cannot be read
 */
export function copyStructFromUser(
  memory: UserMemory,
  { address, size }: UserStruct,
  kernelSize: number,
): Uint8Array | Errno {
  if (size > kernelSize) {
    const zeroed = isZeroed(memory, address + BigInt(kernelSize), size - kernelSize);
    if (zeroed !== true) return zeroed === null ? 'EFAULT' : 'E2BIG';
  }
  const bytes = memory.read(address, Math.min(size, kernelSize));
  if (bytes === null) return 'EFAULT';
  if (size >= kernelSize) return bytes;
  const whole = new Uint8Array(kernelSize);
  whole.set(bytes);
  return whole;
}

/** Null where memory cannot be read before a byte that is not 0. */
function isZeroed(memory: UserMemory, address: bigint, length: number): boolean | null {
  if (address + BigInt(length) > TASK_SIZE_MAX) return null;
  let done = 0;
  while (done < length) {
    const at = address + BigInt(done);
    const count = Math.min(PAGE_SIZE - Number(at % BigInt(PAGE_SIZE)), length - done);
    const bytes = memory.read(at, count);
    if (bytes === null) return null;
    if (bytes.some((byte) => byte !== 0)) return false;
    done += count;
  }
  return true;
}
