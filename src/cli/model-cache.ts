import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Model } from '../model/model.ts';
import { builtinPath, programFolder, readText, schemaFolder } from './files.ts';

/** A resolved model with the files that it was made from. */
interface CacheEntry {
  readonly files: readonly { readonly path: string; readonly hash: string }[];
  readonly model: Model;
}

/**
 * Keeps resolved models on disk, by the contents of the files that they came from and of the program that resolved them.
 *
 * A cache that cannot be read or written is as good as none. UAPIKIT_CACHE names the folder; `off` switches it off.
 */
export class ModelCache {
  readonly #folder: string | undefined;
  #stamp: string | undefined;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const chosen = environment['UAPIKIT_CACHE'];
    const base = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
    this.#folder = chosen === 'off' ? undefined : chosen || join(base, 'uapikit');
  }

  /** The model of a schema file, if it was resolved before and no file has changed since. */
  load(path: string): Model | undefined {
    const place = this.#place(path);
    if (place === undefined) return undefined;
    try {
      const entry = deserialize(readFileSync(place)) as CacheEntry;
      const fresh = entry.files.every((file) => hashOf(readText(builtinPath(file.path))) === file.hash);
      return fresh ? entry.model : undefined;
    } catch {
      return undefined;
    }
  }

  store(path: string, model: Model, sources: ReadonlyMap<string, string>): void {
    const place = this.#place(path);
    if (place === undefined) return;
    const files = [...sources].map(([file, text]) => ({ path: file, hash: hashOf(text) }));
    try {
      mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
      const temporary = `${place}.${process.pid}.tmp`;
      writeFileSync(temporary, serialize({ files, model } satisfies CacheEntry));
      renameSync(temporary, place);
      forgetOld(dirname(place));
    } catch {
      // A read-only home or a full disk only costs time.
    }
  }

  #place(path: string): string | undefined {
    if (this.#folder === undefined) return undefined;
    this.#stamp ??= programStamp();
    return join(this.#folder, `${hashOf(`${this.#stamp}\n${path}\n${process.cwd()}`)}.model`);
  }
}

/** Removes models that were not written for a month: they belong to schemas or programs that are gone. */
function forgetOld(folder: string): void {
  const oldest = Date.now() - 30 * 24 * 3600 * 1000;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (name.endsWith('.model') && statSync(file).mtimeMs < oldest) rmSync(file, { force: true });
  }
}

function hashOf(text: string | undefined): string {
  return text === undefined ? '' : createHash('sha256').update(text).digest('hex').slice(0, 40);
}

/** Changes when the program that resolves schemas does: its version, and size and time of its files. */
function programStamp(): string {
  const folders = ['spec', 'spec/resolve', 'model', 'layout'].map((name) => join(programFolder, name));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const stats = [
    ...files.filter((file) => /(?<!\.d)\.[jt]s$/.test(file)),
    join(schemaFolder, 'uapi.schema.json'),
  ].map((file) => {
    const { size, mtimeMs } = statSync(file);
    return `${file} ${size} ${mtimeMs}`;
  });
  return [process.version, ...stats].join('\n');
}
