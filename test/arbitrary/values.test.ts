import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyValue,
  boundaryValue,
  chainElement,
  contextFor,
  ioctlArgument,
  validValue,
} from '../../src/arbitrary/index.ts';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import { abis } from '../../src/layout/abi.ts';
import { integerNamed } from '../../src/layout/named-integer.ts';
import { fold } from '../../src/model/evaluate.ts';
import type { Expression } from '../../src/model/expression.ts';
import type { Model } from '../../src/model/model.ts';
import { pinnedModels, someStructs, structsOf } from '../codec/real-schemas.ts';
import { roundTrips } from '../helpers/laws.ts';
import { mistakesIn } from './validity.ts';

const models = pinnedModels();
const structs = models.flatMap(structsOf);

function modelOf(root: string): (typeof models)[number] {
  const model = models.find((each) => each.root === root);
  if (model === undefined) throw new Error(`no schema ${root}`);
  return model;
}

function integerNamedIn(model: Model, tag: Expression): bigint | undefined {
  return fold(tag, { lookup: (path) => integerNamed(model, path.join('.'), abis.lp64) });
}

describe('validValue', () => {
  test('keeps to flags, enums, reserved members, ranges, counts and autos of every struct', () => {
    for (const { model, name } of structs) {
      const examples = contextFor(model, name).chain((context) =>
        validValue(model, name, { context }).map((value) => ({ value, context })),
      );
      fc.assert(
        fc.property(examples, ({ value, context }) => {
          const codec = makeOracle(model, name, abis.lp64);
          expect(mistakesIn(model, name, codec.fill(value, context))).toEqual([]);
        }),
        { numRuns: 6 },
      );
    }
  });

  test('gives nothing else while it shrinks, and shrinks to small values', () => {
    for (const { model, name } of someStructs(structs)) {
      const codec = makeOracle(model, name, abis.lp64);
      const seen: string[] = [];
      let runs = 0;
      const result = fc.check(
        fc.property(validValue(model, name), (value) => {
          seen.push(...mistakesIn(model, name, codec.fill(value)));
          roundTrips(codec, value);
          // From the third run on everything fails, so that fast-check shrinks it as far as it can.
          return ++runs < 3;
        }),
        { numRuns: 3 },
      );
      expect([name, result.failed, seen]).toEqual([name, true, []]);
    }
  });

  test('shrinks towards what makes a property fail', () => {
    const model = modelOf('vfio');
    const result = fc.check(
      fc.property(
        validValue(model, 'vfio_region_info_cap_sparse_mmap'),
        (value) => (value as { nr_areas: number }).nr_areas < 2,
      ),
      { numRuns: 1000 },
    );
    expect(result.counterexample?.[0]).toMatchObject({
      nr_areas: 2,
      areas: [
        { offset: 0n, size: 0n },
        { offset: 0n, size: 0n },
      ],
    });
  });

  test('makes payloads of the variants that their tags choose', () => {
    const model = modelOf('vfio');
    const codec = makeOracle(model, 'vfio_device_feature', abis.lp64);
    const sizes = new Set<number>();
    fc.assert(
      fc.property(validValue(model, 'vfio_device_feature'), (value) => {
        roundTrips(codec, value);
        const { argsz, data } = value as unknown as { argsz: number; data: Uint8Array };
        expect(argsz).toBe(8 + data.length);
        sizes.add(data.length);
      }),
    );
    expect(sizes.size).toBeGreaterThan(3);
  });
});

describe('boundaryValue', () => {
  test('reaches the ends of every integer', () => {
    const model = modelOf('iommufd');
    const found = new Set<unknown>();
    fc.assert(
      fc.property(boundaryValue(model, 'iommu_ioas_map'), (value) => void found.add(value['iova'])),
      { numRuns: 400 },
    );
    for (const end of [0n, 1n, 2n ** 64n - 1n, 2n ** 63n, 2n ** 32n]) expect(found).toContain(end);
  });
});

describe('anyValue', () => {
  test('breaks flags, enums and reserved members too', () => {
    const model = modelOf('iommufd');
    const kinds = new Set<string>();
    fc.assert(
      fc.property(anyValue(model, 'iommu_ioas_map'), (value) => {
        for (const mistake of mistakesIn(model, 'iommu_ioas_map', value)) kinds.add(mistake);
      }),
    );
    expect(kinds).toContain('flags: unknown flag');
    expect(kinds).toContain('__reserved: not zero');
  });

  test('reaches every conditional register of a block, and its absence', () => {
    const model = modelOf('pci');
    const found = new Set<string>();
    let without = 0;
    fc.assert(
      fc.property(anyValue(model, 'pci_cap_msi'), (value) => {
        for (const name of Object.keys(value)) found.add(name);
        if (!('mask_32' in value)) without++;
      }),
      { numRuns: 300 },
    );
    const fields = model.structs.get('pci_cap_msi')?.fields.map(({ name }) => name);
    expect([...found].sort()).toEqual([...(fields ?? [])].sort());
    expect(without).toBeGreaterThan(0);
  });
});

describe('ioctlArgument', () => {
  test('gives a value for every ioctl that takes one', () => {
    for (const model of models) {
      for (const { name, argument } of model.ioctls.values()) {
        const [value] = fc.sample(ioctlArgument(model, name), 1);
        if (argument.kind === 'struct') roundTrips(makeOracle(model, argument.name, abis.lp64), value);
        else expect(typeof value).toBe(['none', 'string'].includes(argument.kind) ? 'undefined' : 'bigint');
      }
    }
  });
});

describe('chainElement', () => {
  test('gives elements of every chain with the id of their struct', () => {
    for (const model of models) {
      for (const chain of model.chains.values()) {
        const found = new Set<string>();
        for (const { struct, value, bytes } of fc.sample(chainElement(model, chain.name), 60)) {
          found.add(struct);
          const header = makeOracle(model, chain.header, abis.lp64);
          const decoded: unknown = header.decode(new DataView(bytes.buffer), 0, bytes.length);
          const id = chain.id.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], decoded);
          const tags = model.structs.get(struct)?.memberOf.filter(({ set }) => set === chain.elements) ?? [];
          const ids = tags
            .map((tag) => tag.tags[0])
            .map((tag) => (tag == null ? null : integerNamedIn(model, tag)));
          expect(ids).toContain(BigInt(id as number));
          roundTrips(makeOracle(model, struct, abis.lp64), value);
        }
        expect(found.size).toBeGreaterThan(0);
      }
    }
  });
});
