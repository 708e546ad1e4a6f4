import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the package, so that examples import it by its name as users do. */
const folder = join(root, 'dist', 'examples');

const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))]
  .filter((name) => name.endsWith('.md'))
  .map((name) => {
    const blocks = [...readFileSync(join(root, name), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)];
    return { name, blocks: blocks.map(([, text = '']) => text) };
  })
  .filter(({ blocks }) => blocks.length > 0);

/** A line whose comment says what the expression gives. */
const claim = /^([^/\s].*); \/\/ (.+)$/gm;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('TypeScript in the docs', () => {
  test('is there', () => {
    expect(pages.map(({ name }) => name)).toContain('README.md');
  });

  test.each(pages)('of $name compiles, runs and gives what it says', ({ name, blocks }) => {
    mkdirSync(folder, { recursive: true });
    for (const [i, block] of blocks.entries()) {
      const expected = [...block.matchAll(claim)].map(([, , value]) => value);
      const shown = block.replace(claim, (_, expression) => `show(${expression});`);
      const file = join(folder, `${name.replaceAll(/\W/g, '-')}-${i}.mts`);
      writeFileSync(file, `import { inspect } from 'node:util';\n${show}\n${shown}`);
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

const show = 'const show = (value: unknown): void => console.log(inspect(value, { breakLength: Infinity }));';

function typeErrors(file: string): readonly string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([file], {
    ...options,
    noEmit: true,
    rootDir: root,
    noUnusedLocals: false,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map((each) => ts.flattenDiagnosticMessageText(each.messageText, ' '));
}
