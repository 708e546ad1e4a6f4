import { readUnit, writeUnit } from '../codec/runtime/bytes.ts';
import { type IntegerFormat, onesOf, type Place } from './place.ts';

/** Reads a place exactly. The bytes must be there. */
export function readPlace(place: Place, view: DataView, base: number): bigint {
  const { signed, shift, width } = place;
  const own = BigInt.asUintN(width, readWhole(place, view, base) >> BigInt(shift));
  return signed ? BigInt.asIntN(width, own) : own;
}

/** The integer that holds a place, all bits of it, without its sign. */
function readWhole({ offset, bytes, littleEndian }: Place, view: DataView, base: number): bigint {
  const at = base + offset;
  switch (bytes) {
    case 1:
      return BigInt(view.getUint8(at));
    case 2:
      return BigInt(view.getUint16(at, littleEndian));
    case 4:
      return BigInt(view.getUint32(at, littleEndian));
    case 8:
      return view.getBigUint64(at, littleEndian);
    default:
      return readUnit(view, at, bytes, littleEndian);
  }
}

/** Reads an unsigned place as a number. Integers beyond 2^53 lose their low bits. */
export function readNumber(place: Place, view: DataView, base: number): number {
  const at = base + place.offset;
  switch (place.bytes) {
    case 1:
      return partOf(view.getUint8(at), place);
    case 2:
      return partOf(view.getUint16(at, place.littleEndian), place);
    case 4:
      return partOf(view.getUint32(at, place.littleEndian), place);
    default:
      return Number(readPlace(place, view, base));
  }
}

/** The bits at a place of an integer of at most 32 bits that was read as a whole. */
export function partOf(integer: number, { shift, width }: Place): number {
  return width === 32 ? integer : (integer >>> shift) & ((1 << width) - 1);
}

/** Writes the bits at a place and leaves the others of the same bytes as they are. */
export function writePlace(place: Place, view: DataView, base: number, value: bigint): void {
  const { offset, bytes, littleEndian, shift, width } = place;
  const mask = onesOf(width) << BigInt(shift);
  const kept = readWhole(place, view, base) & ~mask;
  writeUnit(view, base + offset, bytes, kept | ((value << BigInt(shift)) & mask), littleEndian);
}

/** The integer at the start of bytes, which must hold it. */
export function readInteger({ bytes, littleEndian, signed }: IntegerFormat, memory: Uint8Array): bigint {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  return readPlace({ path: '', offset: 0, bytes, littleEndian, signed, shift: 0, width: bytes * 8 }, view, 0);
}

/** An integer as bytes; what does not fit is cut off. */
export function integerBytes({ bytes, littleEndian }: IntegerFormat, value: bigint): Uint8Array {
  const memory = new Uint8Array(bytes);
  writeUnit(new DataView(memory.buffer), 0, bytes, BigInt.asUintN(bytes * 8, value), littleEndian);
  return memory;
}
