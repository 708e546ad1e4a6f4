import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyValue, boundaryValue, contextFor, validValue } from '../../../src/arbitrary/index.ts';
import { makeOracle, type Oracle } from '../../../src/codec/oracle/oracle.ts';
import type { StructValue } from '../../../src/codec/oracle/value.ts';
import type { CodecContext } from '../../../src/codec/runtime/codec.ts';
import { type Abi, abis, formatAbi } from '../../../src/layout/abi.ts';
import {
  keepsBytes,
  needsItsRoom,
  roundTrips,
  staysInside,
  throwsOnlyDecodeError,
} from '../../helpers/laws.ts';
import { newestModels, pinnedModels, type RealStruct, structsOf } from '../real-schemas.ts';

const pinned = pinnedModels().flatMap(structsOf);
const makers = { anyValue, boundaryValue, validValue };

interface Example {
  readonly value: StructValue;
  readonly context: CodecContext;
}

function examples({ model, name }: RealStruct, abi: Abi, maker: keyof typeof makers): fc.Arbitrary<Example> {
  return contextFor(model, name).chain((context) => {
    return makers[maker](model, name, { abi, context }).map((value) => ({ value, context }));
  });
}

/** Runs a law for each struct on the abis that matter to it: register blocks are the same on all. */
function forEachStruct(
  structs: readonly RealStruct[],
  everyAbi: boolean,
  law: (oracle: Oracle, struct: RealStruct, abi: Abi) => void,
): void {
  for (const struct of structs) {
    const plain = struct.model.structs.get(struct.name)?.kind === 'registers' || !everyAbi;
    const some = plain ? [abis.lp64, abis['i386-be']] : Object.values(abis);
    for (const abi of some) {
      try {
        law(makeOracle(struct.model, struct.name, abi), struct, abi);
      } catch (error) {
        throw new Error(
          `${struct.title} on ${formatAbi(abi)}: ${error instanceof Error ? error.message : error}`,
          { cause: error },
        );
      }
    }
  }
}

describe('the oracle on every struct of the package, every abi and byte order', () => {
  test.each(Object.keys(makers) as (keyof typeof makers)[])('decodes %s as it was encoded', (maker) => {
    forEachStruct(pinned, true, (oracle, struct, abi) => {
      const law = fc.property(examples(struct, abi, maker), ({ value, context }) =>
        roundTrips(oracle, value, context),
      );
      fc.assert(law, { numRuns: 2 });
    });
  });

  test('does so for structs of later releases too', () => {
    forEachStruct(newestModels().flatMap(structsOf), false, (oracle, struct, abi) => {
      const law = fc.property(examples(struct, abi, 'anyValue'), ({ value, context }) =>
        roundTrips(oracle, value, context),
      );
      fc.assert(law, { numRuns: 2 });
    });
  });

  test('writes nothing outside of its bytes and reads nothing there', () => {
    forEachStruct(pinned, true, (oracle, struct, abi) => {
      const law = fc.property(examples(struct, abi, 'anyValue'), fc.nat(200), ({ value, context }, room) => {
        staysInside(oracle, value, context);
        needsItsRoom(oracle, value, room, context);
      });
      fc.assert(law, { numRuns: 2 });
    });
  });

  test('encodes decoded bytes as they were, but for holes', () => {
    let kept = 0;
    forEachStruct(pinned, true, (oracle, struct) => {
      const bytes = fc.tuple(randomBytes(oracle.minSize), contextFor(struct.model, struct.name));
      const law = fc.property(bytes, ([each, context]) => {
        if (keepsBytes(oracle, each, (value) => oracle.coverage(value, context), context)) kept++;
      });
      fc.assert(law, { numRuns: 3 });
    });
    expect(kept).toBeGreaterThan(2000);
  });

  test('throws nothing but DecodeErrors for any bytes and any region', () => {
    forEachStruct(pinned, true, (oracle, struct) => {
      const place = fc.oneof(
        fc.integer({ min: -4, max: 300 }),
        fc.constantFrom(0.5, Number.NaN, Infinity, -Infinity, 2 ** 40),
      );
      const some = fc.tuple(randomBytes(oracle.minSize), place, place, contextFor(struct.model, struct.name));
      const law = fc.property(some, ([bytes, offset, end, context]) => {
        throwsOnlyDecodeError(oracle, bytes, {}, context);
        throwsOnlyDecodeError(oracle, bytes, { offset, end }, context);
      });
      fc.assert(law, { numRuns: 3 });
    });
  });
});

/** Around the smallest size of a struct, many zeros among them so that counts are small. */
function randomBytes(minSize: number): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(255), weight: 2 });
  const length = { minLength: Math.max(minSize - 2, 0), maxLength: minSize + 64, size: 'max' as const };
  return fc.array(byte, length).map((bytes) => Uint8Array.from(bytes));
}
