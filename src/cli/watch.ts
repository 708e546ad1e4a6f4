import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readSchema } from '../spec/schema-file.ts';
import { builtinPath, FileHost } from './files.ts';
import type { Output } from './output.ts';
import { UsageError } from './usage-error.ts';

/** Time in ms in which changes count as one: editors write a file in several steps. */
const settleMs = 40;

/**
 * Runs the work now, and again after every change of a schema file or of a file that it includes or imports.
 * Mistakes in a schema are printed and do not end the watch. Never resolves: the user ends it.
 */
export function watchSchemas(
  files: readonly string[],
  output: Output,
  work: (host: FileHost) => void,
): Promise<never> {
  const host = new FileHost();
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    const start = performance.now();
    try {
      work(host);
      output.note(`done in ${Math.round(performance.now() - start)} ms, waiting for changes`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      output.note(`uapi: error: ${error.message}`);
    }
    follow();
  };
  const follow = (): void => {
    const wanted = new Set(
      files.flatMap((file) => [...readSchema(file, host).sources.keys(), file]).map(builtinPath),
    );
    for (const folder of new Set([...wanted].map((file) => dirname(file)))) {
      if (watchers.has(folder)) continue;
      const names = (): Set<string> => new Set([...wanted].map((file) => basename(file)));
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && !names().has(name)) return;
        clearTimeout(timer);
        timer = setTimeout(run, settleMs);
      });
      watchers.set(folder, watcher);
    }
  };
  run();
  return new Promise<never>(() => {});
}
