import { viewOf } from '../codec/runtime/bytes.ts';
import type { CodecContext } from '../codec/runtime/codec.ts';
import { writePlace } from '../plan/access.ts';
import { onesOf, type Place } from '../plan/place.ts';
import { ChainError } from './chain-error.ts';
import { encodeAlone } from './output.ts';
import type { SpaceChain } from './space-format.ts';

/**
 * An element that a caller wants in a chain: a value with the name of its struct, or raw bytes (header included) with
 * an id. A decoded element can be given as it is. What the header says of id and version is set, and the pointer.
 */
export interface NewElement {
  /** The struct; null or left out for a raw element. */
  readonly name?: string | null;
  readonly value?: object | null;
  /** All bytes of a raw element; a bare header where they are left out. */
  readonly bytes?: Uint8Array | null;
  /** The first id that the struct is meant with, unless given. */
  readonly id?: number;
  /** What the value says, unless given. */
  readonly version?: number | null;
}

/**
 * The bytes of an element, with its id and version set; the pointer is what the value or the bytes say.
 *
 * @throws ChainError where the chain has no such struct, or an id is missing or too large
 * @throws EncodeError where the value does not fit its fields
 */
export function elementBytes(chain: SpaceChain, element: NewElement, context: CodecContext): Uint8Array {
  const { format, members } = chain;
  const { name, value, bytes, version } = element;
  const what = name ?? `element of ${format.name}`;
  const member = name === undefined || name === null ? undefined : members.named(name);
  if (value !== undefined && value !== null && member === undefined) {
    throw new ChainError('bad-element', 'the chain has no such struct.', { what });
  }
  const id = element.id ?? member?.tags.find((tag) => tag.id !== null)?.id;
  if (id === undefined || id === null)
    throw new ChainError('bad-element', 'the element has no id.', { what });
  const content =
    member !== undefined && (bytes === undefined || bytes === null)
      ? encodeAlone(member.codec, value ?? {}, context)
      : (bytes ?? new Uint8Array(0));
  const whole = new Uint8Array(Math.max(content.length, format.headerBytes));
  whole.set(content);
  const view = viewOf(whole);
  setNumber(view, format.id, id, what);
  if (format.version !== null && version !== undefined && version !== null) {
    setNumber(view, format.version, version, what);
  }
  return whole;
}

function setNumber(view: DataView, place: Place, value: number, what: string): void {
  if (!Number.isInteger(value) || value < 0 || BigInt(value) > onesOf(place.width)) {
    const detail = { what, needed: value, free: `0 to ${onesOf(place.width)}` };
    throw new ChainError('bad-element', 'the id or version does not fit.', detail);
  }
  writePlace(place, view, 0, BigInt(value));
}
