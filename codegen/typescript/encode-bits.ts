import type { BitsMember } from '../../src/layout/member.ts';
import { restName } from '../../src/model/bits.ts';
import { bitsFormat, type IntegerFormat } from '../../src/plan/place.ts';
import { bitCover, bitMask } from './bit-cover.ts';
import type { FunctionContext, Place } from './context.ts';
import {
  computedDefault,
  countedBy,
  defaultOf,
  followItem,
  givenFor,
  isDeclared,
  objectGiven,
  printCombined,
  roomFor,
} from './encode-members.ts';
import { memberOf } from './names.ts';
import type { Item } from './plan.ts';
import { mustBeScalar, readScalar, unitScalar, unsigned, writeScalar } from './scalar.ts';

/** A register of which an object gives the ranges of bits. */
export function writeRegister(context: FunctionContext, item: Item): void {
  const ranges = item.field.bits ?? [];
  const scalar = unsigned(mustBeScalar(item.field.type, item.abi));
  const width = scalar.bytes * 8;
  const wide = scalar.js === 'bigint';
  const place = roomFor(context, item, scalar.bytes);
  const name = context.scope.nameOf(item);
  const bits = bitsGiven(context, item, name, place);
  const { always, sometimes, uncovered } = bitCover(ranges, width);
  const check = (range: (typeof ranges)[number]): string => {
    const array = countedBy(context, item, range.name);
    const given = `${memberOf(bits, range.name)}${array === undefined ? '' : ` ?? ${givenFor(context, array)}?.length`}`;
    const path = `${context.where(item).slice(0, -1)}.${range.name}'`;
    const size = range.high - range.low + 1;
    const text = `${context.module.runtime(wide ? 'checkWideBits' : 'checkBits')}(${path}, ${given}, ${size}, ${context.text(place)})`;
    return range.low === 0 ? text : `(${text} << ${range.low}${wide ? 'n' : ''})`;
  };
  const parts = always.map(check);
  if (uncovered !== 0n) {
    const rest = restName(ranges);
    const path = `${context.where(item).slice(0, -1)}.${rest}'`;
    parts.push(
      `${context.module.runtime(wide ? 'checkWideBits' : 'checkBits')}(${path}, ${memberOf(bits, rest)}, ${width}, ${context.text(place)})`,
    );
  }
  const hoisted = context.scope.isReferenced(item) && isDeclared(item);
  const declare = hoisted ? '' : sometimes.length > 0 ? 'let ' : 'const ';
  printCombined(context, `${declare}${name} = `, parts, wide);
  for (const range of sometimes) {
    if (range.condition === undefined) continue;
    const given = memberOf(bits, range.name);
    const path = `${context.where(item).slice(0, -1)}.${range.name}'`;
    context.line(context.ifLine(context.scope.condition(range.condition, item.scopes), range.condition));
    context.printer.indented(() =>
      context.line(wide ? `${name} |= ${check(range)};` : `${name} = (${name} | ${check(range)}) >>> 0;`),
    );
    // Of two ranges with one name the other one may be meant.
    if (!ranges.some((other) => other !== range && other.name === range.name)) {
      context.line(`} else if (${given} != null) {`);
      const error = `${context.module.runtime('unexpectedField')}(${path}, ${given}, ${context.text(place)})`;
      context.printer.indented(() => context.line(`throw ${error};`));
    }
    context.line('}');
  }
  context.line(writeScalar(scalar, context.text(place), name));
  followItem(context, item, place, `${scalar.bytes}`);
}

/** The variable with the object that gives the bits of a register. */
function bitsGiven(context: FunctionContext, item: Item, name: string, place: Place): string {
  const type = context.module.type(
    context.module.names.bits(item.owner.name, item.field.name ?? ''),
    item.owner.interface,
  );
  const bits = context.scope.locals.uniqueName(`${name}_bits`);
  context.line(`const ${bits}: Partial<${type}> = ${objectGiven(context, item, place)};`);
  return bits;
}

/** True where a storage unit holds nothing but bit-fields that are always written together. */
export function isPure(context: FunctionContext, item: Item): boolean {
  const start = item.delta ?? 0;
  const end = start + (item.member.size ?? 0);
  const touching = context.plan.all.filter((other) => {
    if (other.kind === 'group' || other.delta === null) return false;
    return other.delta < end && start < other.delta + (other.member.size ?? 0);
  });
  return (
    !item.isConditional &&
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
export function writeBitFields(context: FunctionContext, item: Item): void {
  const around = item.id.slice(0, item.id.lastIndexOf('/'));
  const unitKey = (each: Item): string =>
    `${each.id.slice(0, each.id.lastIndexOf('/'))} ${each.delta} ${each.member.size}`;
  const alone = item.field.condition !== undefined || isArm(item);
  const key = alone ? item.id : unitKey(item);
  if (context.unitsWritten.has(key)) return;
  context.unitsWritten.add(key);
  const mates = alone
    ? [item]
    : context.plan.all.filter(
        (each) =>
          each.kind === 'bits' &&
          unitKey(each) === key &&
          each.field.condition === undefined &&
          each.id.startsWith(`${around}/`),
      );
  const named = mates.filter((each) => each.name !== null);
  if (named.length === 0) return;
  const format = bitsFormat(item.member as BitsMember, context.facts.abi);
  const place: Place = { base: 'offset', delta: item.delta ?? 0 };
  const wide = ![1, 2, 4].includes(format.bytes);
  const parts = named.map((each) => bitFieldInPlace(context, each, place, wide));
  const pure = mates.every((each) => isPure(context, each));
  const mask = named.reduce((sum, each) => sum | fieldMask(each.member as BitsMember, context), 0n);
  writeUnit(context, place, format, wide, parts, pure ? null : mask);
}

function isArm(item: Item): boolean {
  return item.owner.kind === 'union';
}

/** Checks one bit-field and gives its bits in place. */
function bitFieldInPlace(context: FunctionContext, item: Item, place: Place, wide: boolean): string {
  const member = item.member as BitsMember;
  const { shift, signed } = bitsFormat(member, context.facts.abi);
  const computed = computedDefault(context, item);
  const fallback =
    computed !== undefined || item.field.default !== undefined ? ` ?? ${defaultOf(context, item)}` : '';
  const args = `(${context.where(item)}, ${givenFor(context, item)}${fallback}, ${member.bitWidth}, ${context.text(place)})`;
  if (context.scope.isReferenced(item)) {
    const name = context.scope.nameOf(item);
    const declare = isDeclared(item) ? '' : 'const ';
    const big = member.bitWidth > 32;
    const check = signed ? 'checkSignedBits' : big ? 'checkWideBits' : 'checkBits';
    const value = `${context.module.runtime(check)}${args}`;
    // Expressions see the value with its sign.
    const seen = signed
      ? big
        ? `BigInt.asIntN(${member.bitWidth}, ${value})`
        : `Number(BigInt.asIntN(${member.bitWidth}, ${value}))`
      : value;
    context.line(`${declare}${name} = ${seen};`);
    const plain = signed ? `BigInt.asUintN(${member.bitWidth}, BigInt(${name}))` : name;
    const text = wide ? (signed || big ? plain : `BigInt(${name})`) : signed ? `Number(${plain})` : name;
    return shift === 0 ? text : `(${text} << ${shift}${wide ? 'n' : ''})`;
  }
  const check = signed ? 'checkSignedBits' : wide ? 'checkWideBits' : 'checkBits';
  const checked = `${context.module.runtime(check)}${args}`;
  const text = signed && !wide ? `Number(${checked})` : checked;
  return shift === 0 ? text : `(${text} << ${shift}${wide ? 'n' : ''})`;
}

/** Writes a storage unit; with a mask only those bits of it. */
function writeUnit(
  context: FunctionContext,
  place: Place,
  { bytes: size, littleEndian }: IntegerFormat,
  wide: boolean,
  parts: readonly string[],
  mask: bigint | null,
): void {
  const at = context.text(place);
  const unit = context.scope.locals.uniqueName(`unit_${place.delta}`);
  if (wide) {
    const kept =
      mask === null
        ? []
        : [
            `(${context.module.runtime('readUnit')}(view, ${at}, ${size}, ${littleEndian}) & ~0x${mask.toString(16)}n)`,
          ];
    printCombined(context, `const ${unit} = `, [...kept, ...parts], true);
    context.line(`${context.module.runtime('writeUnit')}(view, ${at}, ${size}, ${unit}, ${littleEndian});`);
    return;
  }
  const scalar = unitScalar({ bytes: size, littleEndian });
  const kept = mask === null ? [] : [`(${readScalar(scalar, at)} & ~0x${mask.toString(16)})`];
  printCombined(context, `const ${unit} = `, [...kept, ...parts], false);
  context.line(writeScalar(scalar, at, unit));
}

/** The bits of a bit-field within its storage unit. */
function fieldMask(member: BitsMember, context: FunctionContext): bigint {
  const { shift, width } = bitsFormat(member, context.facts.abi);
  return bitMask({ low: shift, high: shift + width - 1 });
}
