import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { SchemaHost } from '../../spec/load.ts';
import type { ShapeSchema } from '../../spec/shape.ts';
import { builtinPath, problemOf, schemaFolder } from '../files.ts';

/** Most bytes of a schema file that are read. */
const fileMax = 4 * 1024 * 1024;

type Text = { readonly text: string } | { readonly problem: string };

/**
 * Reads schema files from the disk; `uapikit/NAME.yaml` is a schema of the package.
 *
 * A schema may come from a stranger: what it includes and imports must be regular files below its own folder, those of the
 * package, or below a folder that the user allows. The file that the user names may be anything that can be read to its end;
 * `-` is standard input, read once.
 */
export class FileHost implements SchemaHost {
  readonly trees: SchemaHost['trees'] = new Map();
  readonly #includeRoots: readonly string[];
  #shape: ShapeSchema | undefined;
  #standardInput: Text | undefined;

  /** @param includeRoots further folders whose files schemas may include and import */
  constructor(includeRoots: readonly string[] = []) {
    this.#includeRoots = includeRoots;
  }

  get shape(): ShapeSchema {
    this.#shape ??= JSON.parse(readFileSync(join(schemaFolder, 'uapi.schema.json'), 'utf8')) as ShapeSchema;
    return this.#shape;
  }

  read(path: string, root: string): Text {
    const place = builtinPath(path);
    if (root === '-' && path === root) {
      this.#standardInput ??= readBounded('/dev/stdin', 'anything');
      return this.#standardInput;
    }
    if (path === root) return readBounded(place, 'anything');
    const allowed = [dirname(builtinPath(root)), schemaFolder, ...this.#includeRoots];
    try {
      // Names outside are not even looked for, so that nobody learns which there are.
      const below = isBelow(
        resolve(place),
        allowed.map((folder) => resolve(folder)),
      );
      if (below && isBelow(realpathSync(place), allowed.flatMap(realFolder)))
        return readBounded(place, 'file');
    } catch (error) {
      return { problem: problemOf(error) };
    }
    return {
      problem: `it is not below ${dirname(root)}, the folder of the schema; --include-root allows other folders`,
    };
  }
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`));
}

/** A folder without links; nothing if there is none. */
function realFolder(folder: string): readonly string[] {
  try {
    return [realpathSync(folder)];
  } catch {
    return [];
  }
}

/** The text of a file up to the limit; `kind` tells whether it may be something else than a regular file. */
function readBounded(place: string, kind: 'file' | 'anything'): Text {
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK, to open a FIFO that nobody writes to would never return.
    descriptor = openSync(place, constants.O_RDONLY | (kind === 'file' ? constants.O_NONBLOCK : 0));
    if (kind === 'file' && !fstatSync(descriptor).isFile()) return { problem: 'it is not a regular file' };
    return textOf(descriptor);
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function textOf(descriptor: number): Text {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= fileMax; ) {
    const chunk = Buffer.alloc(0x1_0000);
    const length = readSync(descriptor, chunk);
    if (length === 0) return { text: Buffer.concat(chunks).toString('utf8') };
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return { problem: `it has more than ${fileMax / 1024 / 1024} MiB` };
}
