import { type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelLoader } from './model-loader.ts';
import type { Output } from './output.ts';
import { UsageError } from './usage-error.ts';

/** Time in ms in which changes count as one: editors write a file in several steps. */
const settleMs = 20;

/**
 * Runs the work now, and again after every change of a schema file or of a file that it includes or imports.
 * Mistakes in a schema are printed and do not end the watch. Never resolves: the user ends it.
 */
export function watchSchemas(
  files: readonly string[],
  loader: ModelLoader,
  output: Output,
  work: () => void,
): Promise<never> {
  const watchers = new Map<string, FSWatcher>();
  let followed: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    const start = performance.now();
    try {
      work();
      output.note(`done in ${Math.round(performance.now() - start)} ms, waiting for changes`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      output.note(`uapi: error: ${error.message}`);
    }
    follow();
  };
  const follow = (): void => {
    followed = new Set(files.flatMap((file) => loader.filesOf(file)));
    for (const folder of new Set([...followed].map((file) => dirname(file)))) {
      if (watchers.has(folder)) continue;
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && !followed.has(join(folder, name))) return;
        clearTimeout(timer);
        timer = setTimeout(run, settleMs);
      });
      watchers.set(folder, watcher);
    }
  };
  run();
  return new Promise<never>(() => {});
}
