import { limits } from './limits.ts';

/**
 * The kernel's memory for an open /dev/iommu, as its cgroup would limit it. Only what a caller can make grow without end
 * is counted, in sizes that this model has rather than the kernel.
 */
export class KernelMemory {
  readonly limit: number;
  #used = 0;

  /** @param limit in bytes */
  constructor(limit: number = limits.kernelBytes) {
    this.limit = limit;
  }

  /** In bytes; 0 when everything is closed. */
  get used(): number {
    return this.#used;
  }

  /** In bytes. */
  get left(): number {
    return this.limit - this.#used;
  }

  /** @returns false, having taken nothing, where there are not so many bytes left */
  take(bytes: number): boolean {
    if (bytes > this.left) return false;
    this.#used += bytes;
    return true;
  }

  /** Bytes that are no longer used. */
  give(bytes: number): void {
    this.#used -= bytes;
  }
}
