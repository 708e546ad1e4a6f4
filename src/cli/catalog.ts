import type { Model } from '../model/model.ts';
import { parseRelease, type Release } from '../model/release.ts';
import { didYouMean } from '../spec/suggestion.ts';
import { indexedSchema } from './compiled-index.ts';
import { builtinSchemas } from './files.ts';
import { ModelLoader } from './model-loader.ts';
import { UsageError } from './usage-error.ts';

/** The models that a command works on: those of the package, and those of the user's files before them. */
export class Catalog {
  readonly #files: readonly string[];
  readonly #loader: ModelLoader;

  constructor(files: readonly string[], loader: ModelLoader) {
    this.#files = files;
    this.#loader = loader;
  }

  /** The models one after the other, each loaded when it is come to. */
  *each(): Iterable<Model> {
    for (const file of this.#files) yield this.#loader.load(file);
  }

  /** All models. */
  get models(): readonly Model[] {
    return [...this.each()];
  }

  /** The models that know a struct, an ioctl or the number of one, and perhaps others; all where none does. */
  knowing(name: string): readonly Model[] {
    const found = [...this.#having(name)];
    const known = found.some(({ structs, ioctls }) => structs.has(name) || ioctls.has(name));
    return known || isNumber(name) ? found : this.models;
  }

  /** The models that may have a name: what the build's index knows better is not loaded. */
  *#having(name: string): Iterable<Model> {
    const key = isNumber(name) ? String(BigInt(name)) : name;
    for (const file of this.#files) {
      if (indexedSchema(file)?.names.includes(key) !== false) yield this.#loader.load(file);
    }
  }

  /** Loads the package's schemas, with the user's own before them. */
  static load(files: readonly string[] = [], kernel?: string): Catalog {
    return new Catalog(
      [...files, ...builtinSchemas()],
      new ModelLoader(requireRelease(kernel), { places: false }),
    );
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
    throw new UsageError(`unknown struct ${name}${didYouMean(name, known)}`, 'uapi list shows what is known');
  }
}

/** Whether a name is a number: that of an ioctl. */
export function isNumber(name: string): boolean {
  return /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(name);
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
