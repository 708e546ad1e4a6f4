import type { CodecLookup } from '../../src/chain/members.ts';
import { compileSpace, type SpaceFormat } from '../../src/chain/space-format.ts';
import { makeOracle, type Oracle } from '../../src/codec/oracle/oracle.ts';
import type { AbiCodecs, StructCodec } from '../../src/codec/runtime/codec.ts';
import { pciCodecs } from '../../src/generated/ts/pci.ts';
import { vfioCodecs } from '../../src/generated/ts/vfio.ts';
import { vfioZdevCodecs } from '../../src/generated/ts/vfio_zdev.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import type { Model } from '../../src/model/model.ts';

/** Codecs of the package's schemas, by interface. */
const generated: { readonly [name: string]: { readonly [struct: string]: AbiCodecs<unknown> } } = {
  pci: pciCodecs,
  vfio: vfioCodecs,
  vfio_zdev: vfioZdevCodecs,
};

/** Codecs of all structs of a model: generated ones where there are any, else the oracle's. */
export function codecsOf(model: Model, abi: Abi): CodecLookup {
  const known = new Map<string, Oracle>();
  return (name) => {
    const struct = model.structs.get(name);
    if (struct === undefined) return undefined;
    const ours = abi.endian === 'little' ? generated[struct.interface]?.[name]?.[abi.name] : undefined;
    if (ours !== undefined) return ours as StructCodec<object>;
    const oracle = known.get(name) ?? makeOracle(model, name, abi);
    known.set(name, oracle);
    return oracle;
  };
}

/** A space of a model. */
export function spaceOf(model: Model, head: string, abi: Abi = abis.lp64): SpaceFormat {
  return compileSpace(model, { head, abi, codecs: codecsOf(model, abi) });
}
