import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../base/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import type { ModelLoader } from './model-loader.ts';

/** Time in ms in which changes count as one: editors write a file in several steps. */
const settleMs = 20;

/** Time in ms after which files are looked at anyway: the system tells nothing of a folder that was replaced. */
const patienceMs = 300;

/**
 * Runs the work now, and again after every change of a schema file or of a file that it includes or imports, those that are
 * not there yet among them. Mistakes in a schema are printed and do not end the watch.
 *
 * @returns never: the user ends it
 * @throws UsageError if a schema file is not there at the start
 */
export function watchSchemas(
  files: readonly string[],
  loader: ModelLoader,
  output: Output,
  work: () => void,
): Promise<never> {
  for (const file of files) {
    if (stampOf(file) === absent) throw new UsageError(`cannot watch ${file}: no such file`);
  }
  return new Promise<never>((_, reject) => {
    const watch = new SchemaWatch(() => files.flatMap((file) => loader.filesOf(file)));
    const run = (): void => {
      const start = performance.now();
      try {
        work();
        output.note(`done in ${Math.round(performance.now() - start)} ms, waiting for changes`);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        output.note(`uapi: error: ${error.message}`);
      }
    };
    watch.onChange(run, (error) => {
      watch.close();
      reject(error);
    });
  });
}

/** The files that are watched, as they were when the work read them. */
class SchemaWatch {
  readonly #files: () => readonly string[];
  readonly #folders = new Map<string, { readonly stamp: string; readonly watcher: FSWatcher }>();
  #seen: ReadonlyMap<string, string> = new Map();
  #settling: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(files: () => readonly string[]) {
    this.#files = files;
  }

  /** Runs the work now and after each change; what it throws goes to `failed`. */
  onChange(work: () => void, failed: (error: unknown) => void): void {
    const look = (isFirst: boolean): void => {
      try {
        const now = this.#stamps(isFirst ? this.#files() : this.#seen.keys());
        if (isFirst || [...now].some(([file, stamp]) => this.#seen.get(file) !== stamp)) {
          work();
          // What changes while the work runs counts as a change: it may not have been seen.
          this.#seen = new Map(
            [...this.#stamps(this.#files())].map(([file, stamp]) => [file, now.get(file) ?? stamp]),
          );
        }
        this.#watchFolders(() => {
          clearTimeout(this.#settling);
          this.#settling = setTimeout(look, settleMs, false);
        });
        clearTimeout(this.#patience);
        this.#patience = setTimeout(look, patienceMs, false);
      } catch (error) {
        failed(error);
      }
    };
    look(true);
  }

  close(): void {
    clearTimeout(this.#settling);
    clearTimeout(this.#patience);
    for (const { watcher } of this.#folders.values()) watcher.close();
  }

  #stamps(files: Iterable<string>): ReadonlyMap<string, string> {
    return new Map([...files].map((file) => [file, stampOf(file)]));
  }

  #watchFolders(changed: () => void): void {
    for (const folder of new Set([...this.#seen.keys()].map((file) => dirname(file)))) {
      const stamp = stampOf(folder).split(' ')[0] ?? '';
      const known = this.#folders.get(folder);
      if (known?.stamp === stamp) continue;
      known?.watcher.close();
      this.#folders.delete(folder);
      if (stamp === absent) continue;
      try {
        const watcher = watch(folder, changed).on('error', () => watcher.close());
        this.#folders.set(folder, { stamp, watcher });
      } catch {
        // Too many watchers, or the folder has just gone: patience finds the change.
      }
    }
  }
}

/** Stands for what does not exist. */
const absent = 'absent';

/** What changes with a file: which one it is, its size, its time. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino} ${size} ${mtimeNs}`;
  } catch {
    return absent;
  }
}
