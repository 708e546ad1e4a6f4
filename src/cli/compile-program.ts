import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type OutputOptions, rolldown } from 'rolldown';
import { BundleLoader, bundleFolder, firstChunk } from './bundled-program.ts';
import { formatDump } from './dump-text.ts';
import { packageFolder } from './files.ts';
import type { Output } from './output.ts';

// A step of the build: bundles the modules of the command line, and keeps the compiled code of what commands commonly
// run. Without it the program works the same, only slower to start.
rmSync(bundleFolder, { recursive: true, force: true });
await bundleInto(firstChunk.replace('.cjs', ''), {
  dir: bundleFolder,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  plugins: [{ name: 'ascii', renderChunk: (code) => ({ code: toAscii(code) }) }],
});
await bundleInto('bundled-main', { file: fileURLToPath(new URL('main.js', import.meta.url)), format: 'esm' });

const loader = new BundleLoader(bundleFolder);
const { runCli } = loader.load(`./${firstChunk}`) as typeof import('./start.ts');
const silent: Output = { line: () => {}, bytes: () => {}, note: () => {}, isTerminal: false };
const scratch = mkdtempSync(join(tmpdir(), 'uapikit-build-'));
for (const args of commonCommands()) {
  if ((await runCli(args, silent, '')) > 1)
    throw new Error(`the bundled program fails: uapi ${args.join(' ')}`);
}
rmSync(scratch, { recursive: true });
process.exitCode = 0;
for (const [file, code] of loader.compiled()) writeFileSync(file, code);

/** Bundles a module beside this one with all that it imports. */
async function bundleInto(module: string, output: OutputOptions): Promise<void> {
  const bundle = await rolldown({
    input: { [module]: fileURLToPath(new URL(`${module}.js`, import.meta.url)) },
    platform: 'node',
    external: ['typed-binary', 'fast-check'],
  });
  await bundle.write(output);
  await bundle.close();
}

/** Outside of ASCII there are only letters of messages and comments. */
function toAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Commands whose code is worth keeping: on what was recorded for the tests. */
function commonCommands(): readonly (readonly string[])[] {
  const folder = join(packageFolder, 'test', 'data', 'vfio');
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(folder, name)))
        .toString()
        .trim()
        .split('\n'),
    )
    .map((line) => JSON.parse(line) as { config?: string; bytes?: string; name?: string; out?: string });
  const dump = join(scratch, 'devices.dump');
  const devices = lines.flatMap(({ config, bytes }) =>
    config === undefined
      ? []
      : [formatDump({ slot: config, title: '', bytes: Buffer.from(bytes ?? '', 'hex') })],
  );
  writeFileSync(dump, devices.join('\n'));
  const replies = lines.flatMap(({ name, out }) =>
    name === undefined || out === undefined ? [] : [[name, out]],
  );
  const map = '28000000010000000200000000000000000000000100000000100000000000000000100000000000';
  const trace = join(packageFolder, 'test', 'data', 'traces', 'mock-201.jsonl.gz');
  return [
    ['list'],
    ['list', 'dirty'],
    ['layout', 'iommu_ioas_map'],
    ['layout', 'pci_cap_exp'],
    ['decode', 'IOMMU_IOAS_MAP', '28'],
    ['decode', 'iommu_ioas_map', '28', '--json'],
    ['decode', 'iommu_ioas_map', map, '--hex'],
    ['encode', 'iommu_ioas_map', '{"ioas_id":2}'],
    ['validate', 'IOMMU_IOAS_MAP', map],
    ['validate', 'IOMMU_IOAS_MAP', map, '--json'],
    ['validate', '--trace', trace, '--json'],
    ['trace', trace],
    ['replay', trace],
    ['ioas', join(packageFolder, 'docs', 'examples', 'device-invalidate.ioas')],
    ...replies.map((reply) => ['decode', ...reply, '--json']),
    ...replies.slice(0, 3).map((reply) => ['decode', ...reply]),
    ['pci', dump, '--json'],
    ['pci', dump],
    ['pci', dump, '--raw'],
    ['pci', 'diff', dump, dump],
  ];
}
