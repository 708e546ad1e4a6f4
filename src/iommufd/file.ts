import type { Failure } from './failure.ts';

/** A file that iommufd handed out: a fault queue, or an access of the test driver. */
export interface OpenFile {
  /** read(2) into memory; the number of bytes. */
  read?(address: bigint, length: number): number | Failure;
  /** write(2) from memory; the number of bytes. */
  write?(address: bigint, length: number): number | Failure;
  /** Whether poll() says readable. */
  readable?(): boolean;
  /** The last descriptor is closed. */
  release(): void;
}

/** The file descriptors of a process, as far as iommufd handed them out. */
export class FileTable {
  readonly #files = new Map<number, OpenFile>();
  readonly #choose: (() => number) | undefined;

  /** @param choose gives the number of the next file descriptor; the lowest free one from 3 on unless given */
  constructor(choose?: () => number) {
    this.#choose = choose;
  }

  get size(): number {
    return this.#files.size;
  }

  /** The number that the next file gets. */
  reserve(): number {
    if (this.#choose !== undefined) return this.#choose();
    let fd = 3;
    while (this.#files.has(fd)) fd++;
    return fd;
  }

  /** Puts a file behind a descriptor. */
  install(fd: number, file: OpenFile): void {
    this.#files.set(fd, file);
  }

  /** The file behind a descriptor. */
  get(fd: number): OpenFile | undefined {
    return this.#files.get(fd);
  }

  /** @returns false where there is no such file */
  close(fd: number): boolean {
    const file = this.#files.get(fd);
    if (file === undefined) return false;
    this.#files.delete(fd);
    file.release();
    return true;
  }

  /** Closes all, as the end of a process does. */
  closeAll(): void {
    for (const fd of [...this.#files.keys()]) this.close(fd);
  }
}
