import fc from 'fast-check';
import { anyValue, boundaryValue, brokenBytes, validValue } from '../../src/arbitrary/index.ts';
import { makeOracle } from '../../src/codec/oracle/oracle.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import type { Model } from '../../src/model/model.ts';
import { packageModels, readModel, repositoryFile } from '../helpers/schemas.ts';

/** A struct that an ioctl takes. */
export interface ArgumentStruct {
  readonly model: Model;
  readonly name: string;
}

const models = packageModels();
const byteOrder = readModel(repositoryFile('test/specs/byte-order.yaml'));

/** The model of an interface of the package. */
export function modelNamed(name: string): Model {
  const model = models.get(name);
  if (model === undefined) throw new Error(`no interface ${name}`);
  return model;
}

/** Every struct that an ioctl takes, of the package's schemas and of the test spec of byte orders. */
export function argumentStructs(): readonly ArgumentStruct[] {
  return [...models.values(), byteOrder].flatMap((model) => {
    const names = [...model.ioctls.values()].flatMap(({ argument, interface: owner }) =>
      argument.kind === 'struct' && owner === model.root ? [argument.name] : [],
    );
    return [...new Set(names)].map((name) => ({ model, name }));
  });
}

/** Payloads of a struct: valid ones, ones at the ends of ranges, any, broken ones, and ones cut or grown. */
export function payloads({ model, name }: ArgumentStruct, abi: Abi = abis.lp64): fc.Arbitrary<Uint8Array> {
  const oracle = makeOracle(model, name, abi);
  const encoded = [validValue, boundaryValue, anyValue].map((make) =>
    make(model, name, { abi }).map((value) => {
      const bytes = new Uint8Array(oracle.measure(value));
      oracle.encode(value, new DataView(bytes.buffer));
      return bytes;
    }),
  );
  const broken = brokenBytes(model, name, { abi }).map(({ bytes }) => bytes);
  const whole = fc.oneof(...encoded, broken, broken);
  return fc
    .tuple(
      whole,
      fc.integer({ min: -12, max: 12 }),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 0, max: 255 }),
    )
    .map(([bytes, by, changes, says, fill]) => {
      if (!changes) return bytes;
      const length = Math.max(0, bytes.length + by);
      const changed = new Uint8Array(length).fill(fill % 3 === 0 ? fill : 0);
      changed.set(bytes.subarray(0, length));
      if (says && length >= 4) new DataView(changed.buffer).setUint32(0, length, abi.endian === 'little');
      return changed;
    });
}
