import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uapi } from '../helpers/run-cli.ts';
import { repositoryText } from '../helpers/schemas.ts';

const traces = fileURLToPath(new URL('../data/traces', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'uapikit-commands-'));
const before = process.env['UAPIKIT_CACHE'];

beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
  copyFileSync(join(traces, 'mock-201.jsonl.gz'), join(folder, 'mock.jsonl.gz'));
  copyFileSync(join(traces, 'fault-201.jsonl.gz'), join(folder, 'fault.jsonl.gz'));
});
afterAll(() => {
  if (before === undefined) delete process.env['UAPIKIT_CACHE'];
  else process.env['UAPIKIT_CACHE'] = before;
  rmSync(folder, { recursive: true });
});

/** The words of a command line; quotes keep spaces together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** Runs a line with pipes and `> FILE`, for commands of uapi. */
async function shell(line: string): Promise<string> {
  const [, commands = '', target] = /^(.*?)(?: > (\S+))?$/.exec(line) ?? [];
  let piped: string | undefined;
  let raw: Uint8Array | undefined;
  for (const command of commands.split(' | ')) {
    const [program, ...args] = wordsOf(command);
    expect(program).toBe('uapi');
    const input = join(folder, 'piped');
    if (piped !== undefined) writeFileSync(input, piped);
    const placed = args.map((word) =>
      word === '-' ? input : word.replace(/^(0x\w+=|)([\w-]+\.(?:bin|jsonl\.gz))$/, `$1${folder}/$2`),
    );
    const run = await uapi(...placed);
    piped = [run.err, run.out].filter((text) => text !== '').join('\n');
    raw = run.raw;
  }
  if (target !== undefined) writeFileSync(join(folder, target), raw ?? piped ?? '');
  return target === undefined ? (piped ?? '').replaceAll(`${folder}/`, '') : '';
}

/** The commands of a page with what they print. */
function runsOf(page: string): readonly { readonly line: string; readonly output: string }[] {
  return [...repositoryText(page).matchAll(/^```console\n(.*?)^```$/gms)]
    .flatMap(([, text]) => (text ?? '').split(/^\$ /m).slice(1))
    .map((run) => ({ line: run.slice(0, run.indexOf('\n')), output: run.slice(run.indexOf('\n') + 1) }));
}

describe('docs/commands.md', () => {
  it('has examples of each command', () => {
    for (const command of ['decode', 'encode', 'trace']) {
      expect(runsOf('docs/commands.md').some(({ line }) => line.startsWith(`uapi ${command} `))).toBe(true);
    }
  });
});

describe.each(['README.md', 'docs/commands.md'])('%s', (page) => {
  const runs = runsOf(page);

  it('has commands with what they print', () => {
    expect(runs.length).toBeGreaterThan(0);
  });

  it.each(runs)('prints what it says: $line', async ({ line, output }) => {
    expect(await shell(line)).toBe(output.trimEnd());
  });
});
