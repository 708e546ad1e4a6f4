import type { StructValue } from '../../src/codec/oracle/value.ts';
import { constantOf } from '../../src/layout/constants.ts';
import type { BitField } from '../../src/model/bits.ts';
import { evaluate } from '../../src/model/evaluate.ts';
import type { Field } from '../../src/model/field.ts';
import type { Model } from '../../src/model/model.ts';

/**
 * What breaks the schema in a value with all its members: a check of its own, that shares nothing with how
 * valid values are made.
 */
export function mistakesIn(model: Model, structName: string, value: StructValue): readonly string[] {
  return mistakesAt(model, structName, value, '');
}

function mistakesAt(model: Model, structName: string, value: StructValue, prefix: string): string[] {
  const fields = model.structs.get(structName)?.fields ?? [];
  return fields.flatMap((field) => {
    const inner = field.type.kind === 'named' ? field.type.name : undefined;
    if (field.name === null) return inner === undefined ? [] : mistakesAt(model, inner, value, prefix);
    const path = prefix + field.name;
    const member: unknown = value[field.name];
    if (member === undefined) return [];
    if (inner !== undefined) return mistakesAt(model, inner, member as StructValue, `${path}.`);
    if (field.type.kind === 'array' || field.type.kind === 'flexible')
      return arrayMistakes(model, field, member, path);
    if (field.bits !== undefined) return bitMistakes(model, field.bits, member as StructValue, path);
    return integerMistakes(model, field, BigInt(member as number), path);
  });
}

function arrayMistakes(model: Model, field: Field, member: unknown, path: string): string[] {
  const elements = [...(member as Iterable<unknown>)];
  if (field.reserved !== undefined)
    return elements.every((one) => Number(one) === 0) ? [] : [`${path}: not zero`];
  const element =
    field.type.kind === 'array' || field.type.kind === 'flexible' ? field.type.element : field.type;
  if (element.kind !== 'named') return [];
  return elements.flatMap((one, i) => mistakesAt(model, element.name, one as StructValue, `${path}[${i}].`));
}

function bitMistakes(model: Model, ranges: readonly BitField[], value: StructValue, path: string): string[] {
  return ranges.flatMap((range) => {
    const bits = value[range.name];
    if (bits === undefined) return [];
    const { reserved, ...use } = range;
    if (reserved && BigInt(bits as number) !== 0n) return [`${path}.${range.name}: not zero`];
    return setMistakes(model, use, BigInt(bits as number), `${path}.${range.name}`);
  });
}

function integerMistakes(model: Model, field: Field, integer: bigint, path: string): string[] {
  if (field.reserved !== undefined && integer !== 0n) return [`${path}: not zero`];
  if (field.range !== undefined) {
    const lookup = (name: readonly string[]): bigint | undefined => constantOf(model, name.join('.'));
    const [first, last] = [evaluate(field.range.first, { lookup }), evaluate(field.range.last, { lookup })];
    if (integer < first || integer > last) return [`${path}: out of range`];
  }
  return setMistakes(model, field, integer, path);
}

function setMistakes(
  model: Model,
  { flags, enumeration }: Pick<Field, 'flags' | 'enumeration'>,
  integer: bigint,
  path: string,
): string[] {
  const set = flags && model.flags.get(flags.name);
  const values = enumeration && model.enums.get(enumeration.name);
  if (set !== undefined) {
    const known = set.values.reduce((sum, { value }) => sum | value, 0n);
    return (integer & ~known) === 0n ? [] : [`${path}: unknown flag`];
  }
  if (values === undefined || values.values.some(({ value, role }) => value === integer && role !== 'bound'))
    return [];
  // An enum of which no value fits or that has none yet leaves only zero.
  return integer === 0n && values.values.length === 0 ? [] : [`${path}: unknown value`];
}
