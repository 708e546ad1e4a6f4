import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, textOf } from '../helpers/readme.ts';

const pages = [
  'CONTRIBUTING.md',
  'README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: textOf(name) }));
const { scripts } = JSON.parse(textOf('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Pages for those who change the project. They name its files. */
const guides = pages.filter(({ name }) => /CONTRIBUTING|adding-|releasing|architecture/.test(name));

describe('pages', () => {
  it('name scripts of package.json only', () => {
    const named = pages.flatMap(({ name, text }) =>
      [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, script = '']) => ({ name, script })),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
  });

  it('link to files that are there', () => {
    const links = pages.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = '']) => ({ name, link })),
    );
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter(({ name, link }) => !existsSync(join(root, dirname(name), link)))).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  it('names every script that a contributor starts', () => {
    const [{ text = '' } = {}] = guides;
    for (const script of ['test:only', 'test:watch', 'uapi', 'gen', 'golden', 'check', 'bench']) {
      expect(text).toContain(`npm run ${script}`);
    }
  });
});

describe.each(guides)('$name', ({ text }) => {
  it('names files that are there, apart from what its diffs make', () => {
    const prose = text.replace(/^```diff\n.*?^```$/gms, '');
    const made = new Set([...text.matchAll(/^\+\+\+ b\/(\S+)$/gm)].map(([, file = '']) => file));
    const named = [...prose.matchAll(/(?<![\w/-])(?:src|codegen|test|schema|docs)\/[\w./-]*\w/g)].map(
      ([path]) => path,
    );
    const missing = named.filter(
      (path) => !isThere(path) && ![...made].some((file) => file.startsWith(path)),
    );
    expect(missing).toEqual([]);
  });
});

/** True for a file, a folder, and the beginning of a test's path, as the test runner takes it. */
function isThere(path: string): boolean {
  const folder = join(root, dirname(path));
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(basename(path)));
}
