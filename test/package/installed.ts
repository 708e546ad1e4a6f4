import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../helpers/readme.ts';

/** A file in the package. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** The package as a user gets it: packed, and installed in a project that has nothing else. */
export interface Installed {
  /** The user's project. */
  readonly project: string;
  /** The package in the project's node_modules. */
  readonly package: string;
  readonly tarball: string;
  readonly files: readonly PackedFile[];
  readonly unpackedSize: number;
}

/** Packs what the build made, and installs it in an empty folder outside of the tree. */
export function install(): Installed {
  requireFreshBuild();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'uapikit-package-')));
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
  const [packed] = JSON.parse(
    npm(root, ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]),
  ) as readonly { filename: string; files: readonly PackedFile[]; unpackedSize: number }[];
  if (packed === undefined) throw new Error('npm pack printed nothing');
  const tarball = join(folder, packed.filename);
  npm(project, ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball]);
  const { files, unpackedSize } = packed;
  return { project, package: join(project, 'node_modules', 'uapikit'), tarball, files, unpackedSize };
}

/** Runs a shell command in the project, with the command line that is installed there and the Node that runs the test. */
export function runIn({ project }: Installed, command: string): SpawnSyncReturns<string> {
  return spawnSync('bash', ['-c', `set -o pipefail; ${command}`], {
    cwd: project,
    env: environment([join(project, 'bin'), join(project, 'node_modules', '.bin')]),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

function npm(folder: string, args: readonly string[]): string {
  return execFileSync('npm', args, {
    cwd: folder,
    env: environment([]),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The environment of a user: without what npm and vitest tell the programs that they run. */
function environment(folders: readonly string[]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_(cache|registry|userconfig))|NODE_|VITEST|UAPIKIT_|INIT_CWD)/i.test(name),
  );
  const path = [...folders, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  // npm does not start for a user without a home folder.
  return { HOME: tmpdir(), ...Object.fromEntries(own), PATH: path };
}

/** The package is what the last build made: fails if a source is newer than that. */
function requireFreshBuild(): void {
  const built = statSync(join(root, 'dist', 'program', 'uapi.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newer = ['src', 'codegen', 'schema'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => /\.(ts|yaml|json)$/.test(file) && statSync(join(root, file)).mtimeMs > built),
  );
  if (newer.length > 0) throw new Error(`dist is older than ${newer[0]}: npm run build first`);
}

/** The contents of a file of the installed package. */
export function contentsOf(installed: Installed, file: PackedFile): Buffer {
  return readFileSync(join(installed.package, file.path));
}
