import type { Refusal } from '../ioctl/refusal.ts';
import type { UserMemory } from '../ioctl/user-memory.ts';

/** A file that iommufd handed out: a fault queue, or an access of the test driver. */
export interface OpenFile {
  /** read(2) into memory of the process that calls; the number of bytes. */
  read?(memory: UserMemory, address: bigint, length: number): number | Refusal;
  /** write(2) from memory of the process that calls; the number of bytes. */
  write?(memory: UserMemory, address: bigint, length: number): number | Refusal;
  /** Whether poll() says readable. */
  readable?(): boolean;
  /** The last descriptor is closed. */
  release(): void;
}

/** An open file, and how many descriptors lead to it. */
interface Entry {
  readonly file: OpenFile;
  descriptors: number;
}

/** The file descriptors of a process, as far as iommufd handed them out. */
export class FileTable {
  readonly #files = new Map<number, Entry>();
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
    this.#files.set(fd, { file, descriptors: 1 });
  }

  /** The file behind a descriptor. */
  get(fd: number): OpenFile | undefined {
    return this.#files.get(fd)?.file;
  }

  /** @returns false where there is no such file */
  close(fd: number): boolean {
    const entry = this.#files.get(fd);
    if (entry === undefined) return false;
    this.#files.delete(fd);
    if (--entry.descriptors === 0) entry.file.release();
    return true;
  }

  /** A table with the same files, as a process gets that is forked: a file is released when both have closed it. */
  fork(): FileTable {
    const copy = new FileTable(this.#choose);
    for (const [fd, entry] of this.#files) {
      entry.descriptors++;
      copy.#files.set(fd, entry);
    }
    return copy;
  }

  /** Closes all, as the end of a process does. */
  closeAll(): void {
    for (const fd of [...this.#files.keys()]) this.close(fd);
  }
}
