import type { Abi } from '../../src/layout/abi.ts';
import { type BitsMember, bitShift, type FieldMember, type Layout } from '../../src/layout/member.ts';
import type { Model } from '../../src/model/model.ts';
import { type PathTarget, resolvePath } from '../../src/model/path.ts';
import { scalars } from '../../src/model/type.ts';
import { literalText } from './code.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';

/** An integer at a fixed place of a struct: some or all bits of a few bytes. */
export interface Place {
  readonly offset: number;
  /** Bytes of the integer that holds the bits, 1 to 8. */
  readonly bytes: number;
  readonly littleEndian: boolean;
  readonly shift: number;
  readonly width: number;
}

/** Where a path of a struct stands; undefined where that depends on contents, or it is no integer. */
export function placeOf(facts: StructFacts, struct: string, path: readonly string[]): Place | undefined {
  const target = resolvePath(facts.model, struct, path, () => undefined);
  return target?.kind === 'field' ? placeOfTarget(facts, struct, target) : undefined;
}

/** Where a field that a path was resolved to stands. */
export function placeOfTarget(
  facts: StructFacts,
  struct: string,
  target: PathTarget & { kind: 'field' },
): Place | undefined {
  const { model, abi } = facts;
  let inside: Layout | null = facts.layout(struct);
  let base = 0;
  let order = orderIn(model, struct, abi.endian, abi);
  let last: FieldMember | BitsMember | undefined;
  for (const step of target.steps) {
    const member: FieldMember | BitsMember | undefined = inside?.members.find(
      (one): one is FieldMember | BitsMember => 'field' in one && one.field === step.field,
    );
    if (member === undefined || member.offset === null) return undefined;
    order = orderIn(model, step.struct, order, abi);
    base += member.offset;
    inside = member.kind === 'field' ? member.nested : null;
    last = member;
  }
  const unit = last && unitOf(last, base, order, abi);
  if (unit === undefined || target.bits === undefined) return unit;
  const { low, high } = target.bits;
  return { ...unit, shift: low, width: high - low + 1 };
}

function unitOf(
  member: FieldMember | BitsMember,
  offset: number,
  order: Abi['endian'],
  abi: Abi,
): Place | undefined {
  if (member.kind === 'bits') {
    const unit = { offset, bytes: member.size, littleEndian: abi.endian === 'little' };
    return { ...unit, shift: bitShift(member, abi), width: member.bitWidth };
  }
  if (member.type.kind !== 'scalar' || member.size === null) return undefined;
  const own = scalars[member.type.name].order;
  const littleEndian = (own === 'native' ? order : own) === 'little';
  return { offset, bytes: member.size, littleEndian, shift: 0, width: member.size * 8 };
}

/** Registers are little-endian, structs in place have the order of what is around them. */
function orderIn(model: Model, struct: string, around: Abi['endian'], abi: Abi): Abi['endian'] {
  const declared = model.structs.get(struct);
  if (declared?.inline) return around;
  return declared?.kind === 'registers' ? 'little' : abi.endian;
}

/** One past the last byte of a place. */
export function endOf({ offset, bytes }: Place): number {
  return offset + bytes;
}

/** One past the last byte of a field; undefined where it has no fixed place. */
export function endOfField(facts: StructFacts, struct: string, field: string): number | undefined {
  const member = facts
    .layout(struct)
    .members.find((one) => one.kind !== 'hole' && one.kind !== 'padding' && one.name === field);
  if (member === undefined || member.offset === null || member.size === null) return undefined;
  return member.offset + member.size;
}

/** True where numbers hold the whole integer, and DataView has a method for it. */
export function isPlain({ bytes }: Place): boolean {
  return bytes === 1 || bytes === 2 || bytes === 4;
}

/** An offset behind a variable. */
export function plus(base: string, offset: number): string {
  return offset === 0 ? base : `${base} + ${offset}`;
}

/** Reads the whole integer that a place is in; as a number where that holds it. */
export function readUnitText(module: Module, place: Place, base: string): string {
  const at = plus(base, place.offset);
  const { bytes, littleEndian } = place;
  if (bytes === 1) return `view.getUint8(${at})`;
  if (isPlain(place)) return `view.getUint${bytes * 8}(${at}, ${littleEndian})`;
  return `${module.runtime('readUnit')}(view, ${at}, ${bytes}, ${littleEndian})`;
}

/** The bits of a place in the integer that holds it. */
export function partText(place: Place, unit: string): string {
  const { bytes, shift, width } = place;
  const plain = isPlain(place);
  const mask = literalText((1n << BigInt(width)) - 1n, plain);
  if (width === bytes * 8) return unit;
  if (!plain) return shift === 0 ? `${unit} & ${mask}` : `(${unit} >> ${shift}n) & ${mask}`;
  if (shift === 0) return width === 32 ? unit : `${unit} & ${mask}`;
  return shift + width === bytes * 8 ? `${unit} >>> ${shift}` : `(${unit} >>> ${shift}) & ${mask}`;
}

/** Reads the bits of a place as a number. */
export function readText(module: Module, place: Place, base: string): string {
  const text = partText(place, readUnitText(module, place, base));
  return isPlain(place) ? text : `Number(${text})`;
}

/** The statement that changes some bits of a place, and leaves the others as they are. */
export function writeText(
  module: Module,
  place: Place,
  base: string,
  value: string,
  mask = (1n << BigInt(place.width)) - 1n,
): string {
  const at = plus(base, place.offset);
  const { bytes, littleEndian, shift } = place;
  const all = (1n << BigInt(bytes * 8)) - 1n;
  const kept = all & ~(mask << BigInt(shift));
  const plain = isPlain(place);
  const given = plain ? value : `BigInt(${value})`;
  const moved = shift === 0 ? given : `(${given} << ${shift}${plain ? '' : 'n'})`;
  const old = readUnitText(module, place, base);
  const text = kept === 0n ? moved : `(${old} & ${literalText(kept, plain)}) | ${moved}`;
  if (!plain) return `${module.runtime('writeUnit')}(view, ${at}, ${bytes}, ${text}, ${littleEndian});`;
  return bytes === 1
    ? `view.setUint8(${at}, ${text});`
    : `view.setUint${bytes * 8}(${at}, ${text}, ${littleEndian});`;
}
