import { joinBits } from '../codec/oracle/bits-value.ts';
import { isSame, propertyOf } from '../codec/oracle/value.ts';
import { type PlannedMember, planOf } from './call-plan.ts';
import type { CallReader } from './call-reader.ts';
import { bitsText, isInteger, isObject, isZero } from './call-values.ts';
import { type KnownMemory, unknownMemory } from './known-memory.ts';
import type { Pointed } from './pointed.ts';
import { quotedBytes } from './quoted-bytes.ts';

/** A call's argument at one time: the struct, and what is known of memory then. */
export interface CallSide {
  readonly value: object;
  /** Bytes of the struct that were handed over; members beyond are not looked at. */
  readonly size: number;
  readonly memory: KnownMemory;
}

/** What is shown of an argument on its way in. */
export interface InputOptions {
  /** Also members that the kernel does not take in this call, where they are set: one of them may be the reason. */
  readonly failed?: boolean;
  /** A value of an enum that is said elsewhere, by its short name. */
  readonly said?: string | undefined;
}

/** How the header of a chain's element is written. */
export interface ElementHead {
  /** The header's struct, the first member of the element. */
  readonly header: string;
  readonly head: readonly string[];
}

/** Elements of an array that are shown, as strace does. */
const elementsShown = 32;

/** Writes arguments of calls as strace does: `{flags=FIXED_IOVA|READABLE, ioas_id=2, length=0x1000}`. */
export class CallText {
  readonly #reader: CallReader;

  constructor(reader: CallReader) {
    this.#reader = reader;
  }

  /** What goes in: members that the kernel takes, and what they point to. Reserved ones only where they are set. */
  input(struct: string, side: CallSide, { failed = false, said }: InputOptions = {}): string {
    const { value, size, memory } = side;
    return `{${this.#input(struct, value, { size, memory, failed, said, all: false, without: undefined }).join(', ')}}`;
  }

  /** All members within a size in bytes, whichever way they go. */
  whole(struct: string, value: object, size = Number.POSITIVE_INFINITY): string {
    return `{${this.#input(struct, value, { ...everything, size }).join(', ')}}`;
  }

  /** An element of a chain: its id and version in the place of the header, then all other members. */
  element(struct: string, value: object, { header, head }: ElementHead): string {
    const [first] = planOf(this.#reader.world, struct);
    const headed = first?.struct === header && first.name !== null;
    const rest = this.#input(struct, value, headed ? { ...everything, without: first } : everything);
    return `{${[...(headed ? head : []), ...rest].join(', ')}}`;
  }

  /**
   * What the call changed, what it alone says, and what it wrote where members point to; empty where there is nothing.
   */
  output(struct: string, before: CallSide, after: CallSide, succeeded: boolean): string {
    const parts = this.#output(struct, before.value, after.value, { before, after, succeeded, base: 0 });
    return parts.length === 0 ? '' : `{${parts.join(', ')}}`;
  }

  #input(struct: string, value: object, pass: InputPass): string[] {
    const parts: string[] = [];
    this.#reader.site.inside(struct, value, () => {
      for (const member of planOf(this.#reader.world, struct)) {
        if (member.offset >= pass.size || member === pass.without) continue;
        if (member.name === null) {
          if (member.struct !== null && this.#reader.site.holds(member.field.condition)) {
            parts.push(...this.#input(member.struct, value, insideOf(pass, member)));
          }
          continue;
        }
        const given = this.#reader.given(struct, member, value);
        if (given === undefined || !this.#isShown(member, given, pass)) continue;
        parts.push(`${member.name}=${this.#text(member, given, pass)}`);
      }
    });
    return parts;
  }

  #isShown({ field, integer }: PlannedMember, value: unknown, pass: InputPass): boolean {
    if (field.reserved !== undefined) return !isZero(value);
    if (field.auto !== undefined && !pass.all && isInteger(value)) {
      return this.#reader.site.evaluate(field.auto) !== BigInt(value);
    }
    if (pass.said !== undefined && field.enumeration !== undefined && isInteger(value)) {
      if (integer(BigInt(value)) === pass.said) return false;
    }
    if (pass.all || this.#reader.goes(field.direction.in)) return true;
    return pass.failed && field.direction.in !== false && !isZero(value);
  }

  #text(member: PlannedMember, value: unknown, pass: InputPass): string {
    const { field } = member;
    if (isInteger(value)) {
      const integer = BigInt(value);
      const access = field.userPointer?.access;
      if (access === 'read' || access === 'readwrite') {
        const pointed = this.#reader.pointed(member, integer, pass.memory);
        if (pointed !== undefined) return this.#pointedText(pointed);
      }
      return member.integer(integer);
    }
    if (value instanceof Uint8Array) return quotedBytes(value, field.text === 'ascii');
    if (Array.isArray(value)) return this.#list(member, value as unknown[]);
    if (typeof value !== 'object' || value === null) return '';
    if (field.bits !== undefined) return bitsText(value, joinBits(value, field.bits));
    if (member.struct === null) return '';
    return `{${this.#input(member.struct, value, insideOf(pass, member)).join(', ')}}`;
  }

  #list(member: PlannedMember, values: readonly unknown[]): string {
    const texts = values.slice(0, elementsShown).map((value) => {
      if (isInteger(value)) return member.integer(BigInt(value));
      if (value instanceof Uint8Array) return quotedBytes(value, false);
      return member.element === null || typeof value !== 'object' || value === null
        ? ''
        : this.whole(member.element, value);
    });
    return `[${texts.join(', ')}${values.length > elementsShown ? ', ...' : ''}]`;
  }

  #pointedText({ bytes, complete, struct, size, array, elements }: Pointed): string {
    if (elements === null) return `${quotedBytes(bytes, false)}${complete || bytes.length > 32 ? '' : '...'}`;
    const texts = elements
      .slice(0, elementsShown)
      .map(({ value }) =>
        typeof value === 'bigint' ? String(value) : struct === null ? '' : this.whole(struct, value, size),
      );
    if (!array) return texts.join('');
    return `[${texts.join(', ')}${complete && elements.length <= elementsShown ? '' : ', ...'}]`;
  }

  #output(struct: string, before: object, after: object, pass: OutputPass): string[] {
    const parts: string[] = [];
    this.#reader.site.inside(struct, after, () => {
      for (const member of planOf(this.#reader.world, struct)) {
        if (pass.base + member.offset >= pass.after.size) continue;
        if (member.name === null) {
          if (member.struct !== null && this.#reader.site.holds(member.field.condition)) {
            const base = pass.base + member.offset;
            parts.push(...this.#output(member.struct, before, after, { ...pass, base }));
          }
          continue;
        }
        const was = propertyOf(before, member.name);
        const is = this.#reader.given(struct, member, after);
        if (is === undefined) continue;
        const text = this.#changed(struct, member, { was, is, before }, pass);
        if (text !== '') parts.push(`${member.name}=${text}`);
      }
    });
    return parts;
  }

  #changed(struct: string, member: PlannedMember, { was, is, before }: Change, pass: OutputPass): string {
    if (member.struct !== null && member.field.bits === undefined && isObject(was) && isObject(is)) {
      const inner = this.#output(member.struct, was, is, { ...pass, base: pass.base + member.offset });
      return inner.length === 0 ? '' : `{${inner.join(', ')}}`;
    }
    if (isInteger(is)) {
      const written = this.#written(struct, member, BigInt(is), before, pass);
      if (written !== '') return written;
    }
    // What the kernel alone says is not to be seen on the way in, so it is shown even where the bytes were there before.
    const { direction, reserved } = member.field;
    const said =
      pass.succeeded &&
      reserved === undefined &&
      this.#reader.goes(direction.out) &&
      !this.#reader.goes(direction.in);
    if (!said && isSame(was, is)) return '';
    return this.#text(member, is, everything);
  }

  /** What the call wrote where a member points to; empty where it wrote nothing. */
  #written(struct: string, member: PlannedMember, address: bigint, before: object, pass: OutputPass): string {
    const pointer = member.field.userPointer;
    if (pointer?.access !== 'write' && pointer?.access !== 'readwrite') return '';
    const [was, is] = [pass.before.memory(address), pass.after.memory(address)];
    if (is.length === 0 || isSame(was, is)) return '';
    // The kernel writes as much as there was room for, and then says how much there is.
    const room = this.#reader.site.inside(struct, before, () => this.#reader.site.evaluate(pointer.count));
    const pointed = this.#reader.pointed(member, address, pass.after.memory, room);
    if (pointed === undefined || isSame(was.subarray(0, pointed.bytes.length), pointed.bytes)) return '';
    return this.#pointedText(pointed);
  }
}

interface InputPass extends Pick<CallSide, 'size' | 'memory'> {
  readonly failed: boolean;
  readonly said: string | undefined;
  /** Whichever way members go. */
  readonly all: boolean;
  readonly without: PlannedMember | undefined;
}

const everything: InputPass = {
  size: Number.POSITIVE_INFINITY,
  memory: unknownMemory,
  failed: true,
  said: undefined,
  all: true,
  without: undefined,
};

interface OutputPass {
  readonly before: CallSide;
  readonly after: CallSide;
  readonly succeeded: boolean;
  /** Bytes from the start of the argument to the struct. */
  readonly base: number;
}

interface Change {
  readonly was: unknown;
  readonly is: unknown;
  /** The struct that holds the member, before the call. */
  readonly before: object;
}

function insideOf({ size, memory, failed, all }: InputPass, { offset }: PlannedMember): InputPass {
  return { size: size - offset, memory, failed, said: undefined, all, without: undefined };
}
