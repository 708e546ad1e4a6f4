import type { TraceLine } from './event.ts';
import type { OpenRecord } from './record.ts';

/** Kind of the file that is open from the start. */
export const firstFile = 'iommufd';

/**
 * Kinds of the files that paths lead to, as schemas name them. /dev/vfio/vfio may be iommufd's (CONFIG_IOMMUFD_VFIO_CONTAINER,
 * or a link): then the trace says so.
 */
const kinds: readonly { readonly path: RegExp; readonly kind: string }[] = [
  { path: /^\/dev\/iommu$/, kind: firstFile },
  { path: /^\/dev\/vfio\/vfio$/, kind: 'vfio_container' },
  { path: /^\/dev\/vfio\/(noiommu-)?\d+$/, kind: 'vfio_group' },
  { path: /^\/dev\/vfio\/devices\/vfio\d+$/, kind: 'vfio_device_cdev' },
];

/** Every kind of file that a trace may hold. */
export const fileKinds: readonly string[] = [...kinds.map(({ kind }) => kind), 'vfio_device'];

/** The kind of file that was opened: what the trace says, otherwise what the path says; null if nobody knows it. */
export function openedKind({ file, path }: OpenRecord): string | null {
  return file ?? kinds.find((each) => each.path.test(path))?.kind ?? null;
}

/** Which kinds of file are behind the descriptors of traced processes. */
export class OpenFiles {
  readonly #processes = new Map<number, Map<number, string | null>>();
  readonly #opened = new Set<string | null>();

  /** Whether every file that was opened is of the first one's kind. */
  get areAlike(): boolean {
    return this.#opened.size === 0 || (this.#opened.size === 1 && this.#opened.has(firstFile));
  }

  /** Follows a line: files are opened and closed, processes are forked and end. */
  take(line: TraceLine): void {
    if (line.kind === 'fork') this.#processes.set(line.child, new Map(this.#filesOf(line.process)));
    if (line.kind === 'exit') this.#processes.delete(line.process);
    if ('errno' in line && line.errno !== null) return;
    if (line.kind === 'open') {
      const kind = openedKind(line);
      this.#opened.add(kind);
      this.#filesOf(line.process).set(line.ret, kind);
    }
    if (line.kind === 'close') this.#filesOf(line.process).delete(line.fd);
  }

  /** The kind of a file; null if nobody knows it, undefined if it was not opened. */
  kindOf(process: number, fd: number | null): string | null | undefined {
    return fd === null ? firstFile : this.#filesOf(process).get(fd);
  }

  /** A call gave out a file. */
  handOut(process: number, fd: number, kind: string): void {
    this.#filesOf(process).set(fd, kind);
  }

  #filesOf(process: number): Map<number, string | null> {
    const files = this.#processes.get(process) ?? new Map<number, string | null>();
    this.#processes.set(process, files);
    return files;
  }
}
