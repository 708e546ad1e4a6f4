import { ChainError } from '../chain/chain-error.ts';
import type { CodecLookup } from '../chain/members.ts';
import { compileSpace, type SpaceFormat } from '../chain/space-format.ts';
import type { Abi } from '../layout/abi.ts';
import { layOut } from '../layout/layout.ts';
import type { Errno } from '../model/errno.ts';
import type { Model } from '../model/model.ts';
import { resolvePath } from '../model/path.ts';
import { type Place, placeEnd, placeOfTarget } from '../plan/place.ts';

/** A negotiated struct (VFIO's argsz) made ready for bytes of one abi. */
export interface NegotiatedFormat {
  readonly name: string;
  readonly space: SpaceFormat;
  /** The field with the size of the buffer (from the caller) or of what is needed (from the kernel). */
  readonly sizeField: Place;
  /** Bytes that a caller must give at least: those of the struct's first release. */
  readonly minSize: number;
  /** Bytes of the whole struct. */
  readonly size: number;
  /** What less than the minimum is answered with. */
  readonly short: Errno;
  /** The chain behind the struct: its name, and the flag that says that it is there. */
  readonly chain: {
    readonly name: string;
    readonly offset: Place;
    readonly flag: Place;
    readonly flagMask: bigint;
  } | null;
}

/**
 * Makes a negotiated struct ready for {@link negotiate} and {@link fillNegotiated}.
 *
 * @throws ChainError where the struct is not negotiated, or a field that this needs has no fixed place
 */
export function compileNegotiated(
  model: Model,
  structName: string,
  { abi, codecs }: { readonly abi: Abi; readonly codecs: CodecLookup },
): NegotiatedFormat {
  const negotiated = model.structs.get(structName)?.negotiated;
  const layout = model.structs.has(structName) ? layOut(model, structName, abi) : undefined;
  if (negotiated === undefined || layout === undefined || layout.size === null) {
    throw new ChainError('bad-format', 'there is no such negotiated struct.', { what: structName });
  }
  const resolve = (path: string): { readonly place: Place; readonly mask: bigint } => {
    const target = resolvePath(model, structName, path.split('.'), () => undefined);
    const place = target && placeOfTarget(model, layout, target, abi);
    if (place === undefined || target?.kind !== 'field') {
      throw new ChainError('bad-format', 'negotiation needs an integer at a fixed place.', {
        what: `${structName}.${path}`,
      });
    }
    return { place, mask: target.flag?.value ?? 1n };
  };
  const { chain, sizeField, minThrough, short } = negotiated;
  const flag = chain && resolve(chain.flag);
  return {
    name: structName,
    space: compileSpace(model, {
      head: structName,
      chains: chain === undefined ? [] : [chain.name],
      abi,
      codecs,
    }),
    sizeField: resolve(sizeField).place,
    minSize: placeEnd(resolve(minThrough).place),
    size: layout.size,
    short,
    chain:
      chain === undefined || flag === undefined
        ? null
        : {
            name: chain.name,
            offset: resolve(chain.offsetField).place,
            flag: flag.place,
            flagMask: flag.mask,
          },
  };
}
