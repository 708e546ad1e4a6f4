import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBytes, validValue } from '../../src/arbitrary/index.ts';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import type { UserMemory } from '../../src/validate/memory.ts';
import { memoryOf } from '../../src/validate/memory.ts';
import { entryChecks } from '../../src/validate/plan.ts';
import type { Report } from '../../src/validate/report.ts';
import { makeValidator } from '../../src/validate/validator.ts';
import { argumentStructs, modelNamed, payloads } from './payloads.ts';

/** Memory of which nothing is known: the same as none, but it makes validators take their slow way. */
const nothingKnown: UserMemory = { mapped: () => null, read: () => null };

function validatorOf(interfaceName: string, struct: string, abi: Abi = abis.lp64, env = { iommufd: 1n }) {
  const validator = makeValidator(modelNamed(interfaceName), struct, { abi, env });
  if (validator === undefined) throw new Error(`no validator of ${struct}`);
  return validator;
}

/** A struct's bytes from 32-bit words in the order of the machine. */
function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function report(struct: string, bytes: Uint8Array, interfaceName = 'iommufd'): Report {
  return validatorOf(interfaceName, struct).validate(bytes);
}

describe('makeValidator', () => {
  const structs = argumentStructs();

  it('knows every struct that an ioctl takes', () => {
    expect(structs.length).toBeGreaterThan(35);
    const missing = structs.filter(
      ({ model, name }) => makeValidator(model, name, { abi: abis.lp64 }) === undefined,
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('decides every rule that is an expression once it knows which file is asked', () => {
    const open = structs.flatMap(({ model, name }) => {
      const rules = (model.structs.get(name)?.rules ?? []).filter(({ check }) => check.kind === 'expression');
      const plan = makeValidator(model, name, { abi: abis.lp64, env: { iommufd: 1n } })?.plan;
      const undecided = plan?.checks.filter(({ kind }) => kind === 'undecided').map(({ id }) => id) ?? [];
      return rules.map(({ id }) => id).filter((id) => undecided.includes(id));
    });
    expect(open).toEqual([]);
  });

  it('says the same the quick and the slow way, whatever the payload is', () => {
    for (const struct of structs) {
      for (const abi of [abis.lp64, abis['i386-be']]) {
        const validator = makeValidator(struct.model, struct.name, { abi, env: { iommufd: 1n } });
        if (validator === undefined) continue;
        fc.assert(
          fc.property(payloads(struct, abi), (bytes) => {
            expect(validator.validate(bytes)).toEqual(validator.validate(bytes, { memory: nothingKnown }));
          }),
          { numRuns: 10 },
        );
      }
    }
  });

  it('names an errno only with the check that gives it, and that check has an issue', () => {
    for (const struct of structs) {
      const validator = makeValidator(struct.model, struct.name, { abi: abis.lp64 });
      fc.assert(
        fc.property(payloads(struct), (bytes) => {
          if (validator === undefined) return;
          const { issues, verdict } = validator.validate(bytes);
          const { errno, check, refusal, certain, dependsOn } = verdict;
          expect(check === null).toBe(refusal === null);
          if (errno !== null) expect([errno, certain, dependsOn]).toEqual([refusal, true, []]);
          if (check !== null) {
            const first = issues.find(({ severity }) => severity === 'error');
            expect([first?.rule, first?.errno]).toEqual([check, refusal]);
          }
        }),
        { numRuns: 15 },
      );
    }
  });

  it('finds nothing that a field alone forbids in values that keep to the schema', () => {
    for (const { model, name } of structs) {
      const oracle = makeOracle(model, name, abis.lp64);
      const validator = makeValidator(model, name, { abi: abis.lp64 });
      fc.assert(
        fc.property(validValue(model, name, { abi: abis.lp64 }), (value) => {
          const bytes = new Uint8Array(oracle.measure(value));
          oracle.encode(value, new DataView(bytes.buffer));
          const found = validator?.validate(bytes).issues ?? [];
          const alone = ['reserved-set', 'unknown-flags', 'unknown-value', 'out-of-range', 'dirty-tail'];
          expect(found.filter(({ code, severity }) => severity === 'error' && alone.includes(code))).toEqual(
            [],
          );
        }),
        { numRuns: 8 },
      );
    }
  });

  it('finds reserved bytes and unknown flags at their places', () => {
    const codes = { 'reserved-set': 'reserved-set', 'unknown-flag': 'unknown-flags' } as const;
    for (const { model, name } of structs.filter(({ model: { root } }) => root === 'iommufd')) {
      const validator = makeValidator(model, name, { abi: abis.lp64 });
      const size = validator?.plan.size ?? 0;
      fc.assert(
        fc.property(brokenBytes(model, name, { abi: abis.lp64 }), ({ bytes, faults }) => {
          const issues = validator?.validate(bytes).issues ?? [];
          for (const { kind, field, offset } of faults) {
            const code = codes[kind as keyof typeof codes];
            const checked = model.structs
              .get(name)
              ?.fields.some((each) => each.name === field && (each.flags?.unknown ?? each.reserved) != null);
            if (code === undefined || !checked || bytes.length !== size) continue;
            expect(issues.map((issue) => [issue.code, issue.offset])).toContainEqual([code, offset]);
          }
        }),
        { numRuns: 60 },
      );
    }
  });
});

describe('the size of a struct', () => {
  const good = words(12, 0, 0);

  it('is at least that of the first release', () => {
    for (const size of [0, 8, 11]) {
      const { verdict } = report('iommu_ioas_alloc', words(size, 0, 0));
      expect(verdict).toMatchObject({ errno: 'EINVAL', check: entryChecks.short, certain: true });
    }
  });

  it('may be larger with zeros behind, and E2BIG tells the first other byte', () => {
    expect(report('iommu_ioas_alloc', words(20, 0, 0, 0, 0)).verdict.check).toBe(null);
    const bytes = words(20, 0, 0, 0, 0);
    bytes[17] = 9;
    const { issues, verdict } = report('iommu_ioas_alloc', bytes);
    expect(verdict.errno).toBe('E2BIG');
    expect(issues).toMatchObject([{ code: 'dirty-tail', offset: 17, actual: 9n }]);
  });

  it('may be smaller where the struct has grown: what is missing reads as zeros', () => {
    const bytes = new Uint8Array(48).fill(0xff);
    bytes.set(words(24, 0, 1, 2, 0, 0));
    expect(report('iommu_hwpt_alloc', bytes).verdict.check).toBe(null);
    bytes.set(words(48, 0, 1, 2, 0, 0, 0));
    expect(report('iommu_hwpt_alloc', bytes).verdict.check).toBe('data-or-none');
  });

  it('beyond the bytes that were given leaves everything open', () => {
    for (let length = 0; length < 12; length++) {
      const { verdict } = report('iommu_ioas_alloc', good.subarray(0, length));
      expect([length, verdict.errno, verdict.check, verdict.certain]).toEqual([
        length,
        null,
        entryChecks.readable,
        false,
      ]);
    }
    expect(report('iommu_ioas_alloc', good).verdict).toMatchObject({ check: null, certain: true });
  });

  it('counts in the byte order of the abi', () => {
    const { plan, validate } = validatorOf('iommufd', 'iommu_ioas_alloc', abis['lp64-be']);
    expect(plan.size).toBe(12);
    expect(validate(Uint8Array.of(0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0)).verdict.errno).toBe('EOPNOTSUPP');
  });
});

describe('the order of checks', () => {
  it('keeps an unknown operation behind the object that may be missing', () => {
    const huge = report('iommu_option', words(24, 1, 7, 3, 0, 0));
    expect(huge.verdict).toMatchObject({
      errno: null,
      check: 'known-op',
      refusal: 'EOPNOTSUPP',
      dependsOn: ['object-exists'],
    });
    const rlimit = report('iommu_option', words(24, 0, 7, 0, 0, 0));
    expect(rlimit.verdict).toMatchObject({ errno: 'EOPNOTSUPP', check: 'known-op', certain: true });
  });

  it('is not spoiled by a check of state with the same errno', () => {
    // known-flags comes after pt-exists, which answers EINVAL, and after a missing device.
    const bytes = words(48, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(report('iommu_hwpt_alloc', bytes).verdict.dependsOn).toEqual(['device-exists', 'pt-exists']);
    const page = words(8, 0);
    expect(report('iommu_destroy', page).verdict).toMatchObject({
      check: null,
      dependsOn: ['object-exists', 'unused'],
    });
  });

  it('warns of what is documented but not checked', () => {
    const { issues, verdict } = report('iommu_hwpt_set_dirty_tracking', words(16, 1, 2, 7));
    expect(issues).toMatchObject([
      { code: 'reserved-set', severity: 'warning', errno: null, path: '__reserved' },
    ]);
    expect(verdict.check).toBe(null);
  });

  it('lists every issue, in order, with the fields that a rule reads', () => {
    const { issues, verdict } = report('iommu_ioas_map', words(40, 0x10, 1, 5, 0, 0, 0, 0, 0, 0));
    expect(issues.map(({ rule, path }) => [rule, path])).toEqual([
      ['flags-and-reserved', 'flags'],
      ['flags-and-reserved', '__reserved'],
      ['some-access', 'flags'],
      ['length-fits', 'length'],
    ]);
    expect(issues[3]?.operands).toEqual([{ path: 'length', offset: 24, value: 0n }]);
    expect(verdict.errno).toBe('EOPNOTSUPP');
  });

  it('asks rules of another kind of file nothing', () => {
    const bytes = words(32, 4, 0, 0, 0, 0, 0x1000, 0);
    expect(validatorOf('vfio', 'vfio_iommu_type1_dma_map').validate(bytes).verdict.check).toBe(
      'no-vaddr-on-iommufd',
    );
    const container = validatorOf('vfio', 'vfio_iommu_type1_dma_map', abis.lp64, { iommufd: 0n });
    expect(container.validate(bytes).verdict.check).toBe(null);
  });
});

describe('payloads behind pointers', () => {
  const at = 0x2_0000_0000n;
  const invalidate = (count: number, length: number): Uint8Array =>
    words(32, 3, 0, 2, 0xdeadbeef, length, count, 0);

  it('are checked one by one where the memory is known', () => {
    const memory = memoryOf([{ address: at, bytes: words(0, 0, 2, 1, 0, 9) }]);
    const { issues } = validatorOf('iommufd-test', 'iommu_hwpt_invalidate').validate(invalidate(3, 8), {
      memory,
    });
    expect(issues.map(({ path, errno, offset }) => [path, errno, offset])).toEqual([
      ['*data_uptr[1].flags', 'EOPNOTSUPP', 8],
      ['*data_uptr[2].iotlb_id', 'EINVAL', 20],
    ]);
  });

  it('are bad where nothing is mapped', () => {
    const memory = memoryOf([], []);
    const { issues } = validatorOf('iommufd-test', 'iommu_hwpt_invalidate').validate(invalidate(1, 8), {
      memory,
    });
    expect(issues).toMatchObject([{ code: 'bad-pointer', errno: 'EFAULT', path: 'data_uptr', actual: at }]);
  });

  it('have a length that fits their type, known memory or not', () => {
    const { issues } = validatorOf('iommufd-test', 'iommu_hwpt_invalidate').validate(invalidate(1, 16));
    expect(issues).toMatchObject([
      { code: 'payload-length', path: 'entry_len', errno: 'EINVAL', actual: 16n },
    ]);
  });

  it('of no bytes are of no type', () => {
    const none = words(48, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(report('iommu_hwpt_alloc', none).issues).toEqual([]);
    const some = words(48, 0, 1, 1, 0, 0, 77, 4, 0, 1, 0, 0);
    expect(report('iommu_hwpt_alloc', some).issues).toMatchObject([
      { code: 'unknown-variant', path: 'data_type' },
    ]);
  });
});
