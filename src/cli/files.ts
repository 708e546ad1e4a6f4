import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder above this module's: dist, dist/src, or src if the sources run as they are. */
export const programFolder: string = fileURLToPath(new URL('..', import.meta.url));

/** The package's own folder. */
export const packageFolder: string = packageAbove(programFolder);

/** The bundled command line that the build makes. */
export const programPlace: string = join(packageFolder, 'dist', 'program', 'uapi.cjs');

/** The folder of the schemas that come with the package. */
export const schemaFolder: string = join(packageFolder, 'schema');

/** Paths of the schemas that come with the package, one per interface. */
export function builtinSchemas(): readonly string[] {
  const names = readdirSync(schemaFolder).filter((name) => name.endsWith('.yaml'));
  return names
    .map((name) => name.replace('.yaml', ''))
    .sort()
    .map((name) => join(schemaFolder, `${name}.yaml`));
}

function packageAbove(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : packageAbove(above);
}

/** Where a path of a schema leads: `uapikit/vfio.yaml`, wherever it is imported from, to the package. */
export function builtinPath(path: string): string {
  return path.startsWith('uapikit/') ? join(schemaFolder, path.slice('uapikit/'.length)) : path;
}

/** The path of a schema without the place where the package is installed: the inverse of {@link builtinPath}. */
export function portablePath(path: string): string {
  return path.startsWith(`${schemaFolder}/`) ? `uapikit/${path.slice(schemaFolder.length + 1)}` : path;
}

/** What went wrong with a file, in the user's words. */
export function problemOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is not a folder',
    EACCES: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space left',
    ENAMETOOLONG: 'the name is too long',
    ERR_INVALID_ARG_VALUE: 'the name holds a NUL byte',
  };
  return known[code] ?? (error as Error).message;
}

/** The text of a file, undefined where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Makes a folder and those above it. Node's own way to do so never ends in /proc, where nothing can be made.
 *
 * @throws the error of the file system
 */
export function makeFolder(path: string, mode = 0o777): void {
  const above = dirname(path);
  if (above === path || existsSync(path)) return;
  makeFolder(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
