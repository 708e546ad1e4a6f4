import { extract, joinBits, widthOf } from '../codec/oracle/bits-value.ts';
import type { Site } from '../codec/oracle/site.ts';
import { propertyOf } from '../codec/oracle/value.ts';
import { type BitField, type RegisterAccess, restName } from '../model/bits.ts';
import type { Field } from '../model/field.ts';
import type { Model } from '../model/model.ts';
import { hexInteger } from './hex.ts';
import { integerText } from './integer-text.ts';
import { type PrintedField, printedField } from './printed-field.ts';
import { enumName, flagNames } from './set-names.ts';

/** Where a register is printed: the schema, and the place that conditions are decided at. */
export interface BitsPlace {
  readonly model: Model;
  readonly site: Site;
  readonly widthBits: number;
}

/** A register whose bits have names: its integer, and a field for each range of bits. */
export function printRegister(
  field: Field,
  value: object,
  { model, site, widthBits }: BitsPlace,
): Pick<PrintedField, 'text' | 'fields'> {
  const ranges = field.bits ?? [];
  const integer = joinBits(value, ranges);
  const shown = ranges.flatMap((range): PrintedField[] => {
    if (propertyOf(value, range.name) === undefined) return [];
    const twins = ranges.filter(({ name }) => name === range.name);
    const holds = (one: BitField): boolean =>
      site.seeing(field.name ?? '', value, () => site.holds(one.condition));
    if (twins.length > 1 && twins.find(holds) !== range) return [];
    const printed = printRange(model, range, integer, field.access ?? null);
    return printed === null ? [] : [printed];
  });
  const rest = propertyOf(value, restName(ranges));
  if (typeof rest === 'number' || typeof rest === 'bigint') {
    shown.push(printedField({ name: '(unknown bits)', kind: 'integer', text: hexInteger(rest, widthBits) }));
  }
  return { text: hexInteger(integer, widthBits), fields: shown };
}

/** Some bits of a register; null for reserved ones that are 0. */
function printRange(
  model: Model,
  range: BitField,
  integer: bigint,
  around: RegisterAccess | null,
): PrintedField | null {
  const value = extract(integer, range);
  const width = widthOf(range);
  const access = range.access ?? around;
  const { name, doc } = range;
  if (range.reserved) {
    if (value === 0n) return null;
    return printedField({
      name,
      kind: 'integer',
      text: hexInteger(value, width),
      doc,
      access,
      reserved: true,
    });
  }
  const plain = range.values.length === 0 && range.enumeration === undefined && range.unit === undefined;
  if (width === 1 && plain && range.flags === undefined) {
    return printedField({ name, kind: 'flag', text: String(value), set: value === 1n, doc, access });
  }
  const named = meaningOf(model, range, value, integer);
  const format = range.flags !== undefined || range.bits.length > 0 ? 'hex' : undefined;
  const unit = named === '' ? range.unit : undefined;
  const { text, meaning } = integerText(value, {
    widthBits: width,
    format: format ?? wideFormat(width),
    unit,
  });
  return printedField({ name, kind: 'integer', text, meaning: named || meaning, doc, access });
}

function wideFormat(width: number): 'hex' | 'decimal' {
  return width > 16 ? 'hex' : 'decimal';
}

function meaningOf(model: Model, range: BitField, value: bigint, integer: bigint): string {
  const named = range.values.find((one) => one.value === value);
  if (named !== undefined) return named.name;
  if (range.enumeration !== undefined) return enumName(model, range.enumeration.name, value);
  if (range.flags !== undefined) return flagNames(model, range.flags.name, value);
  return withinNames(range, integer);
}

/** The finer names of bits in a range that are set, and the bits of the range that have none. */
function withinNames(range: BitField, integer: bigint): string {
  if (range.bits.length === 0) return '';
  const names: string[] = [];
  let rest = integer & (((1n << BigInt(widthOf(range))) - 1n) << BigInt(range.low));
  for (const inner of range.bits) {
    const value = extract(integer, inner);
    if (value !== 0n) names.push(widthOf(inner) === 1 ? inner.name : `${inner.name}=${value}`);
    rest &= ~(((1n << BigInt(widthOf(inner))) - 1n) << BigInt(inner.low));
  }
  if (rest !== 0n) names.push(`${hexInteger(rest >> BigInt(range.low))} (unknown)`);
  return names.join('|') || 'none';
}
