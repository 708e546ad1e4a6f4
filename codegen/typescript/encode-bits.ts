import type { BitsMember } from '../../src/layout/member.ts';
import { restName } from '../../src/model/bits.ts';
import { bitsFormat, type IntegerFormat } from '../../src/plan/place.ts';
import { bitCover, bitMask, type Emitter, type Place } from './emitter.ts';
import { EncodeMembers } from './encode-members.ts';
import { memberOf } from './names.ts';
import type { Item } from './plan.ts';
import { mustBeScalar, readScalar, unitScalar, unsigned, writeScalar } from './scalar.ts';

/** Encoders of registers with named bits, and of C bit-fields. */
export abstract class EncodeBits extends EncodeMembers {
  /** A register of which an object gives the ranges of bits. */
  protected register(item: Item): void {
    const ranges = item.field.bits ?? [];
    const scalar = unsigned(mustBeScalar(item.field.type, item.abi));
    const width = scalar.bytes * 8;
    const wide = scalar.js === 'bigint';
    const place = this.room(item, scalar.bytes);
    const name = this.scope.nameOf(item);
    const bits = this.bitsObject(item, name, place);
    const { always, sometimes, uncovered } = bitCover(ranges, width);
    const check = (range: (typeof ranges)[number]): string => {
      const array = this.countedBy(item, range.name);
      const given = `${memberOf(bits, range.name)}${array === undefined ? '' : ` ?? ${this.given(array)}?.length`}`;
      const path = `${this.where(item).slice(0, -1)}.${range.name}'`;
      const size = range.high - range.low + 1;
      const text = `${this.module.runtime(wide ? 'checkWideBits' : 'checkBits')}(${path}, ${given}, ${size}, ${this.text(place)})`;
      return range.low === 0 ? text : `(${text} << ${range.low}${wide ? 'n' : ''})`;
    };
    const parts = always.map(check);
    if (uncovered !== 0n) {
      const rest = restName(ranges);
      const path = `${this.where(item).slice(0, -1)}.${rest}'`;
      parts.push(
        `${this.module.runtime(wide ? 'checkWideBits' : 'checkBits')}(${path}, ${memberOf(bits, rest)}, ${width}, ${this.text(place)})`,
      );
    }
    const hoisted = this.scope.isReferenced(item) && this.isDeclared(item);
    const declare = hoisted ? '' : sometimes.length > 0 ? 'let ' : 'const ';
    this.combined(`${declare}${name} = `, parts, wide);
    for (const range of sometimes) {
      if (range.condition === undefined) continue;
      const given = memberOf(bits, range.name);
      const path = `${this.where(item).slice(0, -1)}.${range.name}'`;
      this.line(this.ifLine(this.scope.condition(range.condition, item.scopes), range.condition));
      this.printer.indented(() =>
        this.line(wide ? `${name} |= ${check(range)};` : `${name} = (${name} | ${check(range)}) >>> 0;`),
      );
      // Of two ranges with one name the other one may be meant.
      if (!ranges.some((other) => other !== range && other.name === range.name)) {
        this.line(`} else if (${given} != null) {`);
        const error = `${this.module.runtime('unexpectedField')}(${path}, ${given}, ${this.text(place)})`;
        this.printer.indented(() => this.line(`throw ${error};`));
      }
      this.line('}');
    }
    this.line(writeScalar(scalar, this.text(place), name));
    this.follow(item, place, `${scalar.bytes}`);
  }

  /** The variable with the object that gives the bits of a register. */
  protected bitsObject(item: Item, name: string, place: Place): string {
    const type = this.module.type(
      this.module.names.bits(item.owner.name, item.field.name ?? ''),
      item.owner.interface,
    );
    const bits = this.scope.locals.claim(`${name}_bits`);
    this.line(`const ${bits}: Partial<${type}> = ${this.objectGiven(item, place)};`);
    return bits;
  }

  /** True where a storage unit holds nothing but bit-fields that are always written together. */
  protected isPure(item: Item): boolean {
    const start = item.delta ?? 0;
    const end = start + (item.member.size ?? 0);
    const touching = this.plan.all.filter((other) => {
      if (other.kind === 'group' || other.delta === null) return false;
      return other.delta < end && start < other.delta + (other.member.size ?? 0);
    });
    return (
      !item.sheltered &&
      touching.every(
        (other) =>
          other.kind === 'bits' &&
          other.delta === item.delta &&
          other.member.size === item.member.size &&
          other.field.condition === undefined,
      )
    );
  }

  /** All bit-fields of a storage unit at once. */
  protected bitFields(item: Item): void {
    const around = item.id.slice(0, item.id.lastIndexOf('/'));
    const unitKey = (each: Item): string =>
      `${each.id.slice(0, each.id.lastIndexOf('/'))} ${each.delta} ${each.member.size}`;
    const alone = item.field.condition !== undefined || this.isArm(item);
    const key = alone ? item.id : unitKey(item);
    if (this.unitsWritten.has(key)) return;
    this.unitsWritten.add(key);
    const mates = alone
      ? [item]
      : this.plan.all.filter(
          (each) =>
            each.kind === 'bits' &&
            unitKey(each) === key &&
            each.field.condition === undefined &&
            each.id.startsWith(`${around}/`),
        );
    const named = mates.filter((each) => each.name !== null);
    if (named.length === 0) return;
    const format = bitsFormat(item.member as BitsMember, this.facts.abi);
    const place: Place = { base: 'offset', delta: item.delta ?? 0 };
    const wide = ![1, 2, 4].includes(format.bytes);
    const parts = named.map((each) => this.bitField(each, place, wide));
    const pure = mates.every((each) => this.isPure(each));
    const mask = named.reduce((sum, each) => sum | fieldMask(each.member as BitsMember, this), 0n);
    this.writeUnit(place, format, wide, parts, pure ? null : mask);
  }

  protected isArm(item: Item): boolean {
    return item.owner.kind === 'union';
  }

  /** Checks one bit-field and gives its bits in place. */
  protected bitField(item: Item, place: Place, wide: boolean): string {
    const member = item.member as BitsMember;
    const { shift, signed } = bitsFormat(member, this.facts.abi);
    const computed = this.computed(item);
    const fallback =
      computed !== undefined || item.field.default !== undefined ? ` ?? ${this.defaultOf(item)}` : '';
    const args = `(${this.where(item)}, ${this.given(item)}${fallback}, ${member.bitWidth}, ${this.text(place)})`;
    if (this.scope.isReferenced(item)) {
      const name = this.scope.nameOf(item);
      const declare = this.isDeclared(item) ? '' : 'const ';
      const big = member.bitWidth > 32;
      const check = signed ? 'checkSignedBits' : big ? 'checkWideBits' : 'checkBits';
      const value = `${this.module.runtime(check)}${args}`;
      // Expressions see the value with its sign.
      const seen = signed
        ? big
          ? `BigInt.asIntN(${member.bitWidth}, ${value})`
          : `Number(BigInt.asIntN(${member.bitWidth}, ${value}))`
        : value;
      this.line(`${declare}${name} = ${seen};`);
      const plain = signed ? `BigInt.asUintN(${member.bitWidth}, BigInt(${name}))` : name;
      const text = wide ? (signed || big ? plain : `BigInt(${name})`) : signed ? `Number(${plain})` : name;
      return shift === 0 ? text : `(${text} << ${shift}${wide ? 'n' : ''})`;
    }
    const check = signed ? 'checkSignedBits' : wide ? 'checkWideBits' : 'checkBits';
    const checked = `${this.module.runtime(check)}${args}`;
    const text = signed && !wide ? `Number(${checked})` : checked;
    return shift === 0 ? text : `(${text} << ${shift}${wide ? 'n' : ''})`;
  }

  /** Writes a storage unit; with a mask only those bits of it. */
  protected writeUnit(
    place: Place,
    { bytes: size, littleEndian }: IntegerFormat,
    wide: boolean,
    parts: readonly string[],
    mask: bigint | null,
  ): void {
    const at = this.text(place);
    const unit = this.scope.locals.claim(`unit_${place.delta}`);
    if (wide) {
      const kept =
        mask === null
          ? []
          : [
              `(${this.module.runtime('readUnit')}(view, ${at}, ${size}, ${littleEndian}) & ~0x${mask.toString(16)}n)`,
            ];
      this.combined(`const ${unit} = `, [...kept, ...parts], true);
      this.line(`${this.module.runtime('writeUnit')}(view, ${at}, ${size}, ${unit}, ${littleEndian});`);
      return;
    }
    const scalar = unitScalar({ bytes: size, littleEndian });
    const kept = mask === null ? [] : [`(${readScalar(scalar, at)} & ~0x${mask.toString(16)})`];
    this.combined(`const ${unit} = `, [...kept, ...parts], false);
    this.line(writeScalar(scalar, at, unit));
  }
}

/** The bits of a bit-field within its storage unit. */
function fieldMask(member: BitsMember, emitter: Emitter): bigint {
  const { shift, width } = bitsFormat(member, emitter.facts.abi);
  return bitMask({ low: shift, high: shift + width - 1 });
}
