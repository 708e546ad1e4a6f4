import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDump } from '../../src/pci/dump-text.ts';
import { blocksOf, commandsOf, exampleOf, root, textOf } from '../helpers/readme.ts';
import { hasTool } from '../helpers/tools.ts';
import { contentsOf, type Installed, install, runIn } from './installed.ts';

/** The section of README whose commands a new user tries. */
const [, use = ''] = /^## Use it$(.*?)^## /ms.exec(textOf('README.md')) ?? [];
const commands = commandsOf(use).filter((line) => /^(lspci .*\| *)?npx uapi /.test(line));
const examples = blocksOf(use, 'ts');
const [schema = ''] = blocksOf(use, 'yaml');

/** At most this much when it is unpacked. */
const budget = 8_000_000;

let installed: Installed;
beforeAll(() => {
  installed = install();
  supplyFiles();
});
afterAll(() => {
  if (installed !== undefined) rmSync(dirname(installed.project), { recursive: true });
});

/** What the commands of README read, from the package and from README itself; and an lspci that prints a recorded device. */
function supplyFiles(): void {
  const { project, package: own } = installed;
  for (const name of ['blinker.yaml', 'mydriver.yaml']) writeFileSync(join(project, name), schema);
  cpSync(join(own, 'test/data/traces/mock-201.jsonl.gz'), join(project, 'calls.jsonl.gz'));
  cpSync(join(own, 'docs/examples'), join(project, 'docs/examples'), { recursive: true });
  const devices = gunzipSync(readFileSync(join(own, 'test/data/vfio/qemu-q35.jsonl.gz')))
    .toString()
    .split('\n')
    .flatMap((line) => {
      if (line === '') return [];
      const { config, bytes } = JSON.parse(line) as { config?: string; bytes?: string };
      return config === undefined
        ? []
        : [formatDump({ slot: config, title: 'device', bytes: Buffer.from(bytes ?? '', 'hex') })];
    });
  writeFileSync(join(project, 'devices.dump'), devices.join('\n'));
  mkdirSync(join(project, 'bin'));
  writeFileSync(join(project, 'bin', 'lspci'), '#!/bin/sh\nexec cat devices.dump\n', { mode: 0o755 });
}

describe('the packed files', () => {
  it('are what a user needs, and no more than fits the budget', () => {
    const paths = installed.files.map(({ path }) => path);
    expect(installed.unpackedSize).toBeLessThan(budget);
    expect(paths.filter((path) => /\.compiled$|bench|\.test\.|\.map$|src\/build/.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/program/uapi.cjs']),
    );
  });

  it('name no path of the machine that built them', () => {
    const naming = installed.files.filter((file) => {
      const bytes = contentsOf(installed, file);
      const contents = file.path.endsWith('.model')
        ? inflateRawSync(bytes)
        : file.path.endsWith('.gz')
          ? gunzipSync(bytes)
          : bytes;
      return contents.includes(root.replace(/\/$/, ''));
    });
    expect(naming.map(({ path }) => path)).toEqual([]);
  });

  it('are as large as docs/package.md says', () => {
    const rows = [...textOf('docs/package.md').matchAll(/^\| `([^`]+)` \|.*\| ([\d.]+) \|$/gm)];
    expect(rows.length).toBeGreaterThan(5);
    const said = rows.map(([, prefix = '', size]) => ({ prefix, said: Number(size) }));
    const claimed = said.map((row) => {
      const within = installed.files.filter(({ path }) => path.startsWith(row.prefix));
      const size = within.reduce((sum, file) => sum + file.size, 0) / 1e6;
      return { ...row, size, near: Math.abs(size - row.said) <= Math.max(0.1, row.said / 4) };
    });
    expect(claimed.filter(({ near }) => !near)).toEqual([]);
    // Every file is in one row.
    const outside = installed.files.filter(({ path }) => !said.some(({ prefix }) => path.startsWith(prefix)));
    expect(outside.filter(({ path }) => path.includes('/'))).toEqual([]);
  });
});

describe('an installed package', () => {
  it('finds no development package', () => {
    const { stdout } = runIn(installed, 'npm ls --all --parseable');
    const names = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((path) => path.split('/node_modules/').at(-1));
    const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: object };
    expect(names.sort()).toEqual([...Object.keys(dependencies), 'uapikit'].sort());
  });

  it('has commands in README to try', () => {
    expect(commands.length).toBeGreaterThan(10);
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(commands)('runs %s', (command) => {
    const { stdout, stderr, status } = runIn(installed, command.replace('npx uapi', 'uapi'));
    // README's payload of `validate` is too short on purpose.
    expect([status, stderr]).toEqual([
      /uapi validate/.test(command) ? 1 : 0,
      expect.not.stringContaining('    at '),
    ]);
    expect(stdout).not.toBe('');
  });

  it('sees what another schema of the package adds to a chain', () => {
    const words = [0x40, 0x80, 9, 5, 24, 0, 0x1_0001, 0];
    const reply = Buffer.alloc(64);
    for (const [i, word] of words.entries()) reply.writeUInt32LE(word, i * 4);
    const { status, stdout } = runIn(
      installed,
      `uapi decode VFIO_DEVICE_GET_INFO ${reply.toString('hex')} --json`,
    );
    expect(status).toBe(0);
    // The capability is declared in vfio-zdev.yaml, the chain in vfio.yaml.
    expect(stdout).toContain('vfio_device_info_cap_zpci_base');
  });

  it('knows the schemas of the package: gen writes the same for them as in the tree', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: { gen: string } };
    const [settings] = /--set .*/.exec(scripts.gen) ?? [];
    const command = `uapi gen typescript --out '${root}src/generated/ts' --check ${settings}`;
    const { status, stderr } = runIn(installed, command);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('runs by npx', () => {
    expect(runIn(installed, 'npx --no-install uapi --version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.runIf(hasTool('gcc'))('runs its demo', () => {
    const { stdout, stderr, status } = runIn(installed, 'uapi demo');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('equal');
  });
});

describe('TypeScript of a user', () => {
  const resolutions = [
    ['nodenext', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
    ['bundler', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
  ] as const;

  it.each(resolutions)(
    'compiles README and finds all declarations (%s)',
    (name, module, moduleResolution) => {
      const files = examples.map((text, i) => place(`readme-${name}-${i}.ts`, text));
      const entries = place(
        `entries-${name}.ts`,
        importsOf(entryPoints().filter((each) => !beside.has(each))),
      );
      expect(typeErrors([...files, entries], { module, moduleResolution })).toEqual([]);
    },
  );

  it('finds the declarations of entry points for other packages, which need a newer library', () => {
    const file = place('beside.ts', importsOf([...beside]));
    const options = {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      paths: { 'fast-check': [join(root, 'node_modules/fast-check')] },
      lib: ['lib.esnext.d.ts', 'lib.dom.d.ts'],
    };
    expect(typeErrors([file], options)).toEqual([]);
  });

  it('gives what README says', () => {
    for (const [i, text] of examples.entries()) {
      const { source, expected } = exampleOf(text);
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      });
      const program = place(`readme-${i}.mjs`, outputText);
      const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' });
      expect(printed.split('\n').slice(0, -1)).toEqual(expected);
    }
  });

  it('bundles for a browser', async () => {
    const entry = place(
      'browser.ts',
      `import { makeValidator } from 'uapikit';
import { decodeIommuDestroy } from 'uapikit/codecs/iommufd';
const bytes = Uint8Array.of(8, 0, 0, 0, 5, 0, 0, 0);
Object.assign(globalThis, { found: [typeof makeValidator, decodeIommuDestroy(new DataView(bytes.buffer)).id] });
`,
    );
    const { outputFiles, errors, warnings } = await build({
      entryPoints: [entry],
      absWorkingDir: installed.project,
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      logLevel: 'silent',
    });
    expect([errors, warnings]).toEqual([[], []]);
    const world = createContext({});
    runInContext(outputFiles[0]?.text ?? '', world);
    expect(runInContext('found.join()', world)).toBe('function,5');
  });
});

describe('tools that check packages', () => {
  it('publint finds nothing', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed.package, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('arethetypeswrong finds nothing', () => {
    const program = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const args = [
      program,
      installed.tarball,
      '--profile',
      'esm-only',
      '--format',
      'ascii',
      '--no-color',
      '--no-emoji',
    ];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain('(from ESM): OK (ESM)');
  });
});

/** Entry points that a user asks for who has another package as well. */
const beside: ReadonlySet<string> = new Set(['uapikit/typed-binary', 'uapikit/fast-check']);

function importsOf(names: readonly string[]): string {
  return names.map((name, i) => `import * as e${i} from '${name}';\nexport const x${i} = e${i};\n`).join('');
}

/** Names by which modules of the package are imported. */
function entryPoints(): readonly string[] {
  const { exports } = JSON.parse(textOf('package.json')) as { exports: Record<string, unknown> };
  const modules = Object.entries(exports).flatMap(([name, target]) =>
    typeof target === 'object' ? [name] : [],
  );
  const codecs = installed.files.flatMap(
    ({ path }) => /^dist\/src\/generated\/ts\/(.*)\.js$/.exec(path)?.[1] ?? [],
  );
  return [
    ...modules.filter((name) => !name.includes('*')).map((name) => `uapikit${name.slice(1)}`),
    ...codecs.map((name) => `uapikit/codecs/${name}`),
  ];
}

function place(name: string, text: string): string {
  const file = join(installed.project, name);
  writeFileSync(file, text);
  return file;
}

/** What the compiler says in its strict mode, declarations of libraries included. */
function typeErrors(files: readonly string[], options: ts.CompilerOptions): readonly string[] {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    types: [],
    ...options,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}
