import type { Model } from '../model/model.ts';
import { parseRelease, type Release } from '../model/release.ts';
import { atRelease } from '../model/select.ts';
import { formatDiagnostic } from '../spec/diagnostic.ts';
import { readSchema } from '../spec/schema-file.ts';
import { didYouMean } from '../spec/suggestion.ts';
import { builtinSchemas, FileHost } from './files.ts';
import { ModelCache } from './model-cache.ts';
import { UsageError } from './usage-error.ts';

/** The models that a command works on: those of the package, and those of the user's files before them. */
export class Catalog {
  readonly #files: readonly string[];
  readonly #release: Release | undefined;
  readonly #host: FileHost;
  readonly #cache = new ModelCache();
  readonly #models = new Map<string, Model>();

  constructor(files: readonly string[], release: Release | undefined, host: FileHost) {
    this.#files = files;
    this.#host = host;
    this.#release = release;
  }

  /** The models one after the other, each loaded when it is come to. */
  *each(): Iterable<Model> {
    for (const file of this.#files) {
      const model =
        this.#models.get(file) ?? selected(loadModel(file, this.#cache, this.#host), this.#release);
      this.#models.set(file, model);
      yield model;
    }
  }

  /** All models. */
  get models(): readonly Model[] {
    return [...this.each()];
  }

  /** Loads the package's schemas, with the user's own before them. */
  static load(files: readonly string[] = [], kernel?: string): Catalog {
    return Catalog.of([...files, ...builtinSchemas()], kernel);
  }

  /** Loads these schema files only. */
  static of(files: readonly string[], kernel?: string, host: FileHost = new FileHost()): Catalog {
    const release = kernel === undefined ? undefined : requireRelease(kernel);
    return new Catalog(files, release, host);
  }

  /** The struct, union, register block or ioctl argument of a name; an error that helps where there is none. */
  requireStruct(name: string): { readonly model: Model; readonly name: string } {
    for (const model of this.each()) {
      const ioctl = model.ioctls.get(name);
      if (ioctl?.argument.kind === 'struct') return { model, name: ioctl.argument.name };
      if (model.structs.has(name)) return { model, name };
    }
    const known = this.models.flatMap((model) =>
      [...model.structs.values()].filter((s) => !s.inline).map((s) => s.name),
    );
    throw new UsageError(`unknown struct ${name}${didYouMean(name, known)}`, 'uapi list shows what is known');
  }
}

/** Loads one schema file through the cache. */
function loadModel(file: string, cache: ModelCache, host: FileHost): Model {
  const cached = cache.load(file);
  if (cached !== undefined) return cached;
  const { model, diagnostics, sources } = readSchema(file, host);
  if (model === null) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const shown = errors.slice(0, 5).map((diagnostic) => formatDiagnostic(diagnostic, sources));
    const rest = errors.length > shown.length ? [`... and ${errors.length - shown.length} more`] : [];
    throw new UsageError(
      `${file} is no schema that can be used:\n${[...shown, ...rest].join('\n')}`,
      `uapi check ${file} shows all`,
    );
  }
  cache.store(file, model, sources);
  return model;
}

/** The model as of a release: the one asked for, else the one that its schema is written for. */
function selected(model: Model, release: Release | undefined): Model {
  const chosen = release ?? model.interfaces.get(model.root)?.kernel;
  return chosen == null ? model : atRelease(model, chosen);
}

function requireRelease(text: string): Release {
  const release = parseRelease(text);
  if (release === undefined) {
    throw new UsageError(`--kernel ${text} is no release, expected one like 6.12, 6.12.117 or 6.12.y`);
  }
  return release;
}
