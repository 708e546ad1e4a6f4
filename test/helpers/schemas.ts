import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtinSchemas } from '../../src/cli/files.ts';
import { FileHost } from '../../src/cli/schemas/schema-host.ts';
import type { Model } from '../../src/model/model.ts';
import { parseRelease } from '../../src/model/release.ts';
import { atRelease } from '../../src/model/select.ts';
import { formatDiagnostic } from '../../src/spec/diagnostic.ts';
import { readSchema } from '../../src/spec/schema-file.ts';

const host = new FileHost();

/** Reads a schema that must be good. */
export function readModel(path: string): Model {
  const { model, diagnostics, sources } = readSchema(path, host);
  if (model === null) throw new Error(diagnostics.map((one) => formatDiagnostic(one, sources)).join('\n'));
  return model;
}

/** The package's own schemas by interface name, as of the release that they are written for. */
export function packageModels(): ReadonlyMap<string, Model> {
  return new Map(
    builtinSchemas().map((path) => {
      const model = readModel(path);
      const kernel = model.interfaces.get(model.root)?.kernel ?? parseRelease('6.12.117');
      return [model.root, kernel == null ? model : atRelease(model, kernel)];
    }),
  );
}

/** The path of a file of the repository. */
export function repositoryFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The text of a file of the repository. */
export function repositoryText(path: string): string {
  return readFileSync(repositoryFile(path), 'utf8');
}
