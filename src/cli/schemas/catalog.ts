import { basename } from 'node:path';
import { didYouMean } from '../../base/suggestion.ts';
import { UsageError } from '../../base/usage-error.ts';
import type { Architecture } from '../../layout/architecture.ts';
import { reasonOfAbsence } from '../../model/absence.ts';
import type { Model } from '../../model/model.ts';
import { formatRelease, parseRelease, type Release } from '../../model/release.ts';
import { linkModels } from '../../spec/link.ts';
import { builtinSchemas } from '../files.ts';
import { chosenArchitecture } from '../options/arch-option.ts';
import type { SchemaChoice } from '../options/schema-options.ts';
import { indexedSchema } from './compiled-index.ts';
import { ModelLoader } from './model-loader.ts';

/** The schemas that a command works on: those of the package, and the user's files before them, linked into one Model. */
export class Catalog {
  readonly #files: readonly string[];
  readonly #includeRoots: readonly string[];
  readonly #loader: ModelLoader;
  readonly #linked = new Map<string, Model>();
  #everything: Model | undefined;
  /** The release that was asked for, in the words of the option. */
  readonly kernel: string | undefined;
  /** The architecture that was asked for. */
  readonly architecture: Architecture | undefined;

  private constructor({ schema = [], kernel, arch, includeRoot = [] }: SchemaChoice) {
    this.#files = [...schema, ...builtinSchemas()];
    this.#includeRoots = includeRoot;
    this.kernel = kernel;
    this.architecture = chosenArchitecture(arch);
    this.#loader = new ModelLoader(requireRelease(kernel), {
      places: false,
      architecture: this.architecture,
      includeRoots: includeRoot,
    });
  }

  /** The model of each schema alone, with what it imports. */
  get models(): readonly Model[] {
    return this.#files.map((file) => this.#loader.load(file));
  }

  /** All schemas. */
  get whole(): Model {
    return this.#link(this.#files);
  }

  /** All schemas with everything of every release and architecture, to tell about things that are missing. */
  get everything(): Model {
    const loader = new ModelLoader('all', { places: false, includeRoots: this.#includeRoots });
    this.#everything ??= linkModels(this.#files.map((file) => loader.load(file)));
    return this.#everything;
  }

  /** The schemas that know a struct or an ioctl, with those that add to them; all if none does. */
  about(name: string): Model {
    const found = this.#link(this.#having([name]));
    return found.structs.has(name) || found.ioctls.has(name) ? found : this.whole;
  }

  /** The schemas that know an ioctl by its number, with those that add to them; all if none does. */
  aboutNumber(number: number): Model {
    return this.#link(this.#having([String(number)]));
  }

  /** The schemas with ioctls of some kinds of file, with those that add to them. */
  ofFiles(kinds: readonly string[]): Model {
    return this.#link(this.#having(kinds));
  }

  /** The files that may have one of some names, or add to those that have it: the build's index knows that of the package's. */
  #having(keys: readonly string[]): readonly string[] {
    // Each look at the index checks that the files are as they were.
    const indexed = this.#files.map((file) => ({ file, index: indexedSchema(file) }));
    const having = indexed.filter(
      ({ index }) => index === undefined || keys.some((key) => index.names.includes(key)),
    );
    const adding = new Set(having.flatMap(({ index }) => index?.extendedBy ?? []));
    return this.#files.filter(
      (file) => adding.has(basename(file)) || having.some((each) => each.file === file),
    );
  }

  #link(files: readonly string[]): Model {
    const chosen = files.length === 0 ? this.#files : files;
    const key = chosen.join('\0');
    const known = this.#linked.get(key) ?? linkModels(chosen.map((file) => this.#loader.load(file)));
    this.#linked.set(key, known);
    return known;
  }

  /** Loads the package's schemas, with the user's own before them. */
  static load(choice: SchemaChoice = {}): Catalog {
    return new Catalog(choice);
  }

  /** What another release or architecture has and this catalog has not; null if none has it. */
  missing(name: string): Missing | null {
    const { everything } = this;
    const thing = everything.ioctls.get(name) ?? everything.structs.get(name);
    if (thing === undefined) return null;
    const release = requireRelease(this.kernel) ?? everything.interfaces.get(thing.interface)?.kernel ?? null;
    const inTime = reasonOfAbsence(everything, thing, { release, architecture: null });
    if (inTime !== null && release !== null) return missingInTime(name, inTime, release, this.kernel);
    const architecture = this.architecture ?? null;
    const reason = reasonOfAbsence(everything, thing, { release: null, architecture });
    if (reason === null) return null;
    const error = new UsageError(`${name} ${reason}; --arch ${architecture} does not have it`);
    return { name, reason, error };
  }

  /** The struct, union, register block or ioctl argument of a name; an error that helps where there is none. */
  requireStruct(name: string): { readonly model: Model; readonly name: string } {
    const model = this.about(name);
    const ioctl = model.ioctls.get(name);
    if (ioctl?.argument.kind === 'struct') return { model, name: ioctl.argument.name };
    if (model.structs.has(name)) return { model, name };
    const known = [...model.structs.values()].filter(({ inline }) => !inline).map((struct) => struct.name);
    throw (
      this.missing(name)?.error ??
      new UsageError(`unknown struct ${name}${didYouMean(name, known)}`, 'uapi list shows what is known')
    );
  }
}

/** A struct or ioctl that another release or architecture has. */
export interface Missing {
  readonly name: string;
  /** Like `exists since Linux 6.8`. */
  readonly reason: string;
  readonly error: UsageError;
}

function missingInTime(name: string, reason: string, release: Release, asked: string | undefined): Missing {
  const own = formatRelease(release);
  const error =
    asked === undefined
      ? new UsageError(
          `${name} ${reason}; it is looked for in Linux ${own}`,
          '--kernel chooses another release',
        )
      : new UsageError(`${name} ${reason}; --kernel ${own} does not have it`);
  return { name, reason, error };
}

/** The release that an option names; undefined where there is none. */
export function requireRelease(text: string | undefined): Release | undefined {
  if (text === undefined) return undefined;
  const release = parseRelease(text);
  if (release === undefined) {
    throw new UsageError(`--kernel ${text} is not a release, expected one like 6.12, 6.12.117 or 6.12.y`);
  }
  return release;
}
