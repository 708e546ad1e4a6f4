import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSchema } from '../../src/spec/schema-file.ts';
import { filesIn, memoryHost, packageFolder, packageHost, shapeSchema } from './hosts.ts';
import { holdsForAnyText } from './laws.ts';
import { type Json, mutatedTexts, mutatedTrees } from './mutations.ts';
import { treesOf } from './shaped-trees.ts';

const read = (path: string): string => readFileSync(join(packageFolder, path), 'utf8');
const specs = filesIn('test/specs');
const specTexts = specs.map(read);
const specTrees = specTexts.map((text) => parse(text) as Json);

/** UAPIKIT_RUNS=20 tries twenty times as many examples. */
const { UAPIKIT_RUNS: factor = '1' } = process.env;
const runs = (count: number): { numRuns: number } => ({ numRuns: count * Number(factor) });

/** Reads a text in place of a test spec, beside the others. */
function checkText(text: string): void {
  holdsForAnyText(readSchema('test/specs/mutated.yaml', packageHost({ 'test/specs/mutated.yaml': text })));
}

describe('readSchema', () => {
  test('gives a model or says what is wrong, and never throws, for test specs after accidents', () => {
    fc.assert(fc.property(mutatedTexts(...specTexts), checkText), runs(120));
  }, 600_000);

  test('... for test specs whose trees were changed', () => {
    fc.assert(
      fc.property(mutatedTrees(...specTrees), (tree) => checkText(JSON.stringify(tree, null, 1))),
      runs(150),
    );
  }, 600_000);

  test('... for trees that fit the JSON Schema', () => {
    fc.assert(
      fc.property(treesOf(shapeSchema), (tree) => checkText(JSON.stringify(tree, null, 1))),
      runs(50),
    );
  }, 600_000);

  test('... for the schemas of the package after accidents', () => {
    const path = 'schema/iommufd.yaml';
    const mutated = mutatedTexts(read(path));
    fc.assert(
      fc.property(mutated, (text) => holdsForAnyText(readSchema(path, packageHost({ [path]: text })))),
      runs(6),
    );
  }, 600_000);

  test('... for any text and any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => new TextDecoder().decode(all));
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string(), bytes), checkText), runs(200));
  });

  test('gives the same answer again', () => {
    fc.assert(
      fc.property(mutatedTexts(...specTexts), (text) => {
        const host = memoryHost({ 'a.yaml': text });
        const [first, second] = [readSchema('a.yaml', host), readSchema('a.yaml', host)];
        expect(second.diagnostics).toEqual(first.diagnostics);
        expect(second.model).toEqual(first.model);
      }),
      runs(20),
    );
  });
});
