/**
 * What every codec must do, whether it was generated or interprets a layout. Each law takes a codec and one
 * example, and throws an AssertionError that says what is wrong; run them over fast-check's examples.
 */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { CodecContext } from '../../src/codec/runtime/codec.ts';
import { CodecError, DecodeError } from '../../src/codec/runtime/errors.ts';

/** What the laws need of a codec: a StructCodec of any type, or an oracle. */
export interface LawfulCodec {
  readonly name: string;
  readonly size: number | null;
  readonly minSize: number;
  decode(view: DataView, offset?: number, end?: number, context?: CodecContext): unknown;
  encode(value: never, view: DataView, offset?: number, context?: CodecContext): number;
  measure(value: never, context?: CodecContext): number;
}

/** Unlike any byte that codecs write by themselves. */
const canary = 0xa5;
/** Bytes before and behind what a codec may touch. */
const margin = 16;

/** What a codec did: a result, or its typed error. */
export type Outcome =
  | { readonly result: unknown }
  | { readonly error: Pick<CodecError, 'code' | 'path' | 'offset'> };

/** The bytes of a value. */
export function encoded(codec: LawfulCodec, value: unknown, context: CodecContext = {}): Uint8Array {
  const bytes = new Uint8Array(codec.measure(value as never, context)).fill(canary);
  const written = codec.encode(value as never, new DataView(bytes.buffer), 0, context);
  assert.equal(written, bytes.length, `${codec.name}: encode returns what measure says`);
  return bytes;
}

/** A value is decoded again as it was; members that were left to their defaults are there too. */
export function roundTrips(codec: LawfulCodec, value: unknown, context: CodecContext = {}): void {
  const bytes = encoded(codec, value, context);
  const decoded = codec.decode(viewOf(bytes), 0, bytes.length, context);
  const missing = firstDifference(value, decoded, codec.name);
  assert.equal(missing, null, `${missing} is decoded otherwise than it was encoded`);
  assert.deepEqual(encoded(codec, decoded, context), bytes, `${codec.name}: decoded and encoded again`);
}

/**
 * Bytes that can be decoded are encoded again as they were, but for bits that belong to no member.
 *
 * @param coverage for each byte of a decoded value the bits that belong to a member
 * @returns false where the bytes could not be decoded
 */
export function keepsBytes(
  codec: LawfulCodec,
  bytes: Uint8Array,
  coverage: (value: never) => Uint8Array,
  context: CodecContext = {},
): boolean {
  const outcome = outcomeOf(() => codec.decode(viewOf(bytes), 0, bytes.length, context));
  if ('error' in outcome) return false;
  const again = encoded(codec, outcome.result, context);
  const kept = coverage(outcome.result as never).map((mask, i) => mask & (bytes[i] ?? 0));
  assert.deepEqual(again, kept, `${codec.name}: encoded again`);
  return true;
}

/** Encoding touches nothing but the bytes it says, and decoding looks at nothing outside of its region. */
export function staysInside(codec: LawfulCodec, value: unknown, context: CodecContext = {}): void {
  const expected = encoded(codec, value, context);
  const { length } = expected;
  const memory = new Uint8Array(4 * margin + length).fill(canary);
  // The view begins before and ends behind the struct, and the memory before and behind the view.
  const view = new DataView(memory.buffer, margin, 2 * margin + length);
  const start = 2 * margin;
  assert.equal(codec.encode(value as never, view, margin, context), length);
  assert.deepEqual(memory.slice(start, start + length), expected, `${codec.name}: at another offset`);
  const untouched = [...memory.slice(0, start), ...memory.slice(start + length)];
  assert.ok(
    untouched.every((byte) => byte === canary),
    `${codec.name}: wrote outside`,
  );
  const before = codec.decode(view, margin, margin + length, context);
  memory.fill(0x5a, 0, start).fill(0x5a, start + length);
  const after = codec.decode(view, margin, margin + length, context);
  assert.ok(isDeepStrictEqual(before, after), `${codec.name}: decoding depends on bytes outside`);
}

/** A buffer that is too small by any number of bytes is refused, and nothing beside it is written. */
export function needsItsRoom(
  codec: LawfulCodec,
  value: unknown,
  given: number,
  context: CodecContext = {},
): void {
  const { length } = encoded(codec, value, context);
  const room = Math.min(given, length - 1);
  if (room < 0) return;
  const memory = new Uint8Array(2 * margin + room).fill(canary);
  const outcome = outcomeOf(() =>
    codec.encode(value as never, new DataView(memory.buffer, margin, room), 0, context),
  );
  assert.ok('error' in outcome, `${codec.name}: ${length} bytes written into ${room}`);
  assert.equal(outcome.error.code, 'too-short');
  const outside = [...memory.slice(0, margin), ...memory.slice(margin + room)];
  assert.ok(
    outside.every((byte) => byte === canary),
    `${codec.name}: wrote outside`,
  );
}

/** Whatever the bytes and the region are, decoding gives a value or throws a DecodeError. */
export function throwsOnlyDecodeError(
  codec: LawfulCodec,
  bytes: Uint8Array,
  region: { readonly offset?: number; readonly end?: number } = {},
  context: CodecContext = {},
): void {
  try {
    codec.decode(viewOf(bytes), region.offset, region.end, context);
  } catch (error) {
    assert.ok(error instanceof DecodeError, `${codec.name}: threw ${String(error)}`);
    assert.equal(typeof error.path, 'string');
    assert.ok(error.message.includes(codec.name), 'the message names the struct');
  }
}

/** Two codecs decode bytes to the same value, or refuse them for the same reason at the same place. */
export function agreeOnBytes(
  one: LawfulCodec,
  other: LawfulCodec,
  bytes: Uint8Array,
  context: CodecContext = {},
): void {
  const decode = (codec: LawfulCodec): Outcome =>
    outcomeOf(() => codec.decode(viewOf(bytes), 0, bytes.length, context));
  assertSame(decode(one), decode(other), `${one.name}: decode`);
}

/** Two codecs encode a value, good or not, to the same bytes, or refuse it for the same reason at the same place. */
export function agreeOnValue(
  one: LawfulCodec,
  other: LawfulCodec,
  value: unknown,
  context: CodecContext = {},
): void {
  const measure = (codec: LawfulCodec): Outcome => outcomeOf(() => codec.measure(value as never, context));
  const room = measure(other);
  const size = 'result' in room ? Number(room.result) : 0x10000;
  const encode = (codec: LawfulCodec): Outcome =>
    outcomeOf(() => {
      const memory = new Uint8Array(margin + size).fill(canary);
      const written = codec.encode(value as never, new DataView(memory.buffer), margin, context);
      return memory.slice(0, margin + written);
    });
  assertSame(encode(one), encode(other), `${one.name}: encode`);
  if ('result' in room) assertSame(measure(one), room, `${one.name}: measure`);
}

/** Two codecs agree on a value and on its bytes, whole and cut off. */
export function agreesWith(
  one: LawfulCodec,
  oracle: LawfulCodec,
  value: unknown,
  context: CodecContext = {},
): void {
  assert.equal(one.minSize, oracle.minSize, `${one.name}: minSize`);
  assert.equal(one.size, oracle.size, `${one.name}: size`);
  agreeOnValue(one, oracle, value, context);
  const bytes = encoded(oracle, value, context);
  agreeOnBytes(one, oracle, bytes, context);
  for (const length of [0, bytes.length - 1, bytes.length >> 1, oracle.minSize, oracle.minSize - 1]) {
    if (length >= 0) agreeOnBytes(one, oracle, bytes.slice(0, length), context);
  }
}

/** What a function gives, or the typed error that it throws; other errors go on. */
export function outcomeOf(action: () => unknown): Outcome {
  try {
    return { result: action() };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const { code, path, offset } = error;
    return { error: { code, path, offset } };
  }
}

function assertSame(one: Outcome, other: Outcome, what: string): void {
  if (!isDeepStrictEqual(one, other)) assert.deepEqual(one, other, what);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The path of the first member of a value that another value does not have like it. */
function firstDifference(value: unknown, other: unknown, path: string): string | null {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    return isDeepStrictEqual(value, other) ? null : path;
  }
  if (typeof other !== 'object' || other === null) return path;
  if (Array.isArray(value) && (other as unknown[]).length !== value.length) return `${path}.length`;
  for (const [name, member] of Object.entries(value)) {
    const found = firstDifference(member, (other as Record<string, unknown>)[name], `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}
