import { decodeSpace, type Space } from '../../src/chain/space.ts';
import * as uapi from '../../src/generated/ts/ioas.ts';
import type { InfoReply } from '../../src/ioas/index.ts';
import { compileNegotiated, type NegotiatedFormat } from '../../src/ioctl/negotiated.ts';
import { abis } from '../../src/layout/abi.ts';
import { schemaModel } from '../chain/models.ts';
import { codecsOf } from '../chain/spaces.ts';

export const model = schemaModel('ioas');
const codecs = codecsOf(model, abis.lp64);

/** The two info structs for the chain codec, as the schema declares them. */
export const ioasInfo: NegotiatedFormat = compileNegotiated(model, 'ioas_info', { abi: abis.lp64, codecs });
export const deviceInfo: NegotiatedFormat = compileNegotiated(model, 'ioas_device_info', {
  abi: abis.lp64,
  codecs,
});

/** Ids of the capabilities of a reply, with their values. @throws where anything in it is wrong */
export function capabilitiesIn(format: NegotiatedFormat, bytes: Uint8Array): ReadonlyMap<number, Body> {
  const space = decodeSpace(format.space, bytes);
  if (space.issues.length > 0) throw new Error(JSON.stringify(space.issues));
  return capabilityMap(space);
}

/** Everything that any capability holds. */
export interface Body {
  readonly ranges?: readonly { readonly start: bigint; readonly end: bigint }[];
  readonly body?: Readonly<Record<string, number | bigint>>;
}

export function capabilityMap(space: Space): ReadonlyMap<number, Body> {
  return new Map(
    space.chains.flatMap(({ elements }) => elements.map(({ id, value }) => [id, value as Body])),
  );
}

/** What IOAS_GET_INFO says, read with the chain codec from the bytes of the reply. */
export function told(reply: InfoReply, format = ioasInfo): ReadonlyMap<number, Body> {
  return capabilitiesIn(format, reply.write(1 << 16));
}

export const { IOAS_CAP_IOVA_RANGE, IOAS_CAP_RESERVED, IOAS_CAP_TYPE1, IOAS_CAP_NESTING, IOAS_CAP_CHILDREN } =
  uapi;
