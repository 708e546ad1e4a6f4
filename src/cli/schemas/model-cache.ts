import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Model } from '../../model/model.ts';
import { makeFolder, portablePath, programFolder, programPlace, schemaFolder } from '../files.ts';
import {
  compiledFolder,
  compiledIndex,
  isAsStamped,
  isBuiltProgram,
  printLength,
  printOf,
} from './compiled-index.ts';

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

/** A resolved model as the bytes of a file: compressed, because a model names the same things over and over. */
export function packModel(loaded: LoadedModel): Uint8Array {
  return deflateRawSync(serialize(loaded));
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
    this.#folder = cacheFolder(environment);
  }

  /** The model of a schema file, if it was resolved before and no file has changed since. */
  load(path: string): LoadedModel | undefined {
    if (isBuilt(path)) {
      const compiled = loadFrom(compiledPlace(path));
      if (compiled !== undefined) return compiled;
    }
    const place = this.#place(path);
    return place === undefined ? undefined : loadFrom(place, sealed);
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
      writeFileSync(temporary, seal(packModel(loaded)));
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

/** The folder that the environment asks for; none without a home, which may be empty or unknown for a user id. */
export function cacheFolder(
  environment: NodeJS.ProcessEnv,
  homeOfUser: () => string = homedir,
): string | undefined {
  const chosen = environment['UAPIKIT_CACHE'];
  if (chosen === 'off') return undefined;
  if (chosen) return chosen;
  const base = environment['XDG_CACHE_HOME'];
  if (base && isAbsolute(base)) return join(base, 'uapikit');
  try {
    const home = environment['HOME'] ?? homeOfUser();
    return isAbsolute(home) ? join(home, '.cache', 'uapikit') : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes with their hash before them, so that a file that was damaged, or is none of ours, is not taken for a model. */
function seal(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(printOf(bytes)), bytes]);
}

/** The bytes that {@link seal} was given; undefined if they are not what they were. */
function sealed(bytes: Buffer): Buffer | undefined {
  const rest = bytes.subarray(printLength);
  return bytes.toString('latin1', 0, printLength) === printOf(rest) ? rest : undefined;
}

/** True for the package's schemas in a program that the build made. */
function isBuilt(path: string): boolean {
  return dirname(path) === schemaFolder && isBuiltProgram();
}

function loadFrom(
  place: string,
  open: (bytes: Buffer) => Buffer | undefined = (bytes) => bytes,
): LoadedModel | undefined {
  try {
    const bytes = open(readFileSync(place));
    const loaded = bytes && (deserialize(inflateRawSync(bytes)) as LoadedModel);
    return loaded !== undefined && isFresh(loaded) ? loaded : undefined;
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

/**
 * Changes when the program that resolves schemas does. A built program is its first file, which names all others by
 * their contents; otherwise it is size and time of its modules.
 */
function programStamp(): string {
  const folders = ['spec', 'spec/resolve', 'model', 'layout'].map((name) => join(programFolder, name));
  const modules = (): readonly string[] =>
    folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const files = isBuiltProgram() ? [programPlace] : modules().filter((file) => file.endsWith('.ts'));
  const stats = [...files, join(schemaFolder, 'uapi.schema.json')].map((file) => {
    const { size, mtimeMs } = statSync(file);
    return `${file} ${size} ${mtimeMs}`;
  });
  return [process.version, ...stats].join('\n');
}
