import { decodeSpace, type Space } from '../../chain/space.ts';
import { isSame } from '../../codec/oracle/value.ts';
import { CodecError } from '../../codec/runtime/errors.ts';
import type { CallSide } from '../../print/call-text.ts';
import { knownMemory } from '../../print/known-memory.ts';
import type { IoctlRecord } from '../../trace/record.ts';
import type { TracedStruct } from './calls.ts';

/** The argument of a recorded ioctl before and after the call. */
export interface TracedArgument {
  readonly before: CallSide;
  readonly after: CallSide;
  /** The call failed and changed nothing. */
  readonly silent: boolean;
  /** Bytes beyond the struct that were handed over. */
  readonly tail: Uint8Array;
  /** The chains behind the struct after the call, where it has such. */
  readonly space: Space | null;
}

/** Takes the argument of a recorded ioctl apart; null where its bytes are too few, or no such struct. */
export function tracedArgument(traced: TracedStruct, record: IoctlRecord): TracedArgument | null {
  const before = structValue(traced, record.in);
  const unchanged = isSame(record.in, record.out);
  const after = before === null || unchanged ? before : structValue(traced, record.out);
  if (before === null || after === null) return null;
  const size = handedOver(traced, before, record.in.length);
  const { buffers } = record;
  const tail = record.in.subarray(Math.min(traced.codec.minSize, size), size);
  return {
    before: { value: before, size, memory: knownMemory(buffers.map(beforeCall)) },
    after: { value: after, size, memory: knownMemory(buffers.map(afterCall)) },
    silent: record.errno !== null && unchanged && buffers.every(({ in: was, out: is }) => isSame(was, is)),
    tail: tail.some((byte) => byte !== 0) ? tail : tail.subarray(0, 0),
    space: traced.space === null ? null : decodeSpace(traced.space, record.out.subarray(0, size)),
  };
}

function beforeCall({ address, in: bytes }: IoctlRecord['buffers'][number]): {
  address: bigint;
  bytes: Uint8Array;
} {
  return { address, bytes };
}

function afterCall({ address, out: bytes }: IoctlRecord['buffers'][number]): {
  address: bigint;
  bytes: Uint8Array;
} {
  return { address, bytes };
}

/** Reads a struct; zeros stand for what is missing. */
export function structValue({ codec }: TracedStruct, bytes: Uint8Array): object | null {
  const whole = bytes.length < codec.minSize ? new Uint8Array(codec.minSize) : bytes;
  if (whole !== bytes) whole.set(bytes);
  try {
    return codec.decode(new DataView(whole.buffer, whole.byteOffset, whole.byteLength));
  } catch (error) {
    if (error instanceof CodecError) return null;
    throw error;
  }
}

/** The size that a struct says of itself, as far as it was recorded. */
function handedOver({ struct }: TracedStruct, value: object, recorded: number): number {
  const field = struct.extensible?.sizeField ?? struct.negotiated?.sizeField;
  const said = field === undefined ? undefined : (value as { readonly [name: string]: unknown })[field];
  // The size itself is looked at however small it is.
  return typeof said === 'number' ? Math.max(4, Math.min(said, recorded)) : recorded;
}
