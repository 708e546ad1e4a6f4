import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf, wholeProgram } from '../../helpers/every-command.ts';
import { uapi } from '../../helpers/run-cli.ts';
import { hasTool } from '../../helpers/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'uapikit-completion-'));
beforeAll(() => {
  // Shared with other tests: to read all schemas takes seconds.
  process.env['UAPIKIT_CACHE'] = join(tmpdir(), 'uapikit-test-cache');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The words that may stand in the place of the last one. */
async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { status, out, err } = await uapi('__complete', '--', ...words);
  expect([words, status, err]).toEqual([words, 0, '']);
  return out.split('\n').map((line) => line.split('\t')[0] ?? '');
}

describe('uapi __complete', () => {
  it('knows every command and every option', async () => {
    const commands = commandsOf(await wholeProgram());
    expect(await completed('')).toEqual(
      expect.arrayContaining([...commands.map(([[first = '']]) => first), 'help']),
    );
    expect(await completed('de')).toEqual(['decode', 'demo']);
    for (const [words, command] of commands) {
      const options = command.createHelp().visibleOptions(command);
      expect([words, await completed(...words, '--')]).toEqual([words, options.map(({ long }) => long)]);
    }
  });

  it('knows structs and ioctls, those of --schema too, and nothing else in their place', async () => {
    const schema = join(folder, 'lamp.yaml');
    writeFileSync(
      schema,
      'uapi: 1\nname: lamp\nstructs: { lamp_set: { fields: [{ name: id, type: u32 }] } }\n',
    );
    expect(await completed('decode', 'IOMMU_IOAS_M')).toEqual(['IOMMU_IOAS_MAP']);
    expect(await completed('layout', 'iommu_destroy', 'iommu_ioas_m')).toEqual(['iommu_ioas_map']);
    expect(await completed('layout', '--schema', schema, 'lam')).toEqual(['lamp_set']);
    expect(await completed('layout', 'lam')).toEqual(['']);
  });

  it('knows values of options, and which places are for files', async () => {
    expect(await completed('layout', '--abi', 'i386')).toEqual(['i386', 'i386-be']);
    expect(await completed('layout', '--endian', '')).toEqual(['little', 'big']);
    expect(await completed('decode', '--fd', 'iommu')).toEqual(['iommufd']);
    expect(await completed('gen', 'c')).toEqual(['c', 'c-validators']);
    expect(await completed('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await completed('help', 'rep')).toEqual(['replay']);
    for (const words of [
      ['check'],
      ['trace', 'one'],
      ['pci'],
      ['decode', 'iommu_destroy'],
      ['layout', '--schema'],
      ['gen', 'c', '--out'],
    ]) {
      expect([words, (await completed(...words, '')).at(-1)]).toEqual([words, ':files']);
    }
  });
});

/** A program that answers as `uapi __complete -- layout --abi` would. */
function stub(): string {
  const path = join(folder, 'uapi');
  writeFileSync(
    path,
    '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.args"\nprintf "%s\\t%s\\n" i386 "32 bits: old" i386-be ""\nprintf ":files\\n"\n',
  );
  chmodSync(path, 0o755);
  return path;
}

describe('the scripts', () => {
  it.skipIf(!hasTool('bash'))('complete in bash', async () => {
    const script = (await uapi('completion', 'bash')).out;
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    writeFileSync(join(folder, 'i386 dump.bin'), '');
    const path = stub();
    const ask = `${script}\ncd '${folder}'\nCOMP_WORDS=(uapi layout 'two words' i386)\nCOMP_CWORD=3\n_uapi '${path}' i386 layout\nprintf '%s\\n' "\${COMPREPLY[@]}"\ncat '${path}.args'\n`;
    const { stdout } = spawnSync('bash', ['--norc'], { input: ask, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual([
      'i386',
      'i386-be',
      'i386 dump.bin',
      '__complete',
      '--',
      'layout',
      'two words',
      'i386',
    ]);
  });

  it.skipIf(!hasTool('zsh'))('are taken by zsh (Debian: zsh)', async () => {
    const { out } = await uapi('completion', 'zsh');
    expect(out).toMatch(/^#compdef uapi\n/);
    expect(spawnSync('zsh', ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    // The shell's own functions stand in: they print what they are given.
    const ask = `${out.replace(/^if .*/ms, '')}\n_describe() { print -rl -- "\${found[@]}" }\n_files() { print files }\nwords=(${stub()} layout 'two words' i386)\nCURRENT=4\n_uapi\ncat '${folder}/uapi.args'\n`;
    const { stdout } = spawnSync('zsh', ['-f'], { input: ask, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual([
      'i386:32 bits: old',
      'i386-be:',
      'files',
      '__complete',
      '--',
      'layout',
      'two words',
      'i386',
    ]);
  });

  it.skipIf(!hasTool('fish'))('complete in fish (Debian: fish)', async () => {
    const { out } = await uapi('completion', 'fish');
    const script = join(folder, 'uapi.fish');
    writeFileSync(script, out);
    expect(spawnSync('fish', ['--no-execute', script], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    const path = stub();
    const ask = join(folder, 'ask.fish');
    writeFileSync(
      ask,
      `source '${script}'\nset -x PATH '${folder}' $PATH\ncd '${folder}'\ncomplete -C 'uapi layout "two words" i386'\ncat '${path}.args'\n`,
    );
    const { stdout } = spawnSync('fish', ['--no-config', ask], { encoding: 'utf8' });
    const lines = stdout.trim().split('\n');
    expect(lines).toEqual(expect.arrayContaining(['i386\t32 bits: old', 'i386-be']));
    expect(lines.slice(-5)).toEqual(['__complete', '--', 'layout', 'two words', 'i386']);
  });

  it('are for known shells only', async () => {
    expect(await uapi('completion', 'csh')).toMatchObject({
      status: 2,
      err: 'uapi: error: there is no completion for csh, expected one of bash, zsh, fish',
    });
  });
});
