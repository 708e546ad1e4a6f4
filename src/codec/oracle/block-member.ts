import type { BitsMember, FieldMember } from '../../layout/member.ts';
import type { Expression } from '../../model/expression.ts';
import { EncodeError } from '../runtime/errors.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';
import type { MemberSchema } from './member-schema.ts';
import { type FieldValue, isObject, type OpenValue, propertyOf, setProperty } from './value.ts';

/** What the schema of a struct in place offers, whose members belong to the struct around. */
export interface InPlaceSchema {
  decodeMembers(input: GuardedInput, value: OpenValue): void;
  encodeMembers(output: GuardedOutput, filled: OpenValue): void;
  isGiven(value: OpenValue): boolean;
  refuseMembers(output: GuardedOutput, base: number, value: OpenValue): void;
}

/** An array whose count is just this member, or a range of its bits. */
export interface CountOf {
  readonly array: string;
  readonly range: string | null;
}

/** Absolute offsets that a member's place is counted from. */
export interface Bases {
  /** Where the struct starts. */
  readonly base: number;
  /** Where the member before ends. */
  readonly next: number;
}

/** A member of a struct, union or register block: where it stands and when it is there. */
export class BlockMember {
  readonly name: string | null;
  readonly condition: Expression | null;
  readonly #member: FieldMember | BitsMember;
  readonly #schema: MemberSchema;
  readonly #inPlace: InPlaceSchema | null;
  readonly #struct: string;
  readonly #countOf: readonly CountOf[];

  constructor(parts: {
    readonly struct: string;
    readonly member: FieldMember | BitsMember;
    readonly schema: MemberSchema;
    readonly inPlace: InPlaceSchema | null;
    readonly countOf: readonly CountOf[];
  }) {
    this.name = parts.member.name;
    this.condition = parts.member.condition;
    this.#struct = parts.struct;
    this.#member = parts.member;
    this.#schema = parts.schema;
    this.#inPlace = parts.inPlace;
    this.#countOf = parts.countOf;
  }

  /** True where its bytes do not depend on the contents. */
  get isFixed(): boolean {
    return this.#member.offset !== null && this.#schema.size !== null;
  }

  /** Reads the member into the object; returns the offset behind it. */
  decode(input: GuardedInput, bases: Bases, value: OpenValue): number {
    const { name } = this;
    if (name === null && this.#inPlace === null) return bases.next;
    const offset = this.#place(input, bases);
    return input.within(name === null ? '' : `.${name}`, () => {
      if (this.#member.kind === 'field' && this.#member.at !== null) input.needPlace(bases.base, offset);
      input.seekTo(offset);
      if (name === null) this.#inPlace?.decodeMembers(input, value);
      else setProperty(value, name, this.#schema.decode(input));
      const end = input.currentByteOffset;
      if (name !== null) input.note(this.#member, this.#struct, offset, end - offset);
      return end;
    });
  }

  /** Writes the member, or its default, and sets what was written in the object; returns the offset behind it. */
  encode(output: GuardedOutput, bases: Bases, filled: OpenValue): number {
    const { name } = this;
    if (name === null && this.#inPlace === null) return bases.next;
    output.seekTo(this.#place(output, bases));
    if (name === null) {
      this.#inPlace?.encodeMembers(output, filled);
      return output.currentByteOffset;
    }
    return output.within(`.${name}`, () => {
      const given = this.#withCounts(propertyOf(filled, name), filled);
      const fallback = given === undefined ? this.#default(output, filled) : undefined;
      setProperty(filled, name, this.#schema.encode(output, given, fallback));
      return output.currentByteOffset;
    });
  }

  /** True where the object has the member. */
  isGiven(value: OpenValue): boolean {
    return this.name === null ? (this.#inPlace?.isGiven(value) ?? false) : Object.hasOwn(value, this.name);
  }

  /** Throws where the object has the member although it is not there. */
  refuse(output: GuardedOutput, base: number, value: OpenValue): void {
    const offset = base + (this.#member.offset ?? 0);
    if (this.name === null) {
      this.#inPlace?.refuseMembers(output, offset, value);
      return;
    }
    const given = propertyOf(value, this.name);
    if (given === undefined) return;
    const expected = 'no value, as the field does not exist here';
    throw new EncodeError('unexpected-field', `${output.where}.${this.name}`, offset, expected, given);
  }

  #place(site: GuardedInput | GuardedOutput, { base, next }: Bases): number {
    if (this.#member.offset !== null) return base + this.#member.offset;
    const at = this.#member.kind === 'field' ? this.#member.at : null;
    return at === null ? next : base + Number(site.evaluate(at));
  }

  /** The value of an integer that is not given. */
  #default(output: GuardedOutput, filled: OpenValue): bigint {
    const { auto, default: plain } = this.#member.field;
    if (auto !== undefined) return output.evaluate(auto);
    for (const { array, range } of this.#countOf) {
      const length = range === null ? lengthOf(propertyOf(filled, array)) : undefined;
      if (length !== undefined) return BigInt(length);
    }
    return plain ?? 0n;
  }

  /** The given ranges of bits, and those that count an array which is given. */
  #withCounts(given: FieldValue | undefined, filled: OpenValue): FieldValue | undefined {
    let value = given;
    for (const { array, range } of this.#countOf) {
      const length = lengthOf(propertyOf(filled, array));
      if (range === null || length === undefined) continue;
      if (value !== undefined && !isObject(value)) return value;
      if (propertyOf(value, range) === undefined) value = { ...value, [range]: length };
    }
    return value;
  }
}

function lengthOf(array: FieldValue | undefined): number | undefined {
  return Array.isArray(array) || array instanceof Uint8Array ? array.length : undefined;
}
