import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { builtinPath, builtinSchemas, portablePath } from '../cli/files.ts';
import {
  type CompiledIndex,
  compiledFolder,
  type FileStamp,
  type IndexedSchema,
  indexPlace,
  itemsPlace,
} from '../cli/schemas/compiled-index.ts';
import { membersOfChains } from '../cli/schemas/decode-target.ts';
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
const schemas: { [file: string]: IndexedSchema & { readonly models: readonly Model[] } } = {};
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
  schemas[basename(path)] = { files: [...prints.keys()], names: [], models: [model, released] };
  items.push(...itemsOf(released));
}
const index: CompiledIndex = {
  stamps,
  schemas: Object.fromEntries(
    Object.entries(schemas).map(([file, { files }]) => [file, { files, names: namesIn(file) }]),
  ),
};
writeFileSync(indexPlace, JSON.stringify(index));
writeFileSync(itemsPlace, JSON.stringify(items));

/** The names by which a command can ask for something of a schema, and of no other that knows more about it. */
function namesIn(file: string): readonly string[] {
  const names = (schemas[file]?.models ?? []).flatMap((model) => {
    const ioctls = [...model.ioctls.values()].filter(({ argument }) =>
      isBest(file, argument.kind === 'struct' ? argument.name : ''),
    );
    const structs = [...model.structs.values()].filter(({ name, inline }) => !inline && isBest(file, name));
    const numbers = ioctls
      .flatMap((ioctl) => [ioctlNumber(model, ioctl), ...numbersElsewhere(model, ioctl)])
      .map(({ number }) => String(number));
    return [...[...structs, ...ioctls].map(({ name }) => name), ...numbers];
  });
  return [...new Set(names)];
}

/** Whether none of the schemas that have a struct knows more of what its chains may hold, nor comes before this one. */
function isBest(file: string, struct: string): boolean {
  const known = Object.entries(schemas).flatMap(([one, { models }]) => {
    const having = models.filter(({ structs }) => structs.has(struct));
    return having.length === 0
      ? []
      : [{ one, members: Math.max(...having.map((m) => membersOfChains(m, struct))) }];
  });
  const most = Math.max(...known.map(({ members }) => members));
  const [best] = known.filter(({ members }) => members === most);
  return best === undefined || best.one === file;
}
