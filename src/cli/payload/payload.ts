import { UsageError } from '../../base/usage-error.ts';
import { ChainError } from '../../chain/chain-error.ts';
import { describeIssue } from '../../chain/issue.ts';
import type { CodecLookup } from '../../chain/members.ts';
import { decodeSpace, type Space } from '../../chain/space.ts';
import { compileSpace, type SpaceFormat } from '../../chain/space-format.ts';
import { CodecError } from '../../codec/runtime/errors.ts';
import type { Abi } from '../../layout/abi.ts';
import { endOfField } from '../../layout/flatten.ts';
import { type Layout, layOut } from '../../layout/layout.ts';
import type { Model } from '../../model/model.ts';
import { hexInteger } from '../../print/hex.ts';

/** A struct's bytes taken apart, with its chains. */
export interface Payload {
  readonly format: SpaceFormat;
  readonly space: Space;
  /** The struct's name. */
  readonly name: string;
  readonly value: object;
  /** Bytes that the struct takes. */
  readonly size: number;
  /** Bytes that were given of it; fields beyond are 0. */
  readonly given: number;
  readonly issues: readonly PayloadIssue[];
}

/** A finding, in words and in numbers. */
export interface PayloadIssue {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
  readonly chain: string | null;
  readonly element: number | null;
  readonly expected: number | string;
  readonly found: number;
}

/** What bytes are taken for. */
export interface PayloadType {
  readonly model: Model;
  readonly struct: string;
  readonly abi: Abi;
  readonly codecs: CodecLookup;
}

/**
 * Takes the bytes of a struct apart, and the chains behind it. Where there are fewer bytes than the struct has, the
 * missing ones count as 0, as for the kernel where it takes shorter structs.
 *
 * @throws UsageError where the bytes cannot be read as the struct
 */
export function decodePayload(type: PayloadType, bytes: Uint8Array): Payload {
  const { model, struct } = type;
  const { format, layout } = prepared(type);
  const declared = model.structs.get(struct);
  const growth = declared?.extensible ?? declared?.negotiated;
  const least = (growth && endOfField(layout, growth.minThrough)) ?? layout.minSize;
  const whole = new Uint8Array(Math.max(bytes.length, layout.minSize));
  whole.set(bytes);
  const space = decodeSpace(format, bytes.length < least ? whole : grown(format, bytes, whole));
  if (space.head === null) throw unreadable(format, whole);
  const { value, size } = space.head;
  const issues: PayloadIssue[] = [];
  if (bytes.length < least) {
    const answer = growth === undefined ? '' : `: the kernel answers ${growth.short}`;
    issues.push({
      code: 'too-short',
      message: `too-short: ${struct} needs ${least} bytes, found ${bytes.length}${answer}; missing bytes count as 0.`,
      offset: bytes.length,
      chain: null,
      element: null,
      expected: least,
      found: bytes.length,
    });
  }
  issues.push(
    ...space.issues.map((issue) => {
      const { code, offset, chain, element, expected, found } = issue;
      return { code, message: describeIssue(issue), offset, chain, element, expected, found };
    }),
  );
  const rest = format.chains.length > 0 ? -1 : bytes.subarray(size).findIndex((byte) => byte !== 0);
  const tail = rest === -1 ? -1 : size + rest;
  if (tail >= 0) {
    const answer =
      declared?.extensible === undefined ? '' : `: the kernel answers ${declared.extensible.unknownTail}`;
    issues.push({
      code: 'trailing-bytes',
      message: `trailing-bytes at ${hexInteger(tail)}: bytes after ${struct} are not 0, found ${bytes.length - size} bytes after its ${size}${answer}.`,
      offset: tail,
      chain: null,
      element: null,
      expected: size,
      found: bytes.length,
    });
  }
  return {
    format,
    space,
    name: struct,
    value,
    size: Math.max(size, Math.min(least, layout.minSize)),
    given: bytes.length,
    issues,
  };
}

interface Prepared {
  readonly format: SpaceFormat;
  readonly layout: Layout;
}

const preparedTypes = new WeakMap<PayloadType, Prepared>();

/** What is the same for all payloads of a type, made once. */
function prepared(type: PayloadType): Prepared {
  const known = preparedTypes.get(type);
  if (known !== undefined) return known;
  const made = { format: spaceFormat(type), layout: layOut(type.model, type.struct, type.abi) };
  preparedTypes.set(type, made);
  return made;
}

/** A negotiated struct may be cut short, and chains end where the buffer does; others get their zeros. */
function grown(format: SpaceFormat, bytes: Uint8Array, whole: Uint8Array): Uint8Array {
  return format.head.negotiated ? bytes : whole;
}

function spaceFormat({ model, struct, abi, codecs }: PayloadType): SpaceFormat {
  try {
    return compileSpace(model, { head: struct, abi, codecs });
  } catch (error) {
    if (error instanceof ChainError) throw new UsageError(`${struct} cannot be decoded: ${error.message}`);
    throw error;
  }
}

/** Why bytes cannot be read as a struct. */
function unreadable(format: SpaceFormat, bytes: Uint8Array): UsageError {
  const { codec, name } = format.head;
  try {
    codec.decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof CodecError) return new UsageError(`cannot read ${name}: ${error.message}`);
    throw error;
  }
  return new UsageError(`cannot read ${name}: its values do not make the same bytes again`);
}
