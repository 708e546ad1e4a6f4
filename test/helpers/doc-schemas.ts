import { readdirSync } from 'node:fs';
import { packageFolder } from '../spec/hosts.ts';
import { repositoryText } from './schemas.ts';

/** A schema that stands whole in a page of the documentation. */
export interface DocSchema {
  /** The page, and the line in which the schema begins. */
  readonly place: string;
  readonly text: string;
}

/** Every whole schema in README.md and docs/*.md: the YAML blocks that begin with the language's version. */
export function docSchemas(): readonly DocSchema[] {
  const docs = readdirSync(`${packageFolder}/docs`).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.sort().map((name) => `docs/${name}`)].flatMap((page) => {
    const text = repositoryText(page);
    return [...text.matchAll(/^```ya?ml[^\n]*\n(.*?)^```$/gms)]
      .filter(([, block = '']) => /^uapi: 1$/m.test(block))
      .map(({ 1: block = '', index }) => ({
        place: `${page}:${text.slice(0, index).split('\n').length + 1}`,
        text: block,
      }));
  });
}
