import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { programPlace } from '../cli/files.ts';

// A step of the build: bundles the modules of the command line with what they import from other packages, because node
// reads a hundred modules one by one much slower.
const bundle = await rolldown({
  input: fileURLToPath(new URL('../cli/main.js', import.meta.url)),
  platform: 'node',
});
const { output } = await bundle.write({
  dir: dirname(programPlace),
  format: 'cjs',
  minify: true,
  entryFileNames: basename(programPlace),
  chunkFileNames: '[name]-[hash].cjs',
});
await bundle.close();

/** Folders of the packages whose code is now in the bundle. */
const packages = new Set(
  output
    .flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
    .flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []),
);
const licences = [...packages].sort().map((folder) => {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} holds no licence that the bundle could repeat`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync(
  join(dirname(programPlace), 'LICENSES.txt'),
  `The program in this folder contains code of these packages.\n\n${licences.join(`\n${'-'.repeat(80)}\n\n`)}`,
);
