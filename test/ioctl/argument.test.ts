import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ioasIoctls } from '../../src/generated/ts/ioas.ts';
import { iommufdIoctls } from '../../src/generated/ts/iommufd.ts';
import {
  argumentsOf,
  copyArgument,
  operationsByNumber,
  readSize,
  type StructIoctl,
} from '../../src/ioctl/argument.ts';
import { PAGE_SIZE, PageFrames } from '../../src/ioctl/page-frames.ts';
import { Refusal } from '../../src/ioctl/refusal.ts';
import { SparseMemory } from '../../src/ioctl/sparse-memory.ts';

const ioctls = [...Object.values(iommufdIoctls), ...Object.values(ioasIoctls)].filter(
  (ioctl): ioctl is typeof ioctl & StructIoctl<object> => ioctl.codec !== null && ioctl.size !== null,
);

/** One page of memory that starts at its own size, all else behind it missing. */
const at = 0x10_0000n;
function memoryWith(bytes: Uint8Array): SparseMemory {
  const memory = new SparseMemory(new PageFrames());
  memory.map(at, BigInt(PAGE_SIZE));
  memory.write(at, bytes);
  return memory;
}

describe('an argument from the members that are given', () => {
  it.each(ioctls.map((ioctl) => [ioctl.name, ioctl] as const))(
    'of %s is what its codec makes of them',
    (_, ioctl) => {
      const make = argumentsOf<object>(ioctl);
      const blank = new DataView(new ArrayBuffer(ioctl.size));
      ioctl.codec.encode({}, blank);
      const defaults: object = ioctl.codec.decode(blank);
      expect(make({})).toEqual(defaults);
      fc.assert(
        fc.property(fc.subarray(Object.keys(defaults)), (names) => {
          const given = Object.fromEntries(names.map((name) => [name, Symbol(name)]));
          expect(make(given)).toEqual({ ...defaults, ...given });
        }),
        { numRuns: 20 },
      );
    },
  );

  it.each(ioctls.map((ioctl) => [ioctl.name, ioctl] as const))(
    'of %s shares nothing with the next',
    (_, ioctl) => {
      const make = argumentsOf<object>(ioctl);
      const [one, other] = [make({}), make({})] as Readonly<Record<string, unknown>>[];
      expect(one).not.toBe(other);
      for (const [name, value] of Object.entries(one ?? {}))
        if (typeof value === 'object') expect(value).not.toBe(other?.[name]);
    },
  );
});

describe('an argument from memory', () => {
  const [size, minSize] = [16, 8];
  const copy = (given: number, bytes: Uint8Array) =>
    copyArgument(memoryWith(bytes), { address: at, size: given }, { size, minSize });

  it('has the bytes that are known: missing ones are 0, further ones must be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.uint8Array({ minLength: 40, maxLength: 40 }),
        fc.boolean(),
        (given, random, clean) => {
          const bytes = random.map((byte, index) => (clean && index >= size ? 0 : byte));
          const result = copy(given, bytes);
          if (given < minSize) expect(result).toEqual(new Refusal('EINVAL', 'size-enough'));
          else if (bytes.subarray(size, Math.max(size, given)).some((byte) => byte !== 0))
            expect(result).toEqual(new Refusal('E2BIG', 'rest-zero'));
          else expect(result).toEqual(bytes.slice(0, size).map((byte, index) => (index < given ? byte : 0)));
        },
      ),
    );
  });

  it('is refused if memory is missing, and then has no size either', () => {
    const memory = memoryWith(new Uint8Array(0));
    const end = at + BigInt(PAGE_SIZE);
    expect(readSize(memory, end - 3n)).toEqual(new Refusal('EFAULT', 'size-readable'));
    expect(readSize(memory, end - 4n)).toBe(0);
    const late = { address: end - 8n, size };
    expect(copyArgument(memory, late, { size, minSize })).toEqual(new Refusal('EFAULT', 'argument-readable'));
  });
});

it('operations are found by their numbers', () => {
  const byNumber = operationsByNumber(iommufdIoctls);
  for (const ioctl of Object.values(iommufdIoctls)) expect(byNumber.get(ioctl.cmd)).toBe(ioctl);
});
