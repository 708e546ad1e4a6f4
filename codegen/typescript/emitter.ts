import { formatExpression } from '../../src/layout/expression-text.ts';
import type { BitField } from '../../src/model/bits.ts';
import type { Expression } from '../../src/model/expression.ts';
import type { Type } from '../../src/model/type.ts';
import type { Printer } from '../printer.ts';
import { type Code, operand } from './code.ts';
import { bitConditions, type StructFacts } from './facts.ts';
import type { Module } from './module.ts';
import type { Item, Plan } from './plan.ts';
import { FunctionScope } from './scope.ts';

/** The place of a byte in the view: a constant distance from a variable, or a variable. */
export interface Place {
  readonly base: string;
  readonly delta: number;
}

/** What decoders and encoders share: places, names, expressions. */
export abstract class Emitter {
  readonly module: Module;
  readonly plan: Plan;
  readonly facts: StructFacts;
  readonly scope: FunctionScope;
  readonly printer: Printer;
  /** True where the struct's bytes depend on its contents. */
  readonly dynamic: boolean;
  /** True where a field stands right behind one whose end depends on the contents. */
  readonly #followers: ReadonlySet<Item>;
  readonly #minSize: number;

  constructor(module: Module, plan: Plan, withAuto: boolean) {
    this.module = module;
    this.plan = plan;
    this.facts = plan.facts;
    this.printer = module.printer;
    this.scope = new FunctionScope(module, plan, withAuto);
    this.dynamic = plan.facts.isDynamic(plan.struct.name);
    this.#minSize = plan.layout.minSize;
    this.#followers = new Set(
      plan.items.filter((item) => item.delta === null && item.field.at === undefined),
    );
  }

  protected line(text: string): void {
    // A text of several lines is an object literal: its inner lines carry their own indentation.
    for (const each of text.split('\n')) this.printer.line(each);
  }

  protected block(head: string, body: () => void, tail = '}'): void {
    this.line(head);
    this.printer.indented(body);
    if (tail !== '') this.line(tail);
  }

  /** The start of a block under a condition, with the schema's words where these say more. */
  protected ifLine(test: string, expression: Expression | undefined): string {
    const words = expression === undefined ? '' : formatExpression(expression);
    const same = words.replace(/[=!]==?/g, '') === test.replace(/[=!]==?/g, '');
    const line = `if (${test}) {`;
    return same || line.length + words.length > 100 ? line : `${line} // ${words}`;
  }

  /** Throws where a test holds. */
  protected guard(test: string, error: string): void {
    const line = `if (${test}) throw ${error};`;
    if (line.length <= 108) this.line(line);
    else this.block(`if (${test})`, () => this.line(`throw ${error};`), '');
  }

  /** The path of an item in errors: the struct's name and the members down to it. */
  protected where(item: Item): string {
    return `'${[this.plan.struct.name, ...item.path].join('.')}'`;
  }

  protected text(place: Place, more = 0): string {
    const delta = place.delta + more;
    return delta === 0 ? place.base : `${place.base} + ${delta}`;
  }

  /** True where a constant place is within what every value has, so that no further check is needed. */
  protected isSure(item: Item, bytes: number | null): boolean {
    return item.delta !== null && bytes !== null && item.delta + bytes <= this.#minSize;
  }

  /** True where a field follows an item whose end depends on the contents. */
  protected isFollowed(item: Item): boolean {
    const next = this.plan.items[this.plan.items.indexOf(item) + 1];
    return next !== undefined && this.#followers.has(next);
  }

  protected get hasFollowers(): boolean {
    return this.#followers.size > 0;
  }

  /** The number of bytes of an item, where they do not depend on the contents. */
  protected bytesOf(item: Item): number | null {
    const { type } = item.field;
    if (type.kind === 'flexible' || (type.kind === 'named' && this.facts.isDynamic(type.name))) return null;
    if (item.member.kind === 'bits') return item.member.size;
    return this.facts.extent(type).size;
  }

  /** The place of an item; declares a variable where it depends on the contents. */
  protected place(item: Item): Place {
    if (item.delta !== null) return { base: 'offset', delta: item.delta };
    if (item.field.at === undefined) return { base: 'next', delta: 0 };
    const at = this.scope.number(item.field.at, item.scopes);
    const name = this.scope.locals.claim(`${item.name ?? 'it'}_at`);
    // Sums and products need no parentheses behind a sum.
    const plain = /^[\w.]+( [+*] [\w.]+)*$/.test(at.text);
    this.line(`const ${name} = offset + ${plain ? at.text : operand(at)};`);
    if (at.first === null || at.first < 0n) this.checkPlace(item, name);
    else this.checkPlaceEnd(item, name);
    return { base: name, delta: 0 };
  }

  /** Code that refuses a place before the struct. */
  protected abstract checkPlace(item: Item, name: string): void;
  /** Code that refuses a place beyond the end. */
  protected abstract checkPlaceEnd(item: Item, name: string): void;

  /** The number of elements of a flexible array, not below 0. */
  protected count(item: Item): Code | undefined {
    const { count } = item.field;
    if (count === undefined) return undefined;
    const code = this.scope.number(count, item.scopes);
    if (code.first !== null && code.first >= 0n) return code;
    return { ...code, text: `Math.max(${code.text}, 0)`, first: 0n, atom: true };
  }

  protected condition(item: Item): string | undefined {
    const { condition } = item.field;
    return condition === undefined ? undefined : this.scope.condition(condition, item.scopes);
  }

  /** Arguments after the place for the functions of a nested struct. */
  protected nestedArguments(struct: string, decoding: boolean): string {
    const context = this.facts.usesContext(struct);
    const end = decoding && this.facts.isDynamic(struct) ? ', limit' : '';
    return `${end}${context ? ', context' : ''}`;
  }
}

/** What the bits of a register leave over. */
export interface BitCover {
  readonly always: readonly BitField[];
  readonly sometimes: readonly BitField[];
  /** Bits that no unconditional range has. */
  readonly uncovered: bigint;
}

/** Which bits of an integer are named always, and which under a condition. */
export function bitCover(bits: readonly BitField[], width: number): BitCover {
  const always = bits.filter((range) => bitConditions(range).length === 0);
  const covered = always.reduce((mask, range) => mask | bitMask(range), 0n);
  return {
    always,
    sometimes: bits.filter((range) => !always.includes(range)),
    uncovered: ((1n << BigInt(width)) - 1n) & ~covered,
  };
}

/** The bits of a range in place. */
export function bitMask({ low, high }: Pick<BitField, 'low' | 'high'>): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}

/** The type that arrays hold in the end, and the lengths on the way there; null for a flexible one. */
export function elementType(type: Type): Type {
  return type.kind === 'array' || type.kind === 'flexible' ? type.element : type;
}
