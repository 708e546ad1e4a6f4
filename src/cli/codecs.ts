import type { CodecLookup } from '../chain/members.ts';
import type { AbiCodecs, StructCodec } from '../codec/runtime/codec.ts';
import { codecModules } from '../generated/ts/index.ts';
import type { Abi } from '../layout/abi.ts';
import type { Model } from '../model/model.ts';
import { formatRelease } from '../model/release.ts';
import { schemaFolder } from './files.ts';

/**
 * The codecs of a model: generated ones for the schemas of the package as of the release that they are generated for,
 * the oracle's for all others.
 */
export async function codecsFor(model: Model, abi: Abi): Promise<CodecLookup> {
  const tables = new Map<string, { readonly [struct: string]: AbiCodecs<unknown> }>();
  for (const { name, files, kernel } of model.interfaces.values()) {
    const generated = codecModules[name]?.[abi.endian];
    const [file = ''] = files;
    const builtin = file.startsWith('uapikit/') || file.startsWith(`${schemaFolder}/`);
    const same =
      kernel !== null && model.release !== null && formatRelease(kernel) === formatRelease(model.release);
    if (generated !== undefined && builtin && same) tables.set(name, await generated());
  }
  const covered = [...model.structs.values()].every(
    ({ inline, interface: owner }) => inline || tables.has(owner),
  );
  const oracle = covered ? undefined : await import('../codec/oracle/oracle.ts');
  const made = new Map<string, StructCodec<object>>();
  return (name) => {
    const struct = model.structs.get(name);
    if (struct === undefined) return undefined;
    const generated = tables.get(struct.interface)?.[name]?.[abi.name];
    if (generated !== undefined) return generated as StructCodec<object>;
    const codec = made.get(name) ?? (oracle?.makeOracle(model, name, abi) as StructCodec<object> | undefined);
    if (codec !== undefined) made.set(name, codec);
    return codec;
  };
}
