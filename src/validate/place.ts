import type { Abi } from '../layout/abi.ts';
import { type BitsMember, bitShift, type FieldMember } from '../layout/member.ts';
import type { BitField } from '../model/bits.ts';
import { scalars } from '../model/type.ts';

/** An integer in the bytes of a struct: all bits of a few bytes, or a range of them. */
export interface Place {
  /** Dotted path from the struct that is checked: `check_map.iova`. */
  readonly path: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly littleEndian: boolean;
  /** Two's complement; only for all bits of the bytes. */
  readonly signed: boolean;
  /** Lowest bit, counted from the least significant one. */
  readonly shift: number;
  /** Number of bits. */
  readonly width: number;
}

/** The place of a member that holds an integer; undefined for one that holds something else. */
export function placeOfMember(
  member: FieldMember | BitsMember,
  { path, offset, abi }: { readonly path: string; readonly offset: number; readonly abi: Abi },
): Place | undefined {
  if (member.kind === 'bits') {
    const bytes = machineWidth(member.size);
    if (bytes === undefined) return undefined;
    const littleEndian = abi.endian === 'little';
    const shift = bitShift(member, abi);
    return { path, offset, bytes, littleEndian, signed: false, shift, width: member.bitWidth };
  }
  const { type } = member;
  if (type.kind === 'pointer') {
    const bytes = abi.pointerBytes;
    return {
      path,
      offset,
      bytes,
      littleEndian: abi.endian === 'little',
      signed: false,
      shift: 0,
      width: bytes * 8,
    };
  }
  if (type.kind !== 'scalar') return undefined;
  const { bytes, signed, order } = scalars[type.name];
  const littleEndian = (order === 'native' ? abi.endian : order) === 'little';
  return { path, offset, bytes, littleEndian, signed, shift: 0, width: bytes * 8 };
}

/** The place of some bits of an integer. */
export function placeOfBits(whole: Place, bits: BitField): Place {
  const { low, high } = bits;
  return {
    ...whole,
    path: `${whole.path}.${bits.name}`,
    signed: false,
    shift: whole.shift + low,
    width: high - low + 1,
  };
}

function machineWidth(bytes: number): Place['bytes'] | undefined {
  return bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8 ? bytes : undefined;
}

/** Smallest and largest value that a place can hold. */
export function rangeOfPlace({ signed, width }: Place): { readonly first: bigint; readonly last: bigint } {
  const all = 1n << BigInt(width);
  return signed ? { first: -(all >> 1n), last: (all >> 1n) - 1n } : { first: 0n, last: all - 1n };
}

/** Reads a place exactly. */
export function readPlace(place: Place, view: DataView, base: number): bigint {
  const { offset, bytes, littleEndian, signed, shift, width } = place;
  const at = base + offset;
  const raw =
    bytes === 8
      ? view.getBigUint64(at, littleEndian)
      : BigInt(
          bytes === 4
            ? view.getUint32(at, littleEndian)
            : bytes === 2
              ? view.getUint16(at, littleEndian)
              : view.getUint8(at),
        );
  const own = BigInt.asUintN(width, raw >> BigInt(shift));
  return signed ? BigInt.asIntN(width, own) : own;
}

/** The first byte behind a place. */
export function placeEndOf({ offset, bytes }: Place): number {
  return offset + bytes;
}
