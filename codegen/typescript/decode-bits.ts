import type { BitsMember } from '../../src/layout/member.ts';
import { restName } from '../../src/model/bits.ts';
import { bitsFormat } from '../../src/plan/place.ts';
import { literalText } from './code.ts';
import { DecodeMembers, indent } from './decode-members.ts';
import { bitCover, bitMask, type Place } from './emitter.ts';
import { memberOf, propertyName } from './names.ts';
import type { Item } from './plan.ts';
import { rangeCode } from './range-code.ts';
import { mustBeScalar, readScalar, unitScalar, unsigned } from './scalar.ts';

/** Decoders of registers with named bits, and of C bit-fields. */
export abstract class DecodeBits extends DecodeMembers {
  /** Storage units of bit-fields that have been read, by place. */
  protected readonly units = new Map<string, string>();

  /** An object with one property for each range of bits. */
  protected bitsObject(item: Item, raw: string): string {
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
    const type = this.module.type(
      this.module.names.bits(item.owner.name, item.field.name ?? ''),
      item.owner.interface,
    );
    const object = this.scope.locals.claim(`${raw}_bits`);
    const leading = ranges.slice(
      0,
      ranges.findIndex((range) => sometimes.includes(range)) === -1
        ? ranges.length
        : ranges.findIndex((range) => sometimes.includes(range)),
    );
    const literal = `{\n${leading.map((range) => indent(line(range))).join('\n')}\n}`;
    const whole = always.every((range) => leading.includes(range));
    this.line(
      whole
        ? `const ${object}: ${type} = ${leading.length === 0 ? '{}' : literal};`
        : `const ${object} = ${leading.length === 0 ? '{}' : literal} as ${type};`,
    );
    const wide = scalar.js === 'bigint';
    const rest = this.scope.locals.claim(`${raw}_rest`);
    const after = wide ? '' : ' >>> 0';
    const masked = `${raw} & ${literalText(uncovered, !wide)}`;
    if (uncovered !== 0n)
      this.line(
        `${sometimes.length === 0 ? 'const' : 'let'} ${rest} = ${wide ? masked : `(${masked})${after}`};`,
      );
    for (const [i, range] of ranges.entries()) {
      if (i < leading.length) continue;
      const assign = `${memberOf(object, range.name)} = ${rangeCode(code, range, width).text};`;
      if (range.condition === undefined) {
        this.line(assign);
        continue;
      }
      const twin = ranges.slice(0, i).some((other) => other.name === range.name);
      const free = twin ? ` && ${memberOf(object, range.name)} === undefined` : '';
      const condition = this.scope.condition(range.condition, item.scopes);
      this.block(`if (${twin ? `(${condition})` : condition}${free}) {`, () => {
        this.line(assign);
        const clear = `${rest} & ~${literalText(bitMask(range), !wide)}`;
        if (uncovered !== 0n) this.line(`${rest} = ${wide ? clear : `(${clear})${after}`};`);
      });
    }
    if (uncovered !== 0n)
      this.line(`if (${rest} !== ${wide ? '0n' : '0'}) ${memberOf(object, restName(ranges))} = ${rest};`);
    return object;
  }

  /** The value of a C bit-field, read from its storage unit. */
  protected bitField(item: Item): string {
    const member = item.member as BitsMember;
    if (item.name === null) return '';
    const { unit, wide } = this.unit(item, member);
    const { shift, width, signed } = bitsFormat(member, this.facts.abi);
    if (wide) {
      const shifted = shift === 0 ? unit : `${unit} >> ${shift}n`;
      const cut = signed ? `BigInt.asIntN(${width}, ${shifted})` : `BigInt.asUintN(${width}, ${shifted})`;
      return width > 32 ? cut : `Number(${cut})`;
    }
    if (signed) return `(${unit} << ${32 - shift - width}) >> ${32 - width}`;
    const range = { low: shift, high: shift + width - 1 };
    return rangeCode(
      { text: unit, type: 'number', first: 0n, last: null, atom: true },
      range,
      member.size * 8,
    ).text;
  }

  /** The variable with the storage unit of a bit-field. */
  protected unit(item: Item, member: BitsMember): { readonly unit: string; readonly wide: boolean } {
    const wide = ![1, 2, 4].includes(member.size);
    const place: Place = { base: 'offset', delta: item.delta ?? 0 };
    const key = `${item.delta} ${member.size} ${item.sheltered || item.field.condition !== undefined ? item.id : ''}`;
    const known = this.units.get(key);
    if (known !== undefined) return { unit: known, wide };
    const unit = this.scope.locals.claim(`unit_${item.delta ?? 0}`);
    this.units.set(key, unit);
    const format = bitsFormat(member, this.facts.abi);
    if (wide) {
      this.line(
        `const ${unit} = ${this.module.runtime('readUnit')}(view, ${this.text(place)}, ${format.bytes}, ${format.littleEndian});`,
      );
    } else {
      this.line(`const ${unit} = ${readScalar(unitScalar(format), this.text(place))};`);
    }
    return { unit, wide };
  }
}
