import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyValue, contextFor } from '../../../src/arbitrary/index.ts';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import { abis } from '../../../src/layout/abi.ts';
import { pinnedModels, structsOf } from '../../codec/real-schemas.ts';
import {
  agreeOnBytes,
  agreeOnValue,
  agreesWith,
  needsItsRoom,
  roundTrips,
  staysInside,
  throwsOnlyDecodeError,
} from '../../helpers/laws.ts';
import { codecsOf, generate } from './generated.ts';
import { viewsAgree, viewsOf } from './view-laws.ts';

const models = pinnedModels();
const generated = await generate(models);

/** Values that no member wants, or that only some do. */
const odd: readonly unknown[] = [
  -1,
  1.5,
  2 ** 40,
  Number.NaN,
  0,
  3,
  255,
  -0,
  1n,
  -1n,
  2n ** 64n,
  'x',
  true,
  undefined,
  null,
  {},
];

/** Blocks whose tables may lie over each other: a register says where each of them starts. */
const overlapping = new Set(['pci_ext_cap_vc', 'pci_ext_cap_mfvc']);

/** Blocks in which one wrong range of bits makes others wrong too: which one is told is not specified. */
const severalMistakes = new Set(['pci_cap_ht']);

describe.each(models.flatMap((model) => structsOf(model)))(
  'generated codecs of $title',
  ({ model, name }) => {
    const files = generated.get(model.root);
    const orders = [
      ['little', files?.little],
      ['big', files?.big],
    ] as const;
    for (const [order, module] of orders) {
      if (module === null || module === undefined) continue;
      for (const abiName of ['lp64', 'ilp32', 'i386'] as const) {
        const codec = codecsOf(module)[name]?.[abiName];
        // A codec that serves several abis is tried once.
        if (abiName !== 'lp64' && codec === codecsOf(module)[name]?.lp64) continue;
        if (abiName === 'i386' && codec === codecsOf(module)[name]?.ilp32) continue;
        if (order === 'big' && codec === codecsOf(files?.little ?? {})[name]?.[abiName]) continue;
        const abi = abis[order === 'big' ? (`${abiName}-be` as const) : abiName];
        test(`agree with the oracle and keep the laws on ${abiName}, ${order}-endian`, () => {
          expect(codec).toBeDefined();
          if (codec === undefined) return;
          const oracle = makeOracle(model, name, abi);
          const example = contextFor(model, name).chain((context) => {
            const length = { minLength: Math.max(0, oracle.minSize - 1), maxLength: oracle.minSize + 40 };
            const bytes = fc.uint8Array({ ...length, size: 'max' });
            return fc.tuple(
              anyValue(model, name, { abi, context }),
              fc.constant(context),
              bytes,
              fc.array(fc.nat(255), { minLength: 3 }),
            );
          });
          const law = fc.property(example, ([value, context, bytes, picks]) => {
            agreesWith(codec, oracle, value, context);
            agreeOnValue(codec, oracle, {}, context);
            if (!severalMistakes.has(name)) agreeOnValue(codec, oracle, spoiled(value, picks), context);
            agreeOnBytes(codec, oracle, bytes, context);
            if (!overlapping.has(name)) roundTrips(codec, value, context);
            staysInside(codec, value, context);
            needsItsRoom(codec, value, picks[0] ?? 0, context);
            throwsOnlyDecodeError(codec, bytes, { offset: (picks[0] ?? 0) - 3, end: picks[1] ?? 0 }, context);
          });
          fc.assert(law, { numRuns: Number(process.env['UAPI_RUNS'] ?? 6) });
        });
      }
    }
  },
);

describe.each([...generated])('views of %s', (_, { little, big }) => {
  test.each([
    ['little', little],
    ['big', big],
  ] as const)('give what decoders give and write what encoders write, %s-endian', (_, module) => {
    if (module === null) return;
    const pairs = viewsOf(module);
    expect(pairs.length).toBeGreaterThan(2);
    expect(viewsAgree(pairs)).toBeGreaterThan(pairs.length);
  });
});

/** A copy of a value with one member left out, misspelt or replaced by something odd. */
function spoiled(value: unknown, picks: readonly number[]): unknown {
  const root = structuredClone(value);
  let at: unknown = root;
  let i = 0;
  const next = (): number => (picks[i++ % picks.length] ?? 0) + i;
  while (typeof at === 'object' && at !== null) {
    const object = at as Record<string, unknown>;
    const keys = Object.keys(object);
    const key = keys[next() % Math.max(keys.length, 1)];
    if (key === undefined) return root;
    const member = object[key];
    if (typeof member === 'object' && !(member instanceof Uint8Array) && next() % 4 !== 0) {
      at = member;
      continue;
    }
    if (next() % 5 === 0) delete object[key];
    else if (next() % 9 === 0) object[`${key}s`] = member;
    else object[key] = odd[next() % odd.length];
    return root;
  }
  return root;
}
