import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JsonValue } from '../../base/json.ts';
import { builtinPath, packageFolder, programFolder, readText, schemaFolder } from '../files.ts';

/** Folder of what the build made of the package's schemas. */
export const compiledFolder: string = join(packageFolder, 'dist', 'models');

/** How a file of a schema was when it was read. */
export interface FileStamp {
  /** Hash of the contents. */
  readonly print: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What the build knows about a schema, so that a command need not load it to see whether it is about it. */
export interface IndexedSchema {
  /** The files that it is made of. */
  readonly files: readonly string[];
  /** The structs and ioctls that it declares, numbers of ioctls in decimal, and the kinds of file that ioctls are for. */
  readonly names: readonly string[];
  /** Other schemas of the package that add to it: members of its variant sets. */
  readonly extendedBy: readonly string[];
}

/** The index of the package's schemas. */
export interface CompiledIndex {
  readonly stamps: { readonly [file: string]: FileStamp };
  readonly schemas: { readonly [file: string]: IndexedSchema };
}

/** Where the build puts the index. */
export const indexPlace: string = join(compiledFolder, 'index.json');

/** Where the build puts the items that `uapi list` shows. */
export const itemsPlace: string = join(compiledFolder, 'items.json');

let known: CompiledIndex | null | undefined;

/** The index, where the running program is the one that the build made. */
export function compiledIndex(): CompiledIndex | null {
  known ??= isBuiltProgram() ? (readJson(indexPlace) as CompiledIndex | null) : null;
  return known;
}

/** True where this program's modules come from the build. */
export function isBuiltProgram(): boolean {
  return programFolder.startsWith(join(packageFolder, 'dist', '/'));
}

/** What is indexed of a schema of the package, if its files are as they were; undefined for all other files. */
export function indexedSchema(path: string): IndexedSchema | undefined {
  if (!path.startsWith(schemaFolder)) return undefined;
  const index = compiledIndex();
  const schema = index?.schemas[basename(path)];
  return schema?.files.every((file) => isAsStamped(file, index?.stamps[file])) ? schema : undefined;
}

/** The items of `uapi list`, if all schemas are as they were. */
export function compiledItems(schemas: readonly string[]): JsonValue {
  return schemas.every((path) => indexedSchema(path) !== undefined) ? readJson(itemsPlace) : null;
}

/** Whether a file has the contents with this hash, which is calculated only where size or time differ from the stamp. */
export function isAsStamped(
  file: string,
  stamp: FileStamp | undefined,
  print: string | undefined = stamp?.print,
): boolean {
  const path = builtinPath(file);
  if (stamp !== undefined && stamp.print === print) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.size === stamp.size && found.mtimeMs === stamp.mtimeMs) return true;
  }
  return print !== undefined && printOf(readText(path)) === print;
}

/** Length of what {@link printOf} gives for a text. */
export const printLength = 40;

/** The hash that tells contents apart; empty if there are no contents. */
export function printOf(text: string | Uint8Array | undefined): string {
  if (text === undefined) return '';
  // Loaded only where it is needed: it takes as long as a small command.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex').slice(0, printLength);
}

function readJson(path: string): JsonValue {
  try {
    return JSON.parse(readText(path) ?? 'null') as JsonValue;
  } catch {
    return null;
  }
}
