import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { serialize } from 'node:v8';
import { atRelease } from '../model/select.ts';
import { formatDiagnostic } from '../spec/diagnostic.ts';
import { readSchema } from '../spec/schema-file.ts';
import { compactModel } from './compact-model.ts';
import { builtinSchemas, FileHost } from './files.ts';
import { compiledFolder, compiledPlace, fingerprints, releasedPlace } from './model-cache.ts';

// A step of the build: resolves the package's schemas once, so that the command line need not.
const host = new FileHost();
mkdirSync(compiledFolder, { recursive: true });
for (const path of builtinSchemas()) {
  const { model, diagnostics, sources } = readSchema(path, host);
  if (model === null) {
    for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic, sources));
    console.error(`${basename(path)} has mistakes: the program will be built without it`);
    process.exitCode = 1;
    continue;
  }
  const prints = fingerprints(sources);
  writeFileSync(compiledPlace(path), serialize({ model, prints }));
  const kernel = model.interfaces.get(model.root)?.kernel;
  const released = kernel == null ? model : atRelease(model, kernel);
  writeFileSync(releasedPlace(path), serialize({ model: compactModel(released), prints }));
}
