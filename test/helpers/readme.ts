import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's own folder. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a file of the package. */
export function textOf(file: string): string {
  return readFileSync(new URL(file, new URL('../../', import.meta.url)), 'utf8');
}

/** The code blocks of a page that are marked with a language. */
export function blocksOf(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text = '']) => text,
  );
}

/** The shell commands in the indented code blocks of a page, without the comments behind them. */
export function commandsOf(page: string): readonly string[] {
  return [...page.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line.replace(/\s+# .*$/, ''));
}

/** An example as a program that prints what its comments claim. */
export interface Example {
  readonly source: string;
  /** What the comments behind expressions say. */
  readonly expected: readonly string[];
}

/** A line whose comment says what the expression gives. */
const claim = /^([^/\s].*); \/\/ (.+)$/gm;

/** Makes a program of a TypeScript block; it runs on Node. */
export function exampleOf(block: string): Example {
  const shown = block.replace(claim, (_, expression) => `show(${expression});`);
  return {
    source: `${show}\n${shown}`,
    expected: [...block.matchAll(claim)].map(([, , value = '']) => value),
  };
}

const show = `import { inspect } from 'node:util';
const show = (value: unknown): void => console.log(inspect(value, { breakLength: Infinity }));`;
