import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Broken, brokenBytes, contextFor, type Fault } from '../../src/arbitrary/index.ts';
import { makeOracle, type Oracle } from '../../src/codec/oracle/oracle.ts';
import type { StructValue } from '../../src/codec/oracle/value.ts';
import type { CodecContext } from '../../src/codec/runtime/codec.ts';
import { DecodeError } from '../../src/codec/runtime/errors.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import { pinnedModels, type RealStruct, someStructs, structsOf } from '../codec/real-schemas.ts';
import { mistakesIn } from './validity.ts';

const structs = pinnedModels().flatMap(structsOf);

const phrases: Partial<Record<Fault['kind'], string>> = {
  'reserved-set': 'not zero',
  'unknown-flag': 'unknown flag',
  'unknown-value': 'unknown value',
  'out-of-range': 'out of range',
};

function examples(
  { model, name }: RealStruct,
  abi: Abi,
): fc.Arbitrary<{ broken: Broken; context: CodecContext }> {
  return contextFor(model, name).chain((context) =>
    brokenBytes(model, name, { abi, context }).map((broken) => ({ broken, context })),
  );
}

/** The faults of a payload that are not in its bytes. */
function untrue(
  struct: RealStruct,
  abi: Abi,
  { bytes, faults }: Broken,
  context: CodecContext,
): readonly Fault[] {
  const codec = makeOracle(struct.model, struct.name, abi);
  const decode = (): StructValue => codec.decode(new DataView(bytes.buffer), 0, bytes.length, context);
  return faults.filter((fault) => {
    switch (fault.kind) {
      case 'short':
        return bytes.length >= codec.minSize || !throwsTooShort(decode);
      case 'long':
      case 'dirty-tail': {
        const tail = bytes.slice(fault.offset, fault.offset + fault.size);
        return tail.length !== fault.size || (fault.kind === 'long') !== tail.every((byte) => byte === 0);
      }
      case 'wrong-count':
        return !hasWrongCount(codec, bytes, context);
      default:
        // What the bytes decode to shows the fault; where they no longer decode, the member was one that steers.
        try {
          return !mistakesIn(struct.model, struct.name, decode()).includes(
            `${fault.field}: ${phrases[fault.kind]}`,
          );
        } catch (error) {
          if (error instanceof DecodeError)
            return (
              bytes.slice(fault.offset, fault.offset + fault.size).every((byte) => byte === 0) &&
              fault.kind !== 'unknown-value'
            );
          throw error;
        }
    }
  });
}

function hasRange({ model, name }: RealStruct): boolean {
  return model.structs.get(name)?.fields.some(({ range }) => range !== undefined) ?? false;
}

function throwsTooShort(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    return error instanceof DecodeError && error.code === 'too-short';
  }
}

/** A count that says more than there is cannot be decoded; one that says less leaves bytes over. */
function hasWrongCount(codec: Oracle, bytes: Uint8Array, context: CodecContext): boolean {
  try {
    const value = codec.decode(new DataView(bytes.buffer), 0, bytes.length, context);
    return codec.measure(value, context) !== bytes.length;
  } catch (error) {
    return error instanceof DecodeError;
  }
}

describe('brokenBytes', () => {
  test('of every struct has the faults that it says', () => {
    const kinds = new Map<string, number>();
    for (const struct of structs) {
      for (const abi of [abis.lp64, abis['i386-be']]) {
        fc.assert(
          fc.property(examples(struct, abi), ({ broken, context }) => {
            expect(broken.faults.length).toBeGreaterThan(0);
            expect(untrue(struct, abi, broken, context)).toEqual([]);
            for (const { kind } of broken.faults) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
          }),
          { numRuns: hasRange(struct) ? 40 : 6 },
        );
      }
    }
    const all = [
      'short',
      'long',
      'dirty-tail',
      'reserved-set',
      'unknown-flag',
      'unknown-value',
      'out-of-range',
      'wrong-count',
    ];
    expect([...kinds.keys()].sort()).toEqual(all.sort());
  });

  test('keeps its faults while it shrinks', () => {
    for (const struct of someStructs(structs)) {
      const wrong: Fault[] = [];
      let runs = 0;
      fc.check(
        fc.property(brokenBytes(struct.model, struct.name), (broken) => {
          wrong.push(...untrue(struct, abis.lp64, broken, {}));
          return ++runs < 3;
        }),
        { numRuns: 3 },
      );
      expect([struct.name, wrong]).toEqual([struct.name, []]);
    }
  });
});
