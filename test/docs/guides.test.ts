import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, root, textOf } from '../helpers/readme.ts';

/** A copy of the tree for all guides: no two of them change one file. */
const copy = mkdtempSync(join(tmpdir(), 'uapikit-guides-'));
const parts = ['src', 'codegen', 'schema', 'test', 'docs', 'package.json', 'tsconfig.json'];

beforeAll(() => {
  for (const name of parts) cpSync(join(root, name), join(copy, name), { recursive: true });
  // A copy of sources that are read-only is read-only too.
  spawnSync('chmod', ['-R', 'u+w', copy]);
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true }));

/** Runs a program in the copy. Returns what it prints; if it fails, all that it says. */
function run(program: string, ...args: readonly string[]): string {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|CI$|NODE_ENV|FORCE_COLOR)/.test(name),
  );
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: copy,
    encoding: 'utf8',
    // A copy below some repository is no part of it.
    env: {
      // npm does not start for a user without a home folder.
      HOME: tmpdir(),
      ...Object.fromEntries(own),
      GIT_CEILING_DIRECTORIES: tmpdir(),
      UAPIKIT_CACHE: join(copy, '.cache'),
      NO_COLOR: '1',
    },
  });
  return status === 0 ? stdout.trimEnd() : `exit status ${status}\n${stdout}${stderr}`;
}

interface Step {
  readonly command: string;
  /** What the guide shows of its output; null if nothing. */
  readonly shown: string | null;
}

function stepsOf(guide: string): readonly Step[] {
  return blocksOf(guide, 'console')
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((text) => {
      const [command = '', ...lines] = text.trimEnd().split('\n');
      return { command, shown: lines.length === 0 ? null : lines.join('\n') };
    });
}

describe.each(['adding-a-capability', 'adding-an-ioctl', 'adding-a-back-end'])('docs/%s.md', (name) => {
  const guide = textOf(`docs/${name}.md`);
  const diffs = blocksOf(guide, 'diff');
  const steps = stepsOf(guide);

  it('edits as many files as it says, for each of its changes', () => {
    const said = Number(/^\*\*Files to edit: (\d+)/m.exec(guide)?.[1]);
    const edited = diffs
      .map((diff) => [...diff.matchAll(/^\+\+\+ b\/(\S+)$/gm)].map(([, file = '']) => file))
      .map((files) => new Set(files.filter((file) => !file.startsWith('test/'))).size)
      .filter((count) => count > 0);
    expect(edited.length).toBeGreaterThan(0);
    expect(new Set(edited)).toEqual(new Set([said]));
  });

  it('has diffs that apply to the tree', () => {
    for (const diff of diffs) {
      writeFileSync(join(copy, 'guide.diff'), diff);
      expect(run('git', 'apply', '-C1', 'guide.diff')).toBe('');
    }
  });

  it('has commands', () => {
    expect(steps.map(({ command }) => command)).toContainEqual(expect.stringMatching(/test:only/));
  });

  it.each(steps)('$command does what it says', ({ command, shown }) => {
    const [program = '', ...args] = command.split(' ');
    expect(program).toBe('npm');
    const printed = run(program, ...args);
    expect(printed).not.toMatch(/^exit status/);
    if (shown !== null) expect(printed).toBe(shown);
  });
});
