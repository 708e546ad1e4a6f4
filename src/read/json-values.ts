import { bytesOfHex } from '../base/hex.ts';
import { jsonExcerpt } from '../base/json-excerpt.ts';
import { didYouMean } from '../base/suggestion.ts';
import { UsageError } from '../base/usage-error.ts';
import { extract, widthOf } from '../codec/oracle/bits-value.ts';
import { type World, worldOf } from '../codec/oracle/world.ts';
import type { Abi } from '../layout/abi.ts';
import { integerNamed } from '../layout/named-integer.ts';
import { type BitField, restName } from '../model/bits.ts';
import { type Field, isTextArray } from '../model/field.ts';
import type { Model } from '../model/model.ts';
import { shortName } from '../model/path.ts';
import { scalars, type Type } from '../model/type.ts';
import { enumNames } from '../print/enum-names.ts';
import { jsonMembers } from '../print/struct-json.ts';
import { bytesOfText } from '../print/text-json.ts';

/** What JSON.parse gives. */
type Json = unknown;

/** Makes the values that codecs take from JSON: names of flags and values, "0x..." strings and hex digits. */
export class JsonReader {
  readonly #world: World;

  constructor(model: Model, abi: Abi) {
    this.#world = worldOf(model, abi);
  }

  /**
   * Reads the value of a struct.
   *
   * @param where the place in the JSON text, for messages
   * @throws UsageError with place, what was found and what was expected
   */
  struct(name: string, json: Json, where: string): object {
    if (!isMap(json)) throw wrong(where, json, `an object with members of ${name}`);
    const members = jsonMembers(this.#world, name);
    const value: Record<string, unknown> = {};
    for (const [key, given] of Object.entries(json)) {
      const field = members.get(key);
      if (field === undefined) {
        const known = [...members.keys()];
        const near = didYouMean(key, known);
        throw new UsageError(
          `${where}.${key}: ${name} has no such member${near === '' ? `, expected one of ${known.join(', ')}` : near}`,
        );
      }
      if (given === null) continue;
      Object.defineProperty(value, key, {
        value: this.#field(field, given, `${where}.${key}`),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return value;
  }

  #bits(field: Field, type: Type): number {
    return field.bitWidth ?? 8 * (this.#world.sizeOf(type) ?? 0);
  }

  #field(field: Field, json: Json, where: string): unknown {
    const { bits, type } = field;
    if (bits === undefined) return this.#typed(field, type, json, where);
    if (isMap(json)) return this.#ranges(bits, json, this.#bits(field, type), where);
    // An integer for a register stands for all of its bits.
    const integer = this.#integer(field, this.#bits(field, type), false, json, where);
    return splitRanges(integer, bits);
  }

  #typed(field: Field, type: Type, json: Json, where: string): unknown {
    switch (type.kind) {
      case 'scalar': {
        const { bytes, signed } = scalars[type.name];
        return this.#sized(this.#integer(field, field.bitWidth ?? 8 * bytes, signed, json, where), bytes);
      }
      case 'pointer':
        return this.#integer(field, 8 * this.#world.abi.pointerBytes, false, json, where);
      case 'named':
        return this.struct(type.name, json, where);
      case 'array':
      case 'flexible':
        return this.#array(field, type, json, where);
    }
  }

  #sized(integer: bigint, bytes: number): bigint | number {
    return bytes > 4 ? integer : Number(integer);
  }

  #array(field: Field, type: ArrayType, json: Json, where: string): unknown {
    const { element } = type;
    if (typeof json === 'string' && isTextArray(field, element)) return textBytes(type, json, where);
    const isBytes = element.kind === 'scalar' && (element.name === 'u8' || element.name === 'char');
    if (isBytes && typeof json === 'string') {
      const between = field.text === 'uuid' ? /[\s:,-]/g : /[\s:,]/g;
      const bytes = bytesOfHex(json.replace(/^0x/i, '').replace(between, ''));
      if (bytes === null) throw wrong(where, json, 'hex digits, two for each byte');
      return bytes;
    }
    if (!Array.isArray(json)) {
      const text = isTextArray(field, element) ? 'a string' : 'hex digits, two for each byte';
      throw wrong(where, json, isBytes ? text : 'an array');
    }
    const values = json.map((each: Json, i) => this.#typed(field, element, each, `${where}[${i}]`));
    return isBytes ? Uint8Array.from(values as number[]) : values;
  }

  #ranges(
    ranges: readonly BitField[],
    json: { readonly [name: string]: Json },
    width: number,
    where: string,
  ): object {
    const known = [...new Set(ranges.map(({ name }) => name)), restName(ranges)];
    const value: Record<string, unknown> = {};
    for (const [key, given] of Object.entries(json)) {
      const range = ranges.find(({ name }) => name === key);
      if (range === undefined && !known.includes(key)) {
        const near = didYouMean(key, known);
        throw new UsageError(
          `${where}.${key}: there are no such bits${near === '' ? `, expected one of ${known.join(', ')}` : near}`,
        );
      }
      if (given === null) continue;
      const bits = range === undefined ? width : widthOf(range);
      const integer = this.#integer(range ?? {}, bits, false, given, `${where}.${key}`);
      value[key] = bits > 32 ? integer : Number(integer);
    }
    return value;
  }

  /** An integer that fits: a number, "0x...", names of flags joined by `|` or in an array, or the name of a value. */
  #integer(field: NamedBits, width: number, signed: boolean, json: Json, where: string): bigint {
    const integer = this.#plainInteger(field, json, where);
    const [first, last] = signed
      ? [-(1n << BigInt(width - 1)), (1n << BigInt(width - 1)) - 1n]
      : [0n, (1n << BigInt(width)) - 1n];
    if (integer < first || integer > last) {
      const limits = signed ? `${first} to ${last}` : `0 to 0x${last.toString(16)}`;
      throw wrong(where, json, `an integer from ${limits}`);
    }
    return integer;
  }

  #plainInteger(field: NamedBits, json: Json, where: string): bigint {
    if (typeof json === 'number') {
      if (Number.isSafeInteger(json)) return BigInt(json);
      throw wrong(where, json, 'an integer; above 2^53 as a string like "0x7f0000000000"');
    }
    if (typeof json === 'boolean') return json ? 1n : 0n;
    if (Array.isArray(json) && field.flags !== undefined) {
      return json.reduce(
        (sum: bigint, each: Json, i) => sum | this.#plainInteger(field, each, `${where}[${i}]`),
        0n,
      );
    }
    if (typeof json !== 'string') throw wrong(where, json, expectedOf(field));
    return json
      .split('|')
      .map((word) => this.#word(field, word.trim(), json, where))
      .reduce((sum, each) => sum | each, 0n);
  }

  #word(field: NamedBits, word: string, json: string, where: string): bigint {
    if (/^-?(0x[0-9a-f]+|[0-9]+)$/i.test(word)) {
      return word.startsWith('-') ? -BigInt(word.slice(1)) : BigInt(word);
    }
    const { model } = this.#world;
    const names = new Map<string, bigint>();
    const flags = field.flags === undefined ? undefined : model.flags.get(field.flags.name);
    for (const { name, value } of flags?.values ?? []) names.set(shortName(name, flags?.prefix ?? ''), value);
    const set = field.enumeration === undefined ? undefined : model.enums.get(field.enumeration.name);
    if (set !== undefined) for (const [value, name] of enumNames(this.#world, set)) names.set(name, value);
    for (const { name, value } of field.values ?? []) names.set(name, value);
    const found =
      names.get(word) ??
      names.get(word.toUpperCase()) ??
      (/^[A-Za-z_]\w*$/.test(word) ? integerNamed(model, word, this.#world.abi) : undefined);
    if (found !== undefined) return found;
    if (word === '' && json.trim() === '' && flags !== undefined) return 0n;
    const near = didYouMean(word, names.keys());
    const known = [...names.keys()].slice(0, 12).join(', ');
    const hint = near !== '' ? near : known === '' ? '' : `, one of ${known}, or a number`;
    throw new UsageError(`${where}: ${jsonExcerpt(word)} is not ${expectedOf(field)}${hint}`);
  }
}

type ArrayType = Extract<Type, { readonly element: Type }>;

/** The bytes of a text, filled up with zeros if the array always has as many. */
function textBytes(type: ArrayType, text: string, where: string): Uint8Array {
  const bytes = bytesOfText(text);
  if (bytes === null) {
    throw new UsageError(`${where}: ${jsonExcerpt(text)} has a backslash that starts neither \\xNN nor \\\\`);
  }
  if (type.kind === 'flexible') return bytes;
  if (bytes.length > type.length) {
    throw new UsageError(
      `${where}: ${jsonExcerpt(text)} takes ${bytes.length} bytes, there is room for ${type.length}`,
    );
  }
  const filled = new Uint8Array(type.length);
  filled.set(bytes);
  return filled;
}

/** Things that an integer's values may be named by. */
interface NamedBits extends Pick<Field, 'flags' | 'enumeration'> {
  readonly values?: BitField['values'];
}

function expectedOf({ flags, enumeration }: NamedBits): string {
  if (flags !== undefined) return `a flag of ${flags.name}`;
  return enumeration === undefined ? 'an integer' : `a value of ${enumeration.name}`;
}

/** An integer as a value with a property for each range; ranges whose conditions do not hold make the rest. */
function splitRanges(integer: bigint, ranges: readonly BitField[]): object {
  const value: Record<string, number | bigint> = {};
  for (const range of ranges) {
    if (Object.hasOwn(value, range.name) || range.condition !== undefined) continue;
    const bits = extract(integer, range);
    value[range.name] = widthOf(range) > 32 ? bits : Number(bits);
  }
  return value;
}

function isMap(json: Json): json is { readonly [name: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function wrong(where: string, found: Json, expected: string): UsageError {
  return new UsageError(`${where}: expected ${expected}, found ${jsonExcerpt(found)}`);
}
