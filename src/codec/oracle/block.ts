import type { Layout } from '../../layout/member.ts';
import type { Struct } from '../../model/declaration.ts';
import { EncodeError } from '../runtime/errors.ts';
import type { BlockMember } from './block-member.ts';
import type { GuardedInput } from './guarded-input.ts';
import type { GuardedOutput } from './guarded-output.ts';
import { MemberSchema } from './member-schema.ts';
import { type FieldValue, isObject, type OpenValue, setProperty } from './value.ts';

/** A struct, union or register block: an object with a property for each member that is there. */
export class BlockSchema extends MemberSchema {
  readonly size: number | null;
  readonly minSize: number;
  readonly #struct: Struct;
  readonly #members: readonly BlockMember[];

  constructor(struct: Struct, layout: Layout, members: readonly BlockMember[]) {
    super();
    this.#struct = struct;
    const fixed = layout.size === layout.minSize && members.every((member) => member.isFixed);
    this.size = fixed ? layout.size : null;
    this.minSize = layout.minSize;
    this.#members = members;
  }

  override decode(input: GuardedInput): FieldValue {
    const value: OpenValue = {};
    this.decodeMembers(input, value);
    return value;
  }

  /** Reads the members into the object they belong to. */
  decodeMembers(input: GuardedInput, value: OpenValue): void {
    const base = input.currentByteOffset;
    input.need(this.minSize);
    let end = base + this.minSize;
    let next = base;
    input.inside(this.#struct.name, value, () => {
      for (const member of this.#members) {
        if (!input.holds(member.condition)) continue;
        next = member.decode(input, { base, next }, value);
        end = Math.max(end, next);
      }
      const size = this.#sizeByContents(input);
      input.seekTo(base);
      input.need(size);
      end = Math.max(end, base + size);
    });
    input.seekTo(end);
  }

  override encode(output: GuardedOutput, value: unknown): FieldValue {
    if (value !== undefined && !isObject(value)) {
      throw new EncodeError('wrong-type', output.where, output.currentByteOffset, 'an object', value);
    }
    const filled: OpenValue = {};
    for (const [name, property] of Object.entries(value ?? {})) {
      if (property !== undefined) setProperty(filled, name, property);
    }
    this.encodeMembers(output, filled);
    return filled;
  }

  /** Writes the members from the object they belong to, and fills in what is not given. */
  encodeMembers(output: GuardedOutput, filled: OpenValue): void {
    const base = output.currentByteOffset;
    output.need(this.minSize);
    let end = base + this.minSize;
    let next = base;
    output.inside(this.#struct.name, filled, () => {
      for (const member of this.#members) {
        if (!output.holds(member.condition)) {
          member.refuse(output, base, filled);
          continue;
        }
        if (this.#struct.kind === 'union') {
          this.#encodeArm(output, member, base, filled);
          continue;
        }
        next = member.encode(output, { base, next }, filled);
        end = Math.max(end, next);
      }
      end = Math.max(end, base + this.#sizeByContents(output));
    });
    output.seekTo(base);
    output.need(end - base);
    output.seekTo(end);
  }

  /** Members of a union that are not given leave no trace. */
  #encodeArm(output: GuardedOutput, member: BlockMember, base: number, filled: OpenValue): void {
    if (!member.isGiven(filled)) return;
    const value = member.name === null ? filled : filled[member.name];
    const step = member.name === null ? '' : `.${member.name}`;
    output.writeBeside(step, value, () => member.encode(output, { base, next: base }, filled));
  }

  /** True where the object has one of the members. */
  isGiven(value: OpenValue): boolean {
    return this.#members.some((member) => member.isGiven(value));
  }

  /** Throws where the object has one of the members, none of which is there. */
  refuseMembers(output: GuardedOutput, base: number, value: OpenValue): void {
    for (const member of this.#members) member.refuse(output, base, value);
  }

  #sizeByContents(site: GuardedInput | GuardedOutput): number {
    return this.#struct.size === undefined || this.size !== null
      ? 0
      : Number(site.evaluate(this.#struct.size));
  }
}
