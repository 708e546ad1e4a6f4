import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue } from '../../../src/arbitrary/index.ts';
import { makeOracle } from '../../../src/codec/oracle/oracle.ts';
import type { AbiCodecs, StructCodec } from '../../../src/codec/runtime/codec.ts';
import { DecodeError, EncodeError } from '../../../src/codec/runtime/errors.ts';
import { IommuIoasMapCodec, iommufdCodecs } from '../../../src/generated/ts/iommufd.ts';
import { vfioCodecs } from '../../../src/generated/ts/vfio.ts';
import { abis } from '../../../src/layout/abi.ts';
import { encoded, outcomeOf } from '../../helpers/laws.ts';
import { packageModels } from '../../helpers/schemas.ts';

const tables: Readonly<Record<string, { readonly [struct: string]: AbiCodecs<unknown> }>> = {
  iommufd: iommufdCodecs,
  vfio: vfioCodecs,
};

describe('toBytes and fromBytes', () => {
  it.each(Object.keys(tables))('are encode and decode, for every struct of %s and for the oracle', (name) => {
    const model = packageModels().get(name);
    if (model === undefined) throw new Error(`there is no schema of ${name}`);
    for (const [struct, { lp64 }] of Object.entries(tables[name] ?? {})) {
      const oracle = makeOracle(model, struct, abis.lp64);
      fc.assert(
        fc.property(anyValue(model, struct, { abi: abis.lp64 }), (value) => {
          for (const codec of [lp64 as StructCodec<object>, oracle]) {
            const bytes = codec.toBytes(value);
            expect(bytes).toEqual(encoded(codec, value));
            // The bytes may lie anywhere in memory, and others may stand around them.
            const memory = new Uint8Array(bytes.length + 7).fill(0xa5);
            memory.set(bytes, 3);
            const own = memory.subarray(3, 3 + bytes.length);
            const decoded = codec.decode(new DataView(bytes.buffer));
            expect(codec.fromBytes(own)).toEqual(decoded);
            const short = own.subarray(0, own.length - 1);
            const view = new DataView(short.buffer, short.byteOffset, short.length);
            expect(outcomeOf(() => codec.fromBytes(short))).toEqual(outcomeOf(() => codec.decode(view)));
          }
        }),
        { numRuns: 5 },
      );
    }
  });

  it('throw the errors of encode and decode', () => {
    expect(() => IommuIoasMapCodec.toBytes({ flags: -1 })).toThrow(EncodeError);
    expect(() => IommuIoasMapCodec.toBytes({ iaos_id: 1 } as object)).toThrow(
      'a known member, perhaps ioas_id',
    );
    expect(() => IommuIoasMapCodec.fromBytes(new Uint8Array(39))).toThrow(DecodeError);
  });
});
