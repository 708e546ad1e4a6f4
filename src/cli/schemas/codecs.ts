import type { CodecLookup } from '../../chain/members.ts';
import type { AbiCodecs, StructCodec } from '../../codec/runtime/codec.ts';
import { codecModules } from '../../generated/ts/index.ts';
import type { Abi } from '../../layout/abi.ts';
import { fingerprint } from '../../layout/fingerprint.ts';
import type { Model } from '../../model/model.ts';

/** Generated codecs of an interface, and what they were generated from. */
interface Generated {
  readonly codecs: { readonly [struct: string]: AbiCodecs<unknown> };
  readonly fingerprints: { readonly [struct: string]: string };
}

/**
 * The codecs of a model: generated ones for structs that are what they were generated from, whoever wrote the schema, and
 * the interpreter's for all others.
 */
export async function codecsFor(model: Model, abi: Abi): Promise<CodecLookup> {
  const tables = new Map<string, Generated>();
  for (const name of model.interfaces.keys()) {
    const modules = codecModules[name];
    if (modules === undefined) continue;
    const [codecs, fingerprints] = await Promise.all([modules[abi.endian](), modules.fingerprints()]);
    tables.set(name, { codecs, fingerprints });
  }
  const { makeOracle } = await import('../../codec/oracle/oracle.ts');
  const made = new Map<string, StructCodec<object>>();
  return (name) => {
    const struct = model.structs.get(name);
    if (struct === undefined) return undefined;
    let codec = made.get(name);
    if (codec === undefined) {
      const { codecs, fingerprints } = tables.get(struct.interface) ?? {};
      const generated =
        fingerprints?.[name] === fingerprint(model, name) ? codecs?.[name]?.[abi.name] : undefined;
      codec = (generated ?? makeOracle(model, name, abi)) as StructCodec<object>;
      made.set(name, codec);
    }
    return codec;
  };
}
