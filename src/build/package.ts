import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { minify } from 'rolldown/utils';
import ts from 'typescript';
import { packageFolder } from '../cli/files.ts';

// The last step of the build: leaves in dist what a user of the package can reach, and makes it small. Declarations keep
// their comments.
const dist = join(packageFolder, 'dist');
const kept = reachable(entryFiles());
for (const file of filesBelow(dist)) {
  if (!file.endsWith('.js') && !file.endsWith('.d.ts')) continue;
  if (!kept.has(file)) rmSync(file);
  else if (file.endsWith('.js')) writeFileSync(file, await small(file));
}

/** The modules and declarations that the package's entry points name. */
function entryFiles(): readonly string[] {
  const { exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    exports: { readonly [name: string]: string | { readonly [condition: string]: string } };
  };
  return Object.values(exports)
    .flatMap((target) => (typeof target === 'string' ? [] : Object.values(target)))
    .flatMap((target) => {
      const [before = '', after] = resolve(packageFolder, target).split('*');
      if (after === undefined) return [before];
      return filesBelow(dirname(before)).filter((file) => file.startsWith(before) && file.endsWith(after));
    });
}

/** Files with all that they import, and what that imports. */
function reachable(entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
    for (const { fileName } of importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const target = resolve(dirname(file), fileName);
      // Declarations import the declarations of a module.
      queue.push(file.endsWith('.d.ts') ? target.replace(/\.[jt]s$/, '.d.ts') : target);
    }
  }
  return found;
}

/**
 * The code of a module made small. Names of functions and classes stay, so that what an error's stack says can be read;
 * in generated code, which has thousands, only those that are exported.
 */
async function small(file: string): Promise<string> {
  const toplevel = file.includes('/generated/');
  const options = { module: true, compress: true, mangle: { toplevel, keepNames: !toplevel } };
  const { code, errors } = await minify(file, readFileSync(file, 'utf8'), options);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return code;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
