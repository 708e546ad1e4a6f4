import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyValue, contextFor } from '../../../src/arbitrary/index.ts';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import { abis } from '../../../src/layout/abi.ts';
import type { Model } from '../../../src/model/model.ts';
import { atRelease } from '../../../src/model/select.ts';
import { structsOf } from '../../codec/real-schemas.ts';
import { agreeOnBytes, agreeOnValue, agreesWith, staysInside } from '../../helpers/laws.ts';
import { readModel } from '../../helpers/schemas.ts';
import { seedFor } from '../../helpers/seed.ts';
import { randomModels } from '../../layout/random-structs.ts';
import { testInterface } from '../builders.ts';
import { codecsOf, type Generated, generate } from './generated.ts';
import { typeErrors } from './type-check.ts';

/** Random C structs: bit-fields, unions, packing, alignment, arrays, structs in structs. */
function randomModel(): Model {
  const models = Array.from(
    { length: 12 },
    (_, i) => fc.sample(randomModels(`s${i}_`), { numRuns: 1, seed: seedFor(i) })[0],
  );
  const structs = models.flatMap((model) => [...(model?.structs ?? [])]);
  const [first] = models;
  if (first === undefined) throw new Error('fast-check gave no model');
  return { ...first, structs: new Map(structs), interfaces: new Map([['test', testInterface]]) };
}

const specs = fileURLToPath(new URL('../../specs/', import.meta.url));

/** The specs that show one construct each, as of their own release. */
function specModels(): readonly Model[] {
  return readdirSync(specs)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => {
      const model = readModel(`${specs}${name}`);
      const kernel = model.interfaces.get(model.root)?.kernel;
      return kernel == null ? model : atRelease(model, kernel);
    });
}

const models = [
  { title: 'random structs', model: randomModel() },
  ...specModels().map((model) => ({ title: model.root, model })),
];
const generated = new Map<Model, Generated>();
for (const { model } of models) {
  const files = (await generate([model])).get(model.root);
  if (files !== undefined) generated.set(model, files);
}

describe.each(models)('code generated from $title', ({ model }) => {
  const files = generated.get(model);

  test('agrees with the oracle on every abi and byte order', () => {
    for (const { name } of structsOf(model)) {
      for (const [key, abi] of Object.entries(abis)) {
        const module = key.endsWith('-be') ? (files?.big ?? files?.little) : files?.little;
        const codec = codecsOf(module ?? {})[name]?.[abi.name];
        expect(codec, `${name} on ${key}`).toBeDefined();
        if (codec === undefined) continue;
        const oracle = makeOracle(model, name, abi);
        const example = contextFor(model, name).chain((context) => {
          const length = { minLength: Math.max(0, oracle.minSize - 1), maxLength: oracle.minSize + 40 };
          return fc.tuple(
            anyValue(model, name, { abi, context }),
            fc.constant(context),
            fc.uint8Array({ ...length, size: 'max' }),
          );
        });
        const law = fc.property(example, ([value, context, bytes]) => {
          agreesWith(codec, oracle, value, context);
          agreeOnValue(codec, oracle, {}, context);
          agreeOnBytes(codec, oracle, bytes, context);
          staysInside(codec, value, context);
        });
        try {
          fc.assert(law, { numRuns: 8 });
        } catch (error) {
          throw new Error(`${name} on ${key}: ${error instanceof Error ? error.message : error}`, {
            cause: error,
          });
        }
      }
    }
  });
});

test('generated code keeps the strict rules of the type checker', () => {
  expect(typeErrors(models.map(({ model }) => model))).toEqual([]);
});

test('a whole register of another capability is put together from its named bits', () => {
  const model = models.find(({ title }) => title === 'chain_required_peer')?.model;
  if (model === undefined) throw new Error('no spec');
  const codec = codecsOf(generated.get(model)?.little ?? {})['ext_dvsec']?.['lp64'];
  const oracle = makeOracle(model, 'ext_dvsec', abis.lp64);
  const view = new DataView(Uint8Array.from({ length: 28 }, (_, i) => i).buffer);
  for (const [id, version] of [
    [1, 1],
    [0x8001, 3],
    [1, 2],
    [2, 1],
  ]) {
    const header = { word: { id, version, next: 0x100 } };
    const context = { peers: { ext_aer: { header } } };
    const value = oracle.decode(view, 0, 28, context);
    expect(codec?.decode(view, 0, 28, context)).toEqual(value);
    expect('whole' in value).toBe(((id ?? 0) & 1) === 1 && ((version ?? 0) & 1) === 1);
  }
});
