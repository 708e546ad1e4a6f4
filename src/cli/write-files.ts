import {
  chmodSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../base/usage-error.ts';
import { makeFolder, problemOf, readText } from './files.ts';

/** A text and the file that it belongs in. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** What writing a file did. */
export type WriteResult = 'written' | 'unchanged';

/** A file that waits under another name until all of its set are complete. */
interface Prepared {
  readonly path: string;
  readonly temporary: string;
  readonly target: string;
}

/**
 * Writes texts so that nobody sees a file half-written, nor, but for the moment in which they are renamed, old files beside
 * new ones. A file that has its text already is left alone; one that is replaced keeps its mode, and a symbolic link
 * stays one. What a run that was killed left behind is removed.
 *
 * @returns what was done with each file
 * @throws UsageError if one cannot be written; no file is changed then
 */
export function writeTexts(files: readonly FileText[]): readonly WriteResult[] {
  const prepared: Prepared[] = [];
  try {
    const results = files.map((file) => prepareFile(file, prepared));
    for (const { path, temporary, target } of prepared) attempt(path, () => renameSync(temporary, target));
    return results;
  } finally {
    for (const { temporary } of prepared) rmSync(temporary, { force: true });
  }
}

/** Writes one text, as {@link writeTexts}. */
export function writeText(path: string, text: string): void {
  writeTexts([{ path, text }]);
}

function prepareFile({ path, text }: FileText, prepared: Prepared[]): WriteResult {
  return attempt(path, () => {
    const target = behindLinks(path);
    const before = statOf(target);
    if (before?.isDirectory() === true) throw new UsageError(`cannot write ${path}: it is a folder`);
    if (before?.isFile() === false) {
      // A pipe or a device is written to, not replaced.
      writeFileSync(target, text);
      return 'written';
    }
    makeFolder(dirname(target));
    removeLeftovers(target);
    if (before !== undefined && readText(target) === text) return 'unchanged';
    const temporary = `${target}.uapikit-${process.pid}.tmp`;
    prepared.push({ path, temporary, target });
    writeFileSync(temporary, text);
    // Rights that the umask takes from new files are given back.
    if (before !== undefined) chmodSync(temporary, before.mode & 0o7777);
    return 'written';
  });
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot write ${path}: ${problemOf(error)}`);
  }
}

/** The file that symbolic links lead to, which need not exist. */
function behindLinks(path: string): string {
  let target = path;
  for (let steps = 0; steps < 40; steps++) {
    const link = linkOf(target);
    if (link === undefined) break;
    target = resolve(dirname(target), link);
  }
  return target;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Removes what processes that are no more left beside a file. */
function removeLeftovers(target: string): void {
  const start = `${basename(target)}.uapikit-`;
  for (const name of readdirSync(dirname(target))) {
    if (!name.startsWith(start)) continue;
    const [, pid] = /^([0-9]+)\.tmp$/.exec(name.slice(start.length)) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(dirname(target), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
