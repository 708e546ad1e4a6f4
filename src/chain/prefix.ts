import { splitBits } from '../codec/oracle/bits-value.ts';
import { asValue } from '../codec/oracle/integer-kind.ts';
import type { Abi } from '../layout/abi.ts';
import type { FieldMember, Layout } from '../layout/member.ts';
import type { Model } from '../model/model.ts';
import { readPlace } from '../plan/access.ts';
import { orderIn, placeOfMember } from '../plan/place.ts';

/** The bytes of an element of which only some can be read. */
export interface PrefixSource {
  readonly view: DataView;
  readonly offset: number;
  /** Bytes that there are. */
  readonly size: number;
  readonly model: Model;
  readonly abi: Abi;
}

/**
 * The fields of a struct that can be read although the struct as a whole cannot: integers and structs of them at fixed
 * places, as far as there are bytes. Arrays are left out, for their counts may be what is wrong.
 */
export function readPrefix(layout: Layout, source: PrefixSource): object {
  const value: { [field: string]: unknown } = {};
  for (const member of layout.members) {
    if (member.kind !== 'field' || member.name === null || member.condition !== null) continue;
    if (member.offset === null || member.size === null || member.offset + member.size > source.size) continue;
    const found = readMember(layout, member, member.offset, source);
    if (found !== undefined) value[member.name] = found;
  }
  return value;
}

function readMember(layout: Layout, member: FieldMember, at: number, source: PrefixSource): unknown {
  const { view, offset, model, abi } = source;
  const size = member.size ?? 0;
  if (member.type.kind === 'named') {
    if (member.nested === null) return undefined;
    return readPrefix(member.nested, { view, offset: offset + at, size, model, abi });
  }
  if (member.type.kind !== 'scalar') return undefined;
  const place = placeOfMember(member, { path: '', offset: at, order: orderIn(model, layout.name, abi) }, abi);
  if (place === undefined) return undefined;
  const integer = readPlace(place, view, offset);
  const { bits } = member.field;
  if (bits === undefined) return asValue(integer, size > 4);
  return splitBits(
    BigInt.asUintN(place.width, integer),
    bits,
    size > 4,
    ({ condition }) => condition === undefined,
  );
}
