import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { builtinPath, builtinSchemas, portablePath } from '../cli/files.ts';
import {
  type CompiledIndex,
  compiledFolder,
  type FileStamp,
  indexPlace,
  itemsPlace,
} from '../cli/schemas/compiled-index.ts';
import { itemsOf, type ListItem } from '../cli/schemas/list-items.ts';
import { compiledPlace, fingerprints, packModel, releasedPlace } from '../cli/schemas/model-cache.ts';
import { FileHost } from '../cli/schemas/schema-host.ts';
import { ioctlNumber, numbersElsewhere } from '../layout/ioctl-number.ts';
import type { Model } from '../model/model.ts';
import { atRelease } from '../model/select.ts';
import { formatDiagnostic } from '../spec/diagnostic.ts';
import { readSchema } from '../spec/schema-file.ts';
import { compactModel } from './compact-model.ts';

// A step of the build: resolves the package's schemas once, so that the command line need not.
const host = new FileHost();
const stamps: { [file: string]: FileStamp } = {};
const schemas: { [file: string]: { readonly files: readonly string[]; readonly models: readonly Model[] } } =
  {};
const items: ListItem[] = [];
mkdirSync(compiledFolder, { recursive: true });
for (const path of builtinSchemas()) {
  const { model, diagnostics, sources } = readSchema(portablePath(path), host);
  if (model === null) {
    for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic, sources));
    console.error(`${basename(path)} has mistakes: the program will be built without it`);
    process.exitCode = 1;
    continue;
  }
  const prints = fingerprints(sources);
  writeFileSync(compiledPlace(path), packModel({ model, prints }));
  const kernel = model.interfaces.get(model.root)?.kernel;
  const released = kernel == null ? model : atRelease(model, kernel);
  writeFileSync(releasedPlace(path), packModel({ model: compactModel(released), prints }));
  for (const [file, print] of prints) {
    const { size, mtimeMs } = statSync(builtinPath(file));
    stamps[file] = { print, size, mtimeMs };
  }
  schemas[basename(path)] = { files: [...prints.keys()], models: [model, released] };
  items.push(...itemsOf(released));
}
const index: CompiledIndex = {
  stamps,
  schemas: Object.fromEntries(
    Object.entries(schemas).map(([file, { files }]) => [
      file,
      { files, names: namesIn(file), extendedBy: extendersOf(file) },
    ]),
  ),
};
writeFileSync(indexPlace, JSON.stringify(index));
writeFileSync(itemsPlace, JSON.stringify(items));

/** What a schema declares itself, by the names with which a command can ask for it. */
function namesIn(file: string): readonly string[] {
  const names = modelsOf(file).flatMap((model) => {
    const ioctls = [...model.ioctls.values()].filter(isOwn(model));
    const structs = [...model.structs.values()].filter(isOwn(model)).filter(({ inline }) => !inline);
    const numbers = ioctls
      .flatMap((ioctl) => [ioctlNumber(model, ioctl), ...numbersElsewhere(model, ioctl)])
      .map(({ number }) => String(number));
    const kinds = ioctls.flatMap(({ fds }) => fds);
    return [...[...structs, ...ioctls].map(({ name }) => name), ...numbers, ...kinds];
  });
  return [...new Set(names)];
}

/** The other schemas that add members to the variant sets of a schema. */
function extendersOf(file: string): readonly string[] {
  const own = modelsOf(file)[0]?.root;
  return Object.keys(schemas).filter(
    (other) =>
      other !== file &&
      modelsOf(other).some((model) =>
        [...model.structs.values()]
          .filter(isOwn(model))
          .some(({ memberOf }) => memberOf.some(({ set }) => model.variants.get(set)?.interface === own)),
      ),
  );
}

function modelsOf(file: string): readonly Model[] {
  return schemas[file]?.models ?? [];
}

function isOwn({ root }: Model): (declaration: { readonly interface: string }) => boolean {
  return (declaration) => declaration.interface === root;
}
