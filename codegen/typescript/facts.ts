import { InternalError } from '../../src/base/internal-error.ts';
import { type Abi, abis } from '../../src/layout/abi.ts';
import { constantScope } from '../../src/layout/constants.ts';
import { type Extent, extentOf } from '../../src/layout/extent.ts';
import { type Layout, layOut, type Member } from '../../src/layout/layout.ts';
import { integerNamed } from '../../src/layout/named-integer.ts';
import type { BitField } from '../../src/model/bits.ts';
import type { Struct } from '../../src/model/declaration.ts';
import { fold } from '../../src/model/evaluate.ts';
import { type Expression, partsOf } from '../../src/model/expression.ts';
import type { Field } from '../../src/model/field.ts';
import type { Model } from '../../src/model/model.ts';
import { scalars, type Type } from '../../src/model/type.ts';

/** What generators ask about the structs of a model on one abi; remembers the answers. */
export class StructFacts {
  readonly model: Model;
  readonly abi: Abi;
  readonly #layouts = new Map<string, Layout>();
  readonly #answers = new Map<string, boolean>();

  constructor(model: Model, abi: Abi) {
    this.model = model;
    this.abi = abi;
  }

  struct(name: string): Struct {
    const struct = this.model.structs.get(name);
    if (struct === undefined) throw new InternalError(`the model has no struct ${name}`);
    return struct;
  }

  layout(name: string): Layout {
    const known = this.#layouts.get(name);
    if (known !== undefined) return known;
    const layout = layOut(this.model, name, this.abi);
    this.#layouts.set(name, layout);
    return layout;
  }

  extent(type: Type): Extent {
    return extentOf(type, {
      abi: this.abi,
      layOut: (name) => this.layout(name),
      constant: (expression) => this.constant(expression, null),
    });
  }

  /** The value of an expression that needs nothing beyond declarations. */
  constant(expression: Expression, self: string | null): bigint | undefined {
    const scope = constantScope(
      this.model,
      (name) => (this.model.structs.has(name) ? this.layout(name) : undefined),
      self,
    );
    return fold(expression, {
      ...scope,
      lookup: ([name = '', ...rest]) => (rest.length === 0 ? this.constantOf(name) : undefined),
    });
  }

  /** A named integer: a constant, flag, value, or a macro of a register. */
  constantOf(name: string): bigint | undefined {
    return integerNamed(this.model, name, this.abi);
  }

  /** True where the bytes that a struct takes depend on its contents, so that its codec wants to know the end. */
  isDynamic(name: string): boolean {
    return this.#ask(`dynamic ${name}`, () => {
      const { size, minSize, members } = this.layout(name);
      if (size === null || size !== minSize || this.struct(name).size !== undefined) {
        return (
          size === null ||
          size !== minSize ||
          this.constant(this.struct(name).size ?? zero, name) === undefined
        );
      }
      return members.some((member) => 'type' in member && this.isDynamicType(member.type));
    });
  }

  isDynamicType(type: Type): boolean {
    switch (type.kind) {
      case 'named':
        return this.isDynamic(type.name);
      case 'array':
        return this.isDynamicType(type.element);
      case 'flexible':
        return true;
      case 'scalar':
      case 'pointer':
        return false;
    }
  }

  /** True where decoding or encoding needs values from around the struct: `outer.`, `peer.`, `env.`. */
  usesContext(name: string): boolean {
    return this.#ask(`context ${name}`, () => {
      const struct = this.struct(name);
      const own = struct.size !== undefined && leavesStruct(struct.size);
      return own || struct.fields.some((field) => this.#fieldUsesContext(field));
    });
  }

  /** True where the byte order of the machine matters, of integers or of bit-fields. */
  hasNativeOrder(name: string): boolean {
    return this.#ask(`native ${name}`, () => {
      const { kind, fields } = this.struct(name);
      return fields.some((field) => this.#isNativeField(field, kind !== 'registers'));
    });
  }

  /** True where the fields lie at the same places as on another abi. */
  agreesWith(other: StructFacts, name: string): boolean {
    return this.#ask(`like ${other.abi.name} ${name}`, () => {
      return (
        shapeOf(this.layout(name)) === shapeOf(other.layout(name)) &&
        this.#sizesIn(name) === other.#sizesIn(name)
      );
    });
  }

  /** Values of sizeof and offsetof in the expressions of a struct and of those in it, as text to compare. */
  #sizesIn(name: string): string {
    const { fields, size } = this.struct(name);
    const sizes: string[] = [];
    const visit = (expression: Expression): void => {
      const constant = expression.kind === 'call' && /^(size|offset)of/.test(expression.callee);
      if (constant) sizes.push(`${this.constant(expression, name)}`);
      else partsOf(expression).forEach(visit);
    };
    for (const { condition, at, count, auto, type } of fields) {
      for (const expression of [condition, at, count, auto]) if (expression !== undefined) visit(expression);
      for (const inner of structsIn(type)) sizes.push(this.#sizesIn(inner));
    }
    if (size !== undefined) visit(size);
    return sizes.join();
  }

  #fieldUsesContext(field: Field): boolean {
    const { condition, at, count, auto } = field;
    const expressions = [condition, at, count, auto, ...(field.bits ?? []).flatMap(bitConditions)];
    if (expressions.some((expression) => expression !== undefined && leavesStruct(expression))) return true;
    return structsIn(field.type).some((name) => this.usesContext(name));
  }

  #isNativeField(field: Field, ownOrder: boolean): boolean {
    return field.bitWidth !== undefined || this.#isNative(field.type, ownOrder);
  }

  #isNative(type: Type, ownOrder: boolean): boolean {
    switch (type.kind) {
      case 'scalar':
        return ownOrder && scalars[type.name].bytes > 1 && scalars[type.name].order === 'native';
      case 'pointer':
        return ownOrder;
      case 'array':
      case 'flexible':
        return this.#isNative(type.element, ownOrder);
      case 'named': {
        const inner = this.struct(type.name);
        return inner.inline
          ? inner.fields.some((field) => this.#isNativeField(field, ownOrder))
          : this.hasNativeOrder(type.name);
      }
    }
  }

  #ask(question: string, answer: () => boolean): boolean {
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    this.#answers.set(question, false);
    const value = answer();
    this.#answers.set(question, value);
    return value;
  }
}

const zero: Expression = { kind: 'integer', value: 0n, text: '0', span: { file: '', start: 0, end: 0 } };

const suffixes = { lp64: '', ilp32: 'Ilp32', i386: 'I386' } as const;

/** The facts of the abis of one byte order, and which codec of a struct serves which abi. */
export class AbiFacts {
  readonly lp64: StructFacts;
  readonly ilp32: StructFacts;
  readonly i386: StructFacts;

  constructor(model: Model, endian: 'little' | 'big') {
    const big = endian === 'big';
    this.lp64 = new StructFacts(model, big ? abis['lp64-be'] : abis.lp64);
    this.ilp32 = new StructFacts(model, big ? abis['ilp32-be'] : abis.ilp32);
    this.i386 = new StructFacts(model, big ? abis['i386-be'] : abis.i386);
  }

  /** What stands behind the names of the functions that serve an abi. */
  suffix(abi: 'lp64' | 'ilp32' | 'i386', struct: string): string {
    if (abi === 'i386' && !this.i386.agreesWith(this.ilp32, struct)) {
      return this.i386.agreesWith(this.lp64, struct) ? '' : suffixes.i386;
    }
    if (abi === 'lp64' || this.ilp32.agreesWith(this.lp64, struct)) return '';
    return suffixes.ilp32;
  }

  /** The facts for which functions of a struct are generated. */
  variants(struct: string): readonly { readonly facts: StructFacts; readonly suffix: string }[] {
    const seen = new Set<string>();
    return [this.lp64, this.ilp32, this.i386].flatMap((facts) => {
      const suffix = this.suffix(facts.abi.name, struct);
      if (seen.has(suffix)) return [];
      seen.add(suffix);
      return [{ facts, suffix }];
    });
  }
}

/** Names of the structs that a type holds by value. */
export function structsIn(type: Type): readonly string[] {
  switch (type.kind) {
    case 'named':
      return [type.name];
    case 'array':
    case 'flexible':
      return structsIn(type.element);
    case 'scalar':
    case 'pointer':
      return [];
  }
}

/** Conditions of a range of bits; those of finer names inside do not matter to a codec. */
export function bitConditions(bits: BitField): readonly Expression[] {
  return bits.condition === undefined ? [] : [bits.condition];
}

function leavesStruct(expression: Expression): boolean {
  if (expression.kind === 'name')
    return ['outer', 'peer', 'env'].includes(expression.path[0] ?? '') && expression.path.length > 1;
  return partsOf(expression).some(leavesStruct);
}

/** Places and sizes of all members, as text to compare. */
function shapeOf(layout: Layout): string {
  const member = (each: Member): unknown => {
    if (each.kind === 'hole' || each.kind === 'padding')
      return [each.kind, each.offset, each.size, each.bitWidth];
    const nested = each.kind === 'field' && each.nested !== null ? shapeOf(each.nested) : '';
    return [each.name, each.offset, each.size, each.kind === 'bits' ? each.bitOffset : '', nested];
  };
  return JSON.stringify([layout.size, layout.minSize, layout.members.map(member)]);
}
