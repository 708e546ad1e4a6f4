import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';

/** Where the build puts the bundled program: beside the folders of modules, so that paths stay the same. */
export const bundleFolder: string = fileURLToPath(new URL('../program', import.meta.url));

/** The bundle's first chunk; it exports what start.ts does. */
export const firstChunk = 'start.cjs';

/** Ending of the files with compiled code: it fits this engine and processor only. */
const compiledEnding = `${process.versions.v8}-${process.arch}.compiled`;

/** A chunk of the bundle that is loaded. */
interface LoadedChunk {
  readonly file: string;
  readonly script: Script;
  readonly module: { exports: unknown };
}

/**
 * Loads the chunks of a bundle, with the compiled code that the build kept of them: node reads a hundred modules one
 * by one much slower, and versions before 22.8 keep no compiled code themselves.
 */
export class BundleLoader {
  readonly #folder: string;
  readonly #require: NodeJS.Require;
  readonly #loaded = new Map<string, LoadedChunk>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#require = createRequire(join(folder, firstChunk));
  }

  /** What a chunk exports; any other module is required as usual. */
  load(id: string): unknown {
    if (!id.startsWith('./')) return this.#require(id);
    const loaded = this.#loaded.get(id);
    if (loaded !== undefined) return loaded.module.exports;
    const file = join(this.#folder, id);
    // Chunks are ASCII, see compile-program.ts: one byte for each character in memory, too.
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
    const cachedData = readCompiled(`${file}.${compiledEnding}`);
    const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    const options = { filename: file, importModuleDynamically };
    const script = new Script(source, cachedData === undefined ? options : { ...options, cachedData });
    const module: LoadedChunk['module'] = { exports: {} };
    this.#loaded.set(id, { file, script, module });
    const run = script.runInThisContext() as (...parts: unknown[]) => void;
    run.call(module.exports, module.exports, (other: string) => this.load(other), module, file, this.#folder);
    return module.exports;
  }

  /** The code of the chunks that are loaded, as far as it was compiled, by the files to keep it in. */
  *compiled(): Iterable<readonly [file: string, code: Uint8Array]> {
    for (const { file, script } of this.#loaded.values()) {
      yield [`${file}.${compiledEnding}`, script.createCachedData()];
    }
  }
}

function readCompiled(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
