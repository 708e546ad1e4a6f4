import type { Endianness, ISerialInput } from 'typed-binary';
import type { BitsMember, FieldMember } from '../../layout/member.ts';
import type { CodecContext } from '../runtime/codec.ts';
import { DecodeError } from '../runtime/errors.ts';
import { bytesToInteger } from './bit-math.ts';
import { Site } from './site.ts';
import type { World } from './world.ts';

/** A member that was read. */
export interface ReadMember {
  /** The path from the struct: `areas[1].offset`. */
  readonly path: string;
  /** First byte in the DataView, and number of bytes. */
  readonly offset: number;
  readonly size: number;
  readonly member: FieldMember | BitsMember;
  /** Name of the struct that has the field. */
  readonly struct: string;
}

/** The bytes that a decoder may read, some of a DataView. */
export interface Region {
  readonly view: DataView;
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/**
 * A typed-binary input that knows its absolute offset, refuses to leave its region, and says where it stands
 * in the errors it throws.
 */
export class GuardedInput extends Site implements ISerialInput {
  readonly endianness: Endianness;
  readonly end: number;
  readonly #view: DataView;
  readonly #start: number;
  #offset: number;
  #onMember: ((member: ReadMember) => void) | undefined;

  constructor(
    world: World,
    name: string,
    region: Region,
    context: CodecContext,
    onMember?: (member: ReadMember) => void,
  ) {
    super(world, name, context);
    this.endianness = world.abi.endian;
    this.#view = region.view;
    this.#start = region.start;
    this.end = Math.min(region.end, region.view.byteLength);
    this.#offset = region.start;
    this.#onMember = onMember;
  }

  /** The offset in the DataView. */
  get currentByteOffset(): number {
    return this.#offset;
  }

  /** Throws unless so many bytes are there from here on. */
  need(count: number): void {
    if (this.#inside(this.#offset, count)) return;
    throw new DecodeError('too-short', this.where, this.#offset, count, this.left);
  }

  /** Throws unless a place that depends on the contents lies in the block from `base` on. */
  needPlace(base: number, offset: number): void {
    if (Number.isInteger(offset) && offset >= base && offset <= this.end) return;
    throw new DecodeError('bad-offset', this.where, offset, `an offset from ${base} to ${this.end}`, offset);
  }

  /** Throws unless there is room for so many elements of at least so many bytes from here on. */
  needElements(count: bigint, elementBytes: number): void {
    const room = Math.floor(this.left / Math.max(elementBytes, 1));
    if (count >= 0n && count <= BigInt(room)) return;
    throw new DecodeError('bad-count', this.where, this.#offset, Number(count), room);
  }

  /** Bytes from here to the end. */
  get left(): number {
    return Math.max(this.end - this.#offset, 0) || 0;
  }

  /** Tells the observer of this input, if there is one, about a member. */
  note(member: FieldMember | BitsMember, struct: string, offset: number, size: number): void {
    const path = this.where.slice(this.where.indexOf('.') + 1);
    this.#onMember?.({ path, offset, size, member, struct });
  }

  seekTo(offset: number): void {
    this.#offset = offset;
  }

  skipBytes(bytes: number): void {
    this.#offset += bytes;
  }

  readSlice(target: ArrayBufferView, offset: number, byteLength: number): void {
    this.need(byteLength);
    const bytes =
      target instanceof Uint8Array
        ? target
        : new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    if (byteLength > 8) {
      const start = this.#view.byteOffset + this.#offset;
      bytes.set(new Uint8Array(this.#view.buffer, start, byteLength), offset);
    } else for (let i = 0; i < byteLength; i++) bytes[offset + i] = this.#view.getUint8(this.#offset + i);
    this.#offset += byteLength;
  }

  readUint8(): number {
    return Number(this.#integer(1));
  }

  readUint16(): number {
    return Number(this.#integer(2));
  }

  readUint32(): number {
    return Number(this.#integer(4));
  }

  readInt8(): number {
    return Number(BigInt.asIntN(8, this.#integer(1)));
  }

  readInt16(): number {
    return Number(BigInt.asIntN(16, this.#integer(2)));
  }

  readInt32(): number {
    return Number(BigInt.asIntN(32, this.#integer(4)));
  }

  readByte(): number {
    return this.readUint8();
  }

  readBool(): boolean {
    return this.readUint8() !== 0;
  }

  readFloat16(): number {
    throw new TypeError('kernel interfaces have no floating-point numbers');
  }

  readFloat32(): number {
    throw new TypeError('kernel interfaces have no floating-point numbers');
  }

  readString(): string {
    let text = '';
    for (let byte = this.readUint8(); byte !== 0; byte = this.readUint8()) text += String.fromCharCode(byte);
    return text;
  }

  #integer(count: number): bigint {
    const bytes = new Uint8Array(count);
    this.readSlice(bytes, 0, count);
    return bytesToInteger(bytes, this.endianness);
  }

  #inside(offset: number, count: number): boolean {
    return Number.isInteger(offset) && offset >= this.#start && offset >= 0 && offset + count <= this.end;
  }
}
