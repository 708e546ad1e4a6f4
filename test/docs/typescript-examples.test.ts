import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, exampleOf, root, textOf } from '../helpers/readme.ts';

/** A project whose dependencies are the package and what is installed here. */
const folder = mkdtempSync(join(tmpdir(), 'uapikit-examples-'));

const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, blocks: blocksOf(textOf(name), 'ts') }))
  .filter(({ blocks }) => blocks.length > 0);

beforeAll(() => {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(root, join(modules, 'uapikit'));
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => !each.startsWith('.'))) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('TypeScript in the docs', () => {
  test('is there', () => {
    expect(pages.map(({ name }) => name)).toContain('README.md');
  });

  test.each(pages)('of $name compiles, runs and gives what it says', ({ name, blocks }) => {
    for (const [i, block] of blocks.entries()) {
      const { source, expected } = exampleOf(block);
      const file = join(folder, `${name.replaceAll(/\W/g, '-')}-${i}.mts`);
      writeFileSync(file, source);
      expect(typeErrors(file)).toEqual([]);
      const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      });
      const program = file.replace(/\.mts$/, '.mjs');
      writeFileSync(program, outputText);
      const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' });
      expect(printed.split('\n').slice(0, -1)).toEqual(expected);
    }
  });
});

function typeErrors(file: string): readonly string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([file], { ...options, noEmit: true, rootDir: '/', noUnusedLocals: false });
  return ts
    .getPreEmitDiagnostics(program)
    .map((each) => ts.flattenDiagnosticMessageText(each.messageText, ' '));
}
