/**
 * Schemas from files, for programs on Node (`uapikit/node`).
 *
 * @packageDocumentation
 */
import { join } from 'node:path';
import { builtinSchemas, schemaFolder } from './cli/files.ts';
import { requireRelease } from './cli/schemas/catalog.ts';
import { ModelLoader } from './cli/schemas/model-loader.ts';
import type { Model } from './model/model.ts';

/**
 * Reads a schema: one of the package by its name (`iommufd`, `vfio`, `pci`, ...), any other by the path of its file.
 *
 * @param release a kernel release like `6.12` or `6.12.117`; without it the one that the schema is written for
 * @throws Error that says in one line (and a line for each mistake of the schema) what is wrong
 */
export function loadModel(schema: string, release?: string): Model {
  const own = join(schemaFolder, `${schema}.yaml`);
  return new ModelLoader(requireRelease(release)).load(builtinSchemas().includes(own) ? own : schema);
}
