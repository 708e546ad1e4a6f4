import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Model } from '../model/model.ts';
import { compiledFolder, compiledIndex, isAsStamped, isBuiltProgram, printOf } from './compiled-index.ts';
import { makeFolder, portablePath, programFolder, schemaFolder } from './files.ts';

/** A resolved model with the files that it was made from. */
export interface LoadedModel {
  readonly model: Model;
  /** Hash of each file's contents. */
  readonly prints: ReadonlyMap<string, string>;
}

/** Hashes of the texts of files. */
export function fingerprints(sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...sources].map(([file, text]) => [portablePath(file), printOf(text)]));
}

/** Where the build put the model of one of the package's schemas. */
export function compiledPlace(path: string): string {
  return join(compiledFolder, `${basename(path, '.yaml')}.model`);
}

/** Where the build put the same model as of the release that it is written for, without places in the schema's text. */
export function releasedPlace(path: string): string {
  return join(compiledFolder, `${basename(path, '.yaml')}.released.model`);
}

/** True where every file still has the contents that it had. */
export function isFresh({ prints }: LoadedModel): boolean {
  const stamps = compiledIndex()?.stamps;
  return [...prints].every(([file, print]) => isAsStamped(file, stamps?.[file], print));
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
  load(path: string): LoadedModel | undefined {
    if (isBuilt(path)) {
      const compiled = loadFrom(compiledPlace(path));
      if (compiled !== undefined) return compiled;
    }
    const place = this.#place(path);
    return place === undefined ? undefined : loadFrom(place);
  }

  /** The model of one of the package's schemas as of its own release, if the build made it and no file has changed since. */
  loadReleased(path: string): LoadedModel | undefined {
    return isBuilt(path) ? loadFrom(releasedPlace(path)) : undefined;
  }

  store(path: string, loaded: LoadedModel): void {
    const place = this.#place(path);
    if (place === undefined) return;
    try {
      makeFolder(dirname(place), 0o700);
      const temporary = `${place}.${process.pid}.tmp`;
      writeFileSync(temporary, serialize(loaded));
      renameSync(temporary, place);
      forgetOld(dirname(place));
    } catch {
      // A read-only home or a full disk only costs time.
    }
  }

  #place(path: string): string | undefined {
    if (this.#folder === undefined) return undefined;
    this.#stamp ??= programStamp();
    return join(this.#folder, `${printOf(`${this.#stamp}\n${path}\n${process.cwd()}`)}.model`);
  }
}

/** True for the package's schemas in a program that the build made. */
function isBuilt(path: string): boolean {
  return dirname(path) === schemaFolder && isBuiltProgram();
}

function loadFrom(place: string): LoadedModel | undefined {
  try {
    const loaded = deserialize(readFileSync(place)) as LoadedModel;
    return isFresh(loaded) ? loaded : undefined;
  } catch {
    return undefined;
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
