import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locate } from '../../src/base/span.ts';
import type { Model } from '../../src/model/model.ts';
import type { SchemaHost } from '../../src/spec/load.ts';
import { readSchema, type SchemaResult } from '../../src/spec/schema-file.ts';
import type { ShapeSchema } from '../../src/spec/shape.ts';

/** The package's own folder. */
export const packageFolder: string = fileURLToPath(new URL('../..', import.meta.url));

const shapePath = join(packageFolder, 'schema/uapi.schema.json');

/** The language's JSON Schema. */
export const shapeSchema: ShapeSchema = JSON.parse(readFileSync(shapePath, 'utf8')) as ShapeSchema;

/** A host whose files are a map from paths to texts. */
export function memoryHost(files: Readonly<Record<string, string>>): SchemaHost {
  return {
    shape: shapeSchema,
    trees: new Map(),
    read: (path) => {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      return text === undefined ? { problem: 'no such file' } : { text };
    },
  };
}

/** A host that reads files of the package, and keeps their texts for the next time. */
export function packageHost(changed: Readonly<Record<string, string>> = {}): SchemaHost {
  return {
    shape: shapeSchema,
    trees: sharedTrees,
    read: (path) => {
      if (Object.hasOwn(changed, path)) return { text: changed[path] ?? '' };
      try {
        const text = texts.get(path) ?? readFileSync(join(packageFolder, path), 'utf8');
        texts.set(path, text);
        return { text };
      } catch {
        return { problem: 'no such file' };
      }
    },
  };
}

const sharedTrees: SchemaHost['trees'] = new Map();
const texts = new Map<string, string>();

/** Paths of all files with a name's ending in a folder of the package, its sub-folders included. */
export function filesIn(folder: string, ending = '.yaml'): readonly string[] {
  const names = readdirSync(join(packageFolder, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** Reads one text as a schema. */
export function readText(text: string): SchemaResult {
  return readSchema('test.yaml', memoryHost({ 'test.yaml': text }));
}

/** The model of a file of the package that must be valid. */
export function modelOfFile(path: string): Model {
  const result = readSchema(path, packageHost());
  if (result.model === null) throw new Error(`${path} is not valid:\n${summary(result).join('\n')}`);
  return result.model;
}

/** The diagnostics of a result as `line:column code`. */
export function summary(result: SchemaResult): string[] {
  return result.diagnostics.map(({ code, span }) => {
    const { line, column } = locate(result.sources.get(span.file) ?? '', span.start);
    return `${line}:${column} ${code}`;
  });
}
