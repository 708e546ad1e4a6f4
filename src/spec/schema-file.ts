import type { Model } from '../model/model.ts';
import { type Diagnostic, Diagnostics } from './diagnostic.ts';
import { loadSchema, type SchemaHost } from './load.ts';
import { resolve } from './resolve/resolve.ts';

/** What came of a schema file: the model, or what is wrong. */
export interface SchemaResult {
  /** Null where a diagnostic is an error. */
  readonly model: Model | null;
  readonly diagnostics: readonly Diagnostic[];
  /** How many further diagnostics were not kept. */
  readonly omitted: number;
  /** The text of every file that was read. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Parses and resolves a schema file with all that it includes and imports. Never throws for what is in a file. */
export function readSchema(path: string, host: SchemaHost): SchemaResult {
  const diagnostics = new Diagnostics();
  const loaded = loadSchema(path, host, diagnostics);
  const model = resolve(loaded, diagnostics);
  return { model, diagnostics: diagnostics.sorted(), omitted: diagnostics.omitted, sources: loaded.sources };
}
