import type { Abi } from '../layout/abi.ts';
import { constantScope } from '../layout/constants.ts';
import { layOut } from '../layout/layout.ts';
import type { BitsMember, FieldMember, Layout } from '../layout/member.ts';
import { integerNamed } from '../layout/named-integer.ts';
import type { Expression } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import { type PathTarget, resolvePath } from '../model/path.ts';
import {
  type ByteOrder,
  integerFormat,
  memberOfField,
  orderIn,
  orderInside,
  type Place,
  placeOfBits,
  placeOfMember,
} from './place.ts';
import { type ArithmeticName, binary, call, conditional, constant, read, type Term, unary } from './term.ts';

/** A struct that expressions see, at its place in the bytes. */
export interface Frame {
  readonly layout: Layout;
  /** Bytes from the start of the struct that is checked. */
  readonly offset: number;
  /** Path of the struct with a dot at its end; empty for the outermost. */
  readonly prefix: string;
  /** Byte order of integers that have none of their own. */
  readonly order: ByteOrder;
}

/** What a compilation knows beside the model. */
export interface Surroundings {
  readonly model: Model;
  readonly abi: Abi;
  /** Values of `env.NAME`; what is not here makes a rule undecidable. */
  readonly env: Readonly<Record<string, bigint>>;
}

/** A member and where it stands. */
interface Found {
  readonly member: FieldMember | BitsMember;
  readonly frame: Frame;
  readonly offset: number;
  readonly path: string;
}

/** The frame of a struct that stands on its own. */
export function outermostFrame({ model, abi }: Surroundings, struct: string): Frame {
  const layout = layOut(model, struct, abi);
  return { layout, offset: 0, prefix: '', order: orderIn(model, struct, abi) };
}

/** Turns expressions that stand in a struct into terms over its bytes. */
export class TermScope {
  readonly around: Surroundings;
  /** The struct and those around it, the outermost first. */
  readonly frames: readonly Frame[];

  constructor(around: Surroundings, frames: readonly Frame[]) {
    this.around = around;
    this.frames = frames;
  }

  get #struct(): string {
    return (this.frames.at(-1) as Frame).layout.name;
  }

  /** The term of an expression; undefined where the bytes do not decide it. */
  term(expression: Expression): Term | undefined {
    switch (expression.kind) {
      case 'integer':
        return constant(expression.value);
      case 'name':
        return this.#name(expression.path);
      case 'unary': {
        const operand = this.term(expression.operand);
        return operand && unary(expression.operator, operand);
      }
      case 'binary':
        return this.#binary(expression);
      case 'conditional': {
        const test = this.term(expression.test);
        if (test?.kind === 'constant')
          return this.term(test.value !== 0n ? expression.then : expression.else);
        const [then, otherwise] = [this.term(expression.then), this.term(expression.else)];
        return test && then && otherwise && conditional(test, then, otherwise);
      }
      case 'call':
        return this.#call(expression);
    }
  }

  /** `&&` and `||` are decided by one side, even where the other is unknown. */
  #binary({ operator, left, right }: Expression & { kind: 'binary' }): Term | undefined {
    const [a, b] = [this.term(left), this.term(right)];
    if (a !== undefined && b !== undefined) return binary(operator, a, b);
    // A value that the release does not know equals nothing.
    if ((operator === '==' || operator === '!=') && (this.#isMissing(left) || this.#isMissing(right))) {
      return constant(operator === '==' ? 0n : 1n);
    }
    const known = a ?? b;
    if (known?.kind !== 'constant') return undefined;
    if (operator === '&&' && known.value === 0n) return known;
    return operator === '||' && known.value !== 0n ? constant(1n) : undefined;
  }

  /** True for a constant that exists in other releases only: the resolver has seen that it is declared. */
  #isMissing(expression: Expression): boolean {
    return (
      expression.kind === 'name' &&
      expression.path.length === 1 &&
      this.resolve(expression.path) === undefined
    );
  }

  #name(path: readonly string[]): Term | undefined {
    const target = this.resolve(path);
    switch (target?.kind) {
      case 'constant':
        return constant(target.value);
      case 'environment': {
        const value = this.around.env[target.name];
        return value === undefined ? undefined : constant(value);
      }
      case 'field':
        return this.#fieldTerm(target);
      default:
        return undefined;
    }
  }

  #fieldTerm(target: PathTarget & { kind: 'field' }): Term | undefined {
    const place = this.placeOf(target);
    if (place === undefined) return undefined;
    if (target.flag === undefined) return read(place);
    return binary('!=', binary('&', read(place), constant(target.flag.value)), constant(0n));
  }

  /** What a path means here. */
  resolve(path: readonly string[]): PathTarget | undefined {
    const { model, abi } = this.around;
    return resolvePath(model, this.#struct, path, (name) => integerNamed(model, name, abi));
  }

  /** Where a field's integer stands, or the bits that a path names. */
  placeOf(target: PathTarget & { kind: 'field' }): Place | undefined {
    const found = this.find(target);
    const whole =
      found && placeOfMember(found.member, { ...found, order: found.frame.order }, this.around.abi);
    return whole === undefined || target.bits === undefined ? whole : placeOfBits(whole, target.bits);
  }

  /** The member that a path leads to. */
  find({ steps }: PathTarget & { kind: 'field' }): Found | undefined {
    let frame = this.frames.findLast(({ layout }) => layout.name === steps[0]?.struct);
    let found: Found | undefined;
    for (const { field } of steps) {
      const member: FieldMember | BitsMember | undefined = memberOfField(frame?.layout ?? null, field);
      if (frame === undefined || member === undefined || member.offset === null) return undefined;
      const offset = frame.offset + member.offset;
      const path = frame.prefix + (member.name ?? '');
      found = { member, frame, offset, path };
      frame = member.kind === 'field' ? innerFrame(this.around, frame, member) : undefined;
    }
    return found;
  }

  #call({ callee, args }: Expression & { kind: 'call' }): Term | undefined {
    if (callee === 'sizeof' || callee === 'offsetof' || callee === 'offsetofend') {
      const { model, abi } = this.around;
      const scope = constantScope(
        model,
        (name) => layOut(model, name, abi),
        this.frames[0]?.layout.name ?? null,
      );
      const value = scope.call?.(callee, args);
      return value === undefined ? undefined : constant(value);
    }
    if (callee === 'count' || callee === 'length' || callee === 'has') return this.#measure(callee, args[0]);
    const [x, y] = args.map((argument) => this.term(argument));
    if (x === undefined || (args.length > 1 && y === undefined)) return undefined;
    return call(callee as ArithmeticName, x, y ?? null);
  }

  #measure(callee: 'count' | 'length' | 'has', argument: Expression | undefined): Term | undefined {
    const target = argument?.kind === 'name' ? this.resolve(argument.path) : undefined;
    if (target?.kind !== 'field') return undefined;
    const field = target.steps.at(-1)?.field;
    if (field === undefined) return undefined;
    if (callee === 'has') return field.condition === undefined ? constant(1n) : this.term(field.condition);
    const count = field.userPointer?.count ?? field.count;
    const { type } = field;
    const number =
      count !== undefined
        ? this.term(count)
        : type.kind === 'array'
          ? constant(BigInt(type.length))
          : undefined;
    if (callee === 'count' || number === undefined) return number;
    const bytes = this.elementBytes(field.userPointer === undefined ? type : null);
    return bytes === undefined ? undefined : binary('*', number, constant(BigInt(bytes)));
  }

  /** Bytes of an element of an array; 1 for plain memory. */
  elementBytes(type: FieldMember['type'] | null): number | undefined {
    if (type === null) return 1;
    if (type.kind === 'array' || type.kind === 'flexible') return this.elementBytes(type.element);
    if (type.kind === 'named') return layOut(this.around.model, type.name, this.around.abi).size ?? undefined;
    return integerFormat(type, this.around.abi.endian, this.around.abi)?.bytes;
  }
}

/** The frame of a struct inside another one; undefined where its place depends on the contents. */
export function innerFrame(
  { model, abi }: Surroundings,
  frame: Frame,
  member: FieldMember,
): Frame | undefined {
  if (member.nested === null || member.offset === null || member.type.kind !== 'named') return undefined;
  const { name } = member;
  const declared = model.structs.get(member.nested.name);
  if (declared === undefined) return undefined;
  return {
    layout: member.nested,
    offset: frame.offset + member.offset,
    prefix: name === null ? frame.prefix : `${frame.prefix}${name}.`,
    order: orderInside(declared, frame.order, abi),
  };
}
