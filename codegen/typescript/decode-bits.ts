import type { BitsMember } from '../../src/layout/member.ts';
import { restName } from '../../src/model/bits.ts';
import { bitsFormat } from '../../src/plan/place.ts';
import { bitCover, bitMask } from './bit-cover.ts';
import { literalText } from './code.ts';
import type { FunctionContext, Place } from './context.ts';
import { indent } from './decode-members.ts';
import { memberOf, propertyName } from './names.ts';
import type { Item } from './plan.ts';
import { rangeCode } from './range-code.ts';
import { mustBeScalar, readScalar, unitScalar, unsigned } from './scalar.ts';

/** An object with one property for each range of bits. */
export function bitsObject(context: FunctionContext, item: Item, raw: string): string {
  const ranges = item.field.bits ?? [];
  const scalar = unsigned(mustBeScalar(item.field.type, item.abi));
  const width = scalar.bytes * 8;
  const code = {
    text: raw,
    type: scalar.js,
    first: 0n,
    last: (1n << BigInt(width)) - 1n,
    atom: true,
  } as const;
  const { always, sometimes, uncovered } = bitCover(ranges, width);
  const line = (range: (typeof ranges)[number]): string =>
    `${propertyName(range.name)}: ${rangeCode(code, range, width).text},`;
  if (sometimes.length === 0 && uncovered === 0n)
    return `{\n${always.map((range) => indent(line(range))).join('\n')}\n}`;
  const type = context.module.type(
    context.module.names.bits(item.owner.name, item.field.name ?? ''),
    item.owner.interface,
  );
  const object = context.scope.locals.uniqueName(`${raw}_bits`);
  const leading = ranges.slice(
    0,
    ranges.findIndex((range) => sometimes.includes(range)) === -1
      ? ranges.length
      : ranges.findIndex((range) => sometimes.includes(range)),
  );
  const literal = `{\n${leading.map((range) => indent(line(range))).join('\n')}\n}`;
  const whole = always.every((range) => leading.includes(range));
  context.line(
    whole
      ? `const ${object}: ${type} = ${leading.length === 0 ? '{}' : literal};`
      : `const ${object} = ${leading.length === 0 ? '{}' : literal} as ${type};`,
  );
  const wide = scalar.js === 'bigint';
  const rest = context.scope.locals.uniqueName(`${raw}_rest`);
  const after = wide ? '' : ' >>> 0';
  const masked = `${raw} & ${literalText(uncovered, !wide)}`;
  if (uncovered !== 0n)
    context.line(
      `${sometimes.length === 0 ? 'const' : 'let'} ${rest} = ${wide ? masked : `(${masked})${after}`};`,
    );
  for (const [i, range] of ranges.entries()) {
    if (i < leading.length) continue;
    const assign = `${memberOf(object, range.name)} = ${rangeCode(code, range, width).text};`;
    if (range.condition === undefined) {
      context.line(assign);
      continue;
    }
    const twin = ranges.slice(0, i).some((other) => other.name === range.name);
    const free = twin ? ` && ${memberOf(object, range.name)} === undefined` : '';
    const condition = context.scope.condition(range.condition, item.scopes);
    context.block(`if (${twin ? `(${condition})` : condition}${free}) {`, () => {
      context.line(assign);
      const clear = `${rest} & ~${literalText(bitMask(range), !wide)}`;
      if (uncovered !== 0n) context.line(`${rest} = ${wide ? clear : `(${clear})${after}`};`);
    });
  }
  if (uncovered !== 0n)
    context.line(`if (${rest} !== ${wide ? '0n' : '0'}) ${memberOf(object, restName(ranges))} = ${rest};`);
  return object;
}

/** The value of a C bit-field, read from its storage unit. */
export function bitFieldValue(context: FunctionContext, item: Item): string {
  const member = item.member as BitsMember;
  if (item.name === null) return '';
  const { unit, wide } = unitOf(context, item, member);
  const { shift, width, signed } = bitsFormat(member, context.facts.abi);
  if (wide) {
    const shifted = shift === 0 ? unit : `${unit} >> ${shift}n`;
    const cut = signed ? `BigInt.asIntN(${width}, ${shifted})` : `BigInt.asUintN(${width}, ${shifted})`;
    return width > 32 ? cut : `Number(${cut})`;
  }
  if (signed) return `(${unit} << ${32 - shift - width}) >> ${32 - width}`;
  const range = { low: shift, high: shift + width - 1 };
  return rangeCode({ text: unit, type: 'number', first: 0n, last: null, atom: true }, range, member.size * 8)
    .text;
}

/** The variable with the storage unit of a bit-field. */
function unitOf(
  context: FunctionContext,
  item: Item,
  member: BitsMember,
): { readonly unit: string; readonly wide: boolean } {
  const wide = ![1, 2, 4].includes(member.size);
  const place: Place = { base: 'offset', delta: item.delta ?? 0 };
  const key = `${item.delta} ${member.size} ${item.isConditional || item.field.condition !== undefined ? item.id : ''}`;
  const known = context.units.get(key);
  if (known !== undefined) return { unit: known, wide };
  const unit = context.scope.locals.uniqueName(`unit_${item.delta ?? 0}`);
  context.units.set(key, unit);
  const format = bitsFormat(member, context.facts.abi);
  if (wide) {
    context.line(
      `const ${unit} = ${context.module.runtime('readUnit')}(view, ${context.text(place)}, ${format.bytes}, ${format.littleEndian});`,
    );
  } else {
    context.line(`const ${unit} = ${readScalar(unitScalar(format), context.text(place))};`);
  }
  return { unit, wide };
}
