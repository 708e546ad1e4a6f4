import { normalize } from 'node:path';
import { UsageError } from '../../base/usage-error.ts';
import type { Model } from '../../model/model.ts';
import type { Release } from '../../model/release.ts';
import { atRelease, onArchitecture } from '../../model/select.ts';
import { Diagnostics, formatDiagnostic } from '../../spec/diagnostic.ts';
import { loadSchema } from '../../spec/load.ts';
import { readSchema } from '../../spec/schema-file.ts';
import { builtinPath } from '../files.ts';
import { fingerprints, isFresh, type LoadedModel, ModelCache } from './model-cache.ts';
import { FileHost } from './schema-host.ts';

/**
 * Loads models of schema files, each once as long as its files stay as they are: from memory, else from the cache on
 * disk, else by reading the schema.
 */
export class ModelLoader {
  readonly #host: FileHost;
  readonly #cache = new ModelCache();
  readonly #loaded = new Map<string, LoadedModel>();
  readonly #release: Release | 'all' | undefined;
  readonly #places: boolean;
  readonly #architecture: string | undefined;

  /**
   * @param release the release that models are cut down to; undefined: the one that each schema is written for
   * @param options places: whether models must know their places in the schemas' texts, which makes them larger;
   *   architecture: the one that models are cut down to; includeRoots: folders beside their own that schemas may include
   *   files from
   */
  constructor(
    release?: Release | 'all',
    {
      places = true,
      architecture,
      includeRoots = [],
    }: {
      readonly places?: boolean;
      readonly architecture?: string | undefined;
      readonly includeRoots?: readonly string[];
    } = {},
  ) {
    this.#host = new FileHost(includeRoots);
    this.#release = release;
    this.#places = places;
    this.#architecture = architecture;
  }

  /** The model of a schema file; the same object as before where nothing has changed. */
  load(file: string): Model {
    const before = this.#loaded.get(file);
    const released =
      before === undefined && !this.#places && this.#release === undefined
        ? this.#cache.loadReleased(file)
        : undefined;
    if (released !== undefined) {
      const loaded = { ...released, model: this.#onArchitecture(released.model) };
      this.#loaded.set(file, loaded);
      return loaded.model;
    }
    if (before !== undefined && isFresh(before)) return before.model;
    // A schema that changes while it is watched is not in the cache on disk, nor worth keeping there yet.
    const { model, prints } = before === undefined ? this.#loadOrStore(file) : this.#read(file);
    const loaded = { model: this.#select(model), prints };
    this.#loaded.set(file, loaded);
    return loaded.model;
  }

  /** Every file that a schema is made of or asks for in vain, itself first. */
  filesOf(file: string): readonly string[] {
    const asked = new Set<string>();
    const { trees, shape } = this.#host;
    const read: FileHost['read'] = (path, root) => {
      asked.add(path);
      return this.#host.read(path, root);
    };
    loadSchema(file, { trees, shape, read }, new Diagnostics());
    return [...asked].map((name) => normalize(builtinPath(name)));
  }

  #read(file: string): LoadedModel {
    const { model, diagnostics, sources } = readSchema(file, this.#host);
    if (model === null) {
      const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
      const shown = errors.slice(0, 5).map((diagnostic) => formatDiagnostic(diagnostic, sources));
      const rest = errors.length > shown.length ? [`... and ${errors.length - shown.length} more`] : [];
      throw new UsageError(
        `${file} is not a usable schema:\n${[...shown, ...rest].join('\n')}`,
        `uapi check ${file} shows all`,
      );
    }
    return { model, prints: fingerprints(sources) };
  }

  #loadOrStore(file: string): LoadedModel {
    const cached = this.#cache.load(file);
    if (cached !== undefined) return cached;
    const loaded = this.#read(file);
    this.#cache.store(file, loaded);
    return loaded;
  }

  #select(model: Model): Model {
    const chosen = this.#release ?? model.interfaces.get(model.root)?.kernel;
    return this.#onArchitecture(chosen == null || chosen === 'all' ? model : atRelease(model, chosen));
  }

  #onArchitecture(model: Model): Model {
    return this.#architecture === undefined ? model : onArchitecture(model, this.#architecture);
  }
}
