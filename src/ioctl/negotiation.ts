import { buildSpace } from '../chain/build.ts';
import { ChainError } from '../chain/chain-error.ts';
import type { NewElement } from '../chain/element.ts';
import { limits } from '../chain/limits.ts';
import { encodeAlone } from '../chain/output.ts';
import { decodeSpace, encodeSpace, type Space } from '../chain/space.ts';
import { viewOf } from '../codec/runtime/bytes.ts';
import type { CodecContext } from '../codec/runtime/codec.ts';
import type { Errno } from '../model/errno.ts';
import { readNumber, readPlace, writePlace } from '../plan/access.ts';
import { placeEnd } from '../plan/place.ts';
import type { NegotiatedFormat } from './negotiated.ts';

/** An ioctl on a buffer, which it may change: 0, or the number of an errno. */
export type NegotiatedCall = (buffer: Uint8Array) => number;

/** How a caller asks. */
export interface NegotiateOptions {
  /** Fields that the caller gives (which region, ...). */
  readonly request?: object;
  /** Bytes of the first buffer; the least that is allowed unless given. */
  readonly firstSize?: number;
  /** Bytes that a reply may take; 1 MiB unless given. */
  readonly growTo?: number;
  /** Times to ask; 8 unless given. */
  readonly asks?: number;
  readonly env?: NonNullable<CodecContext['env']>;
}

/** What came of a negotiated call. */
export interface NegotiatedReply {
  /** 0, or the number of the errno that the last call gave. */
  readonly errno: number;
  /** The buffer after the last call. */
  readonly bytes: Uint8Array;
  /** The buffer taken apart; null where the call failed. */
  readonly space: Space | null;
  /** Sizes of the buffers, in the order of the calls. */
  readonly asked: readonly number[];
}

/**
 * Asks for a negotiated struct as a caller: with a small buffer first, and again with as much as the reply asks for.
 *
 * @throws ChainError `no-agreement` where every reply wants more than the one before, or more than is allowed;
 *   EncodeError for a bad request
 */
export function negotiate(
  format: NegotiatedFormat,
  call: NegotiatedCall,
  options: NegotiateOptions = {},
): NegotiatedReply {
  const { env = {}, growTo = limits.growTo, asks = limits.asks } = options;
  const request = encodeAlone(format.space.head.codec, options.request ?? {}, { env });
  const asked: number[] = [];
  let size = Math.max(options.firstSize ?? format.minSize, placeEnd(format.sizeField));
  for (;;) {
    const bytes = new Uint8Array(size);
    bytes.set(request.subarray(0, size));
    const view = viewOf(bytes);
    writePlace(format.sizeField, view, 0, BigInt(size));
    asked.push(size);
    const errno = call(bytes);
    if (errno !== 0) return { errno, bytes, space: null, asked };
    const needed = readNumber(format.sizeField, view, 0);
    if (needed <= size) return { errno, bytes, space: decodeSpace(format.space, bytes, { env }), asked };
    if (asked.length >= asks || needed > growTo) {
      const detail = { what: format.name, needed, free: needed > growTo ? growTo : size };
      throw new ChainError(
        'no-agreement',
        `after ${asked.length} calls the reply still needs more room.`,
        detail,
      );
    }
    size = needed;
  }
}

/** What an implementer answers with. */
export interface NegotiatedContents {
  readonly value: object;
  readonly elements?: readonly NewElement[];
  /** Write back the needed size in any case, as iommufd does; else only where it did not fit. */
  readonly alwaysReportSize?: boolean;
  readonly env?: NonNullable<CodecContext['env']>;
}

/** An implementer's answer. */
export interface NegotiatedAnswer {
  readonly errno: Errno | null;
  /** What to write to the start of the caller's buffer; nothing where there is an errno. */
  readonly bytes: Uint8Array;
  /** Bytes that everything takes. */
  readonly needed: number;
}

/**
 * Fills a caller's buffer as an implementer: the struct as far as it fits, and behind it the chain if all of it fits;
 * else the chain's offset is 0 and the size field says what is needed. The flag is set in either case.
 *
 * @param argsz the size that the caller gave
 * @throws EncodeError, ChainError where the contents are wrong
 */
export function fillNegotiated(
  format: NegotiatedFormat,
  contents: NegotiatedContents,
  argsz: number,
): NegotiatedAnswer {
  const { value, elements = [], alwaysReportSize = false, env = {} } = contents;
  if (argsz < format.minSize)
    return { errno: format.short, bytes: new Uint8Array(0), needed: format.minSize };
  const whole = wholeReply(format, value, elements, env);
  const view = viewOf(whole);
  const needed = whole.length;
  const fits = needed <= argsz;
  const bytes = fits ? whole : whole.slice(0, Math.min(format.size, argsz));
  if (!fits && format.chain !== null && elements.length > 0) writePlace(format.chain.offset, view, 0, 0n);
  const report = elements.length > 0 && !fits;
  writePlace(format.sizeField, view, 0, BigInt(report || alwaysReportSize ? needed : argsz));
  if (!fits) bytes.set(whole.subarray(0, bytes.length));
  return { errno: null, bytes, needed };
}

/** The struct with the whole chain behind it. */
function wholeReply(
  format: NegotiatedFormat,
  value: object,
  elements: readonly NewElement[],
  env: NonNullable<CodecContext['env']>,
): Uint8Array {
  if (format.chain === null || elements.length === 0) {
    const bytes = encodeAlone(format.space.head.codec, value, { env });
    if (format.chain !== null) setFlag(format.chain, viewOf(bytes), false);
    return bytes;
  }
  const space = buildSpace(format.space, { head: value, chains: { [format.chain.name]: elements }, env });
  const bytes = encodeSpace(format.space, space);
  setFlag(format.chain, viewOf(bytes), true);
  return bytes;
}

function setFlag(
  { flag, flagMask }: NonNullable<NegotiatedFormat['chain']>,
  view: DataView,
  set: boolean,
): void {
  const old = readPlace(flag, view, 0);
  writePlace(flag, view, 0, set ? old | flagMask : old & ~flagMask);
}
