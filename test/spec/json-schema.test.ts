import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { errnos } from '../../src/model/errno.ts';
import { scalars } from '../../src/model/type.ts';
import { Diagnostics } from '../../src/spec/diagnostic.ts';
import type { SpecNode } from '../../src/spec/node.ts';
import { checkShape, type ShapeSchema } from '../../src/spec/shape.ts';
import { filesIn, packageFolder, shapeSchema } from './hosts.ts';
import { type Json, mutatedTrees } from './mutations.ts';
import { treesOf } from './shaped-trees.ts';

const validate = new Ajv2020({ allowUnionTypes: true }).compile(shapeSchema);
const trees = filesIn('test/specs').map(
  (path) => parse(readFileSync(join(packageFolder, path), 'utf8')) as Json,
);

const span = { file: 'test.yaml', start: 0, end: 0 };

/** JSON as the tree that the YAML reader would make of it. */
function treeOf(json: Json): SpecNode {
  if (json === null) return { kind: 'null', span };
  if (Array.isArray(json)) return { kind: 'seq', items: json.map(treeOf), span };
  switch (typeof json) {
    case 'boolean':
      return { kind: 'boolean', value: json, span };
    case 'string':
      return { kind: 'string', value: json, span };
    case 'number':
      return Number.isInteger(json)
        ? { kind: 'integer', value: BigInt(json), text: `${json}`, span }
        : { kind: 'number', value: json, text: `${json}`, span };
    case 'object': {
      const entries = Object.entries(json).map(([key, value]) => ({
        key,
        keySpan: span,
        value: treeOf(value),
      }));
      return { kind: 'map', entries, span };
    }
  }
}

/** Both checks say the same of a tree; what is left of a refused tree fits, unless a needed key is gone. */
function agree(json: Json): void {
  const diagnostics = new Diagnostics();
  const left = checkShape(treeOf(json), shapeSchema, diagnostics);
  const problems = diagnostics.sorted().map(({ message }) => message);
  expect(problems.length === 0, `${problems[0]} / ${JSON.stringify(json)}`).toBe(validate(json));
  if (problems.length === 0) expect(left).toEqual(treeOf(json));
  if (left === undefined) return;
  const again = new Diagnostics();
  expect(checkShape(left, shapeSchema, again)).toEqual(left);
  expect(again.sorted().filter(({ code }) => code !== 'missing-key' && code !== 'empty-list')).toEqual([]);
}

describe('checkShape', () => {
  test('agrees with ajv on test specs whose trees were changed', () => {
    fc.assert(fc.property(mutatedTrees(...trees), agree), { numRuns: 1500 });
  }, 30_000);

  test('agrees with ajv on trees that fit the JSON Schema', () => {
    fc.assert(fc.property(treesOf(shapeSchema), agree), { numRuns: 400 });
  }, 30_000);

  test('agrees with ajv on any JSON', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().map((json) => json as Json),
        agree,
      ),
    );
  });
});

/** Every schema inside of a schema, with the way to it. */
function* partsOf(schema: ShapeSchema, way = ''): Generator<readonly [way: string, schema: ShapeSchema]> {
  yield [way, schema];
  for (const [key, value] of Object.entries({ ...schema.properties, ...schema.$defs }))
    yield* partsOf(value, `${way}.${key}`);
  const { items, additionalProperties, anyOf = [] } = schema;
  if (items !== undefined) yield* partsOf(items, `${way}[]`);
  if (typeof additionalProperties === 'object') yield* partsOf(additionalProperties, `${way}.NAME`);
  for (const option of anyOf) yield* partsOf(option, way);
}

describe('what an editor shows', () => {
  const parts = [...partsOf(shapeSchema)];
  const described = ({ $ref, description }: ShapeSchema): boolean =>
    (description ?? shapeSchema.$defs?.[$ref?.replace('#/$defs/', '') ?? '']?.description ?? '') !== '';

  test('is a sentence for every key', () => {
    const keys = parts.flatMap(([way, { properties = {} }]) =>
      Object.entries(properties).map(([key, schema]) => [`${way}.${key}`, schema] as const),
    );
    expect(keys.length).toBeGreaterThan(150);
    expect(keys.filter(([, schema]) => !described(schema)).map(([way]) => way)).toEqual([]);
  });

  test('are the types and the error numbers that there are', () => {
    expect(shapeSchema.$defs?.['scalar']?.enum).toEqual(Object.keys(scalars));
    expect(shapeSchema.$defs?.['errno']?.enum).toEqual(Object.keys(errnos));
  });
});
