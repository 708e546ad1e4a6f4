import { describe, expect, test } from 'vitest';
import type { ShapeSchema } from '../../src/spec/shape.ts';
import { repositoryText } from '../helpers/schemas.ts';
import { shapeSchema } from '../spec/hosts.ts';

const page = repositoryText('docs/spec-language.md');
/** What the page shows as code: spans and blocks. */
const code = [...page.matchAll(/```.*?```|``.*?``|`[^`]*`|^ {4,}.*$/gms)].map(([text]) => text).join('\n');

/** The keys and listed values of a JSON Schema and all that is in it. */
function wordsOf(schema: ShapeSchema): {
  readonly keys: readonly string[];
  readonly values: readonly string[];
} {
  const {
    properties = {},
    $defs = {},
    items,
    additionalProperties,
    anyOf = [],
    enum: values = [],
    const: only,
  } = schema;
  const inside = [...Object.values(properties), ...Object.values($defs), ...anyOf];
  if (items !== undefined) inside.push(items);
  if (typeof additionalProperties === 'object') inside.push(additionalProperties);
  const parts = inside.map(wordsOf);
  return {
    keys: [...Object.keys(properties), ...parts.flatMap(({ keys }) => keys)],
    values: [...values, ...(only === undefined ? [] : [only])]
      .map(String)
      .concat(parts.flatMap((part) => part.values)),
  };
}

/** Words that no code on the page has. */
function absent(words: readonly string[]): readonly string[] {
  return [...new Set(words)].filter((word) => !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(code));
}

describe('docs/spec-language.md', () => {
  // Error numbers are Linux's own: the page says so, and lists none.
  const { $defs: { errno, ...defs } = {}, ...schema } = shapeSchema;
  const { keys, values } = wordsOf({ ...schema, $defs: defs });

  test('shows every key of the language', () => {
    expect(errno).toBeDefined();
    expect(new Set(keys).size).toBeGreaterThan(100);
    expect(absent(keys)).toEqual([]);
  });

  test('shows every value that a key lists', () => {
    expect(new Set(values).size).toBeGreaterThan(50);
    expect(absent(values)).toEqual([]);
  });
});
