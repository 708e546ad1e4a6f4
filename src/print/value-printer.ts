import type { CodecLookup } from '../chain/members.ts';
import { Site } from '../codec/oracle/site.ts';
import { isStructValue, propertyOf } from '../codec/oracle/value.ts';
import { type World, worldOf } from '../codec/oracle/world.ts';
import type { CodecContext } from '../codec/runtime/codec.ts';
import type { Abi } from '../layout/abi.ts';
import type { BitsMember, FieldMember } from '../layout/member.ts';
import type { Derived, Struct } from '../model/declaration.ts';
import type { Field } from '../model/field.ts';
import type { Model } from '../model/model.ts';
import type { Type } from '../model/type.ts';
import { printRegister } from './bits.ts';
import { enumNames } from './enum-names.ts';
import { hexOf } from './hex.ts';
import { integerText } from './integer-text.ts';
import type { KnownMemory } from './known-memory.ts';
import { readPointed } from './pointed.ts';
import { type PrintedField, printedField } from './printed-field.ts';
import { enumName, flagNames } from './set-names.ts';
import { textValue } from './text-value.ts';

/** What surrounds a value that is printed. */
export interface PrintOptions {
  readonly context?: CodecContext;
  /** Bytes from the start of the buffer to the struct. */
  readonly offset?: number;
  /** A struct that its first member is left out for: the header of a chain's elements, shown elsewhere. */
  readonly without?: string;
  /** What is known of the memory that fields point to, and how it is read. */
  readonly memory?: { readonly known: KnownMemory; readonly codecs: CodecLookup };
  /** Also reserved fields that are 0, and padding: for showing every byte. */
  readonly everything?: boolean;
}

/** Elements of an array that are shown; the others are counted. */
const elementsShown = 1024;

/**
 * Prints a decoded value as a tree: names of flags and values, bits, units, meanings, values that several fields make
 * together. Reserved fields are shown only where they are set.
 *
 * @param structName a key of `model.structs`
 */
export function printValue(
  model: Model,
  structName: string,
  value: object,
  abi: Abi,
  options: PrintOptions = {},
): readonly PrintedField[] {
  const world = worldOf(model, abi);
  const printer = new ValuePrinter(world, new Site(world, structName, options.context ?? {}), options);
  return printer.struct(structName, value, options.offset ?? 0, options.without);
}

class ValuePrinter {
  readonly #world: World;
  readonly #site: Site;
  readonly #memory: PrintOptions['memory'];
  readonly #everything: boolean;

  constructor(world: World, site: Site, { memory, everything = false }: PrintOptions) {
    this.#world = world;
    this.#site = site;
    this.#memory = memory;
    this.#everything = everything;
  }

  struct(name: string, value: object, offset: number | null, without?: string): PrintedField[] {
    const struct = this.#world.model.structs.get(name);
    if (struct === undefined) return [];
    const printed = this.#site.inside(name, value, () => [
      ...struct.fields.flatMap((field, i) => {
        const header = i === 0 && field.type.kind === 'named' && field.type.name === without;
        return header ? [] : this.#member(struct, field, value, offset);
      }),
      ...struct.derived.flatMap((derived) => this.#derived(derived)),
    ]);

    return this.#everything ? inPlaces(printed, this.#padding(name, offset)) : printed;
  }

  #member(struct: Struct, field: Field, value: object, start: number | null): PrintedField[] {
    const offset = this.#offsetOf(struct, field, start);
    if (field.name === null) {
      return field.type.kind === 'named' && this.#site.holds(field.condition)
        ? this.struct(field.type.name, value, offset)
        : [];
    }
    const given = propertyOf(value, field.name);
    if (given === undefined) return [];
    const twins = struct.fields.filter(({ name }) => name === field.name);
    if (twins.length > 1 && twins.find((twin) => this.#site.holds(twin.condition)) !== field) return [];
    if (field.reserved !== undefined && isZero(given) && !this.#everything) return [];
    const printed = { ...this.#field(field, given, offset), size: this.#sizeOf(struct, field, given) };
    return [field.reserved === undefined ? printed : { ...printed, reserved: true }];
  }

  #field(field: Field, value: unknown, offset: number | null): PrintedField {
    const common = { name: field.name ?? '', offset, doc: field.doc, access: field.access ?? null };
    if (field.bits !== undefined && isStructValue(value)) {
      const { model } = this.#world;
      const widthBits = field.bitWidth ?? 8 * (this.#world.sizeOf(field.type) ?? 0);
      return printedField({
        ...common,
        kind: 'integer',
        ...printRegister(field, value, { model, site: this.#site, widthBits }),
      });
    }
    return printedField({ ...common, ...this.#typed(field, field.type, value, offset) });
  }

  #typed(
    field: Field,
    type: Type,
    value: unknown,
    offset: number | null,
  ): Pick<PrintedField, 'kind' | 'text'> & Partial<PrintedField> {
    if (typeof value === 'number' || typeof value === 'bigint') {
      const fields = this.#pointed(field, BigInt(value));
      return { ...this.#integer(field, type, BigInt(value)), fields };
    }
    if (value instanceof Uint8Array) return bytesField(field, type, value);
    if (Array.isArray(value)) return this.#array(field, type, value, offset);
    const name = type.kind === 'named' ? type.name : undefined;
    if (name === undefined || !isStructValue(value)) return { kind: 'text', text: '' };
    return { kind: 'group', text: '', fields: this.struct(name, value, offset) };
  }

  #integer(field: Field, type: Type, value: bigint): Pick<PrintedField, 'kind' | 'text' | 'meaning'> {
    const { model } = this.#world;
    const widthBits = field.bitWidth ?? 8 * (this.#world.sizeOf(type) ?? 8);
    if (field.flags !== undefined) {
      const { text } = integerText(value, { widthBits, format: 'hex' });
      return { kind: 'integer', text, meaning: flagNames(model, field.flags.name, value) };
    }
    if (field.enumeration !== undefined) {
      const { text } = integerText(value, { widthBits, format: field.format });
      const set = model.enums.get(field.enumeration.name);
      const known = enumName(model, field.enumeration.name, value);
      const tag =
        known === 'unknown' && set !== undefined ? enumNames(this.#world, set).get(value) : undefined;
      return { kind: 'integer', text, meaning: tag ?? known };
    }
    const kinds = field.handle?.kinds.filter(({ condition }) => this.#site.holds(condition)) ?? [];
    if (kinds.length > 0) return { kind: 'integer', text: `${handleName(kinds)} ${value}`, meaning: '' };
    const address = field.userPointer !== undefined || type.kind === 'pointer';
    const format = field.format ?? (address ? 'hex' : undefined);
    return { kind: 'integer', ...integerText(value, { widthBits, format, unit: field.unit }) };
  }

  /** What a field points to, as far as memory is known. */
  #pointed({ userPointer }: Field, address: bigint): PrintedField[] {
    if (userPointer === undefined || this.#memory === undefined) return [];
    const { known: memory, codecs } = this.#memory;
    const place = { world: this.#world, site: this.#site, codecs, memory };
    const pointed = readPointed(userPointer, address, place);
    if (pointed === undefined) return [];
    const { struct, elements, bytes, complete } = pointed;
    const cut = complete
      ? []
      : [printedField({ name: '...', kind: 'text', text: 'what follows is not known' })];
    if (elements === null) {
      return [printedField({ name: '->', kind: 'bytes', text: bytesText(bytes) }), ...cut];
    }
    const printed = elements.map(({ value }, i): PrintedField => {
      const name = pointed.array ? `[${i}]` : '->';
      if (typeof value === 'bigint') return printedField({ name, kind: 'integer', text: String(value) });
      const fields = struct === null ? [] : this.struct(struct, value, null);
      return printedField({ name, kind: 'group', text: struct ?? '', fields });
    });
    return [...printed, ...cut];
  }

  #array(
    field: Field,
    type: Type,
    values: readonly unknown[],
    offset: number | null,
  ): Pick<PrintedField, 'kind' | 'text'> & Partial<PrintedField> {
    const element = type.kind === 'array' || type.kind === 'flexible' ? type.element : type;
    if (values.length === 0) return { kind: 'text', text: 'none' };
    const shown = values.slice(0, elementsShown);
    const more = values.length > shown.length ? `... and ${values.length - shown.length} more` : '';
    const size = this.#world.sizeOf(element);
    if (shown.every((value) => typeof value === 'number' || typeof value === 'bigint')) {
      const texts = shown.map((value) => {
        const { text, meaning } = this.#integer(field, element, BigInt(value));
        return meaning === '' || field.unit !== undefined ? text : `${text} ${meaning}`;
      });
      return { kind: 'list', text: [...texts, ...(more === '' ? [] : [more])].join(', ') };
    }
    const fields = shown.map((value, i) => {
      const at = offset === null || size === undefined ? null : offset + i * size;
      return printedField({
        name: `[${i}]`,
        offset: at,
        size: size ?? null,
        ...this.#typed(field, element, value, at),
      });
    });
    return { kind: 'group', text: more, fields };
  }

  #derived({ name, doc, value, condition, unit, format }: Derived): PrintedField[] {
    if (!this.#site.holds(condition)) return [];
    const widthBits = format === 'signed' ? 64 : 0;
    const written = integerText(this.#site.evaluate(value), { widthBits, format, unit });
    return [printedField({ name, kind: 'derived', doc, ...written })];
  }

  #memberOf(struct: Struct, field: Field): FieldMember | BitsMember | undefined {
    return this.#world
      .layout(struct.name)
      ?.members.find((one): one is FieldMember | BitsMember => 'field' in one && one.field === field);
  }

  #sizeOf(struct: Struct, field: Field, value: unknown): number | null {
    const size = this.#memberOf(struct, field)?.size ?? null;
    if (size !== null && field.type.kind !== 'flexible') return size;
    if (value instanceof Uint8Array) return value.length;
    const { type } = field;
    const element =
      type.kind === 'array' || type.kind === 'flexible' ? this.#world.sizeOf(type.element) : undefined;
    return Array.isArray(value) && element !== undefined ? value.length * element : null;
  }

  /** Bytes of a struct that belong to no member. */
  #padding(name: string, start: number | null): PrintedField[] {
    if (start === null) return [];
    return (this.#world.layout(name)?.members ?? []).flatMap((member) =>
      member.kind === 'hole' || member.kind === 'padding'
        ? [
            printedField({
              name: '(padding)',
              kind: 'text',
              text: '',
              offset: start + member.offset,
              size: member.size,
            }),
          ]
        : [],
    );
  }

  #offsetOf(struct: Struct, field: Field, start: number | null): number | null {
    const member = this.#memberOf(struct, field);
    if (member === undefined || start === null) return null;
    if (member.offset !== null) return start + member.offset;
    if (member.kind !== 'field' || member.at === null) return null;
    return start + Number(this.#site.evaluate(member.at));
  }
}

/** Fields with others put between them, by their offsets. */
function inPlaces(fields: readonly PrintedField[], others: readonly PrintedField[]): PrintedField[] {
  const merged = [...fields];
  for (const other of others) {
    const next = merged.findIndex(({ offset }) => offset !== null && offset > (other.offset ?? 0));
    merged.splice(next < 0 ? merged.length : next, 0, other);
  }
  return merged;
}

/** What an id is the id of. */
function handleName(kinds: readonly { readonly name: string }[]): string {
  return kinds.length > 3 ? 'object' : kinds.map(({ name }) => name).join('|');
}

function bytesField(field: Field, type: Type, bytes: Uint8Array): Pick<PrintedField, 'kind' | 'text'> {
  const element = type.kind === 'array' || type.kind === 'flexible' ? type.element : type;
  const text = field.text ?? (element.kind === 'scalar' && element.name === 'char' ? 'ascii' : undefined);
  if (text !== undefined) return { kind: 'text', text: textValue(bytes, text) };
  return { kind: 'bytes', text: bytesText(bytes) };
}

/** Bytes as hex; many alike are counted. */
export function bytesText(bytes: Uint8Array): string {
  const [first] = bytes;
  if (first === undefined) return 'no bytes';
  if (bytes.length > 4 && bytes.every((byte) => byte === first)) {
    return `${bytes.length} bytes of ${hexOf(bytes.subarray(0, 1))}`;
  }
  return hexOf(bytes, ' ');
}

/** True where nothing but zeros is in a value. */
function isZero(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value) === 0n;
  if (value instanceof Uint8Array || Array.isArray(value))
    return [...(value as Iterable<unknown>)].every(isZero);
  return typeof value === 'object' && value !== null && Object.values(value).every(isZero);
}
