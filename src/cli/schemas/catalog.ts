import { didYouMean } from '../../base/suggestion.ts';
import { UsageError } from '../../base/usage-error.ts';
import type { Architecture } from '../../layout/architecture.ts';
import { reasonOfAbsence } from '../../model/absence.ts';
import type { Model } from '../../model/model.ts';
import { formatRelease, parseRelease, type Release } from '../../model/release.ts';
import { builtinSchemas } from '../files.ts';
import { chosenArchitecture } from '../options/arch-option.ts';
import type { SchemaChoice } from '../options/schema-options.ts';
import { indexedSchema } from './compiled-index.ts';
import { ModelLoader } from './model-loader.ts';

/** The models that a command works on: those of the package, and those of the user's files before them. */
export class Catalog {
  readonly #files: readonly string[];
  readonly #includeRoots: readonly string[];
  readonly #loader: ModelLoader;
  #everything: readonly Model[] | undefined;
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

  /** The models one after the other, each loaded when it is come to. */
  *each(): Iterable<Model> {
    for (const file of this.#files) yield this.#loader.load(file);
  }

  /** All models. */
  get models(): readonly Model[] {
    return [...this.each()];
  }

  /** The models of every release and architecture, for what is to be said about things that are missing. */
  get everything(): readonly Model[] {
    const loader = new ModelLoader('all', { places: false, includeRoots: this.#includeRoots });
    this.#everything ??= this.#files.map((file) => loader.load(file));
    return this.#everything;
  }

  /** The models that know a struct or an ioctl, and perhaps others; all if none does. */
  knowing(name: string): readonly Model[] {
    const found = [...this.#having(name)];
    const known = found.some(({ structs, ioctls }) => structs.has(name) || ioctls.has(name));
    return known ? found : this.models;
  }

  /** The models that may know an ioctl by its number. */
  knowingNumber(number: number): readonly Model[] {
    return [...this.#having(String(number))];
  }

  /** The models that may have a name: what the build's index knows better is not loaded. */
  *#having(key: string): Iterable<Model> {
    for (const file of this.#files) {
      if (indexedSchema(file)?.names.includes(key) !== false) yield this.#loader.load(file);
    }
  }

  /** Loads the package's schemas, with the user's own before them. */
  static load(choice: SchemaChoice = {}): Catalog {
    return new Catalog(choice);
  }

  /** What another release or architecture has and this catalog has not; null if none has it. */
  missing(name: string): Missing | null {
    for (const whole of this.everything) {
      const thing = whole.ioctls.get(name) ?? whole.structs.get(name);
      if (thing === undefined) continue;
      const release = requireRelease(this.kernel) ?? whole.interfaces.get(whole.root)?.kernel ?? null;
      const inTime = reasonOfAbsence(whole, thing, { release, architecture: null });
      if (inTime !== null && release !== null) return missingInTime(name, inTime, release, this.kernel);
      const architecture = this.architecture ?? null;
      const reason = reasonOfAbsence(whole, thing, { release: null, architecture });
      if (reason === null) continue;
      return {
        name,
        reason,
        error: new UsageError(`${name} ${reason}; --arch ${architecture} does not have it`),
      };
    }
    return null;
  }

  /** The struct, union, register block or ioctl argument of a name; an error that helps where there is none. */
  requireStruct(name: string): { readonly model: Model; readonly name: string } {
    for (const model of this.#having(name)) {
      const ioctl = model.ioctls.get(name);
      if (ioctl?.argument.kind === 'struct') return { model, name: ioctl.argument.name };
      if (model.structs.has(name)) return { model, name };
    }
    const known = this.models.flatMap((model) =>
      [...model.structs.values()].filter((s) => !s.inline).map((s) => s.name),
    );
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
    throw new UsageError(`--kernel ${text} is no release, expected one like 6.12, 6.12.117 or 6.12.y`);
  }
  return release;
}
