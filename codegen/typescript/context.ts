import { formatExpression } from '../../src/layout/expression-text.ts';
import type { Expression } from '../../src/model/expression.ts';
import type { Printer } from '../printer.ts';
import { type Code, operand } from './code.ts';
import type { StructFacts } from './facts.ts';
import type { Module } from './module.ts';
import type { Item, Plan } from './plan.ts';
import { FunctionScope } from './scope.ts';

/** The place of a byte in the view: a constant distance from a variable, or a variable. */
export interface Place {
  readonly base: string;
  readonly delta: number;
}

/**
 * One generated function while it is printed: a decoder or an encoder. It has what both share: places, names and
 * expressions. Functions over it print the statements for one kind of member each.
 */
export class FunctionContext {
  readonly module: Module;
  readonly plan: Plan;
  readonly facts: StructFacts;
  readonly scope: FunctionScope;
  readonly printer: Printer;
  /** True where the struct's bytes depend on its contents. */
  readonly dynamic: boolean;
  /** True in an encoder that must track the end of what is written. */
  readonly tracks: boolean;
  /** Storage units of bit-fields that a decoder has read, by place. */
  readonly units = new Map<string, string>();
  /** In an encoder, the variable with the object that holds an item's property, by the group around. */
  readonly objects = new Map<string, string>();
  /** What an encoder has written. */
  readonly written = new Set<Item>();
  /** Storage units of bit-fields that it has written. */
  readonly unitsWritten = new Set<string>();
  readonly #encodes: boolean;
  /** Fields that stand right behind one whose end depends on the contents. */
  readonly #followers: ReadonlySet<Item>;
  readonly #minSize: number;

  constructor(module: Module, plan: Plan, kind: 'decoder' | 'encoder') {
    this.module = module;
    this.plan = plan;
    this.facts = plan.facts;
    this.printer = module.printer;
    this.#encodes = kind === 'encoder';
    this.scope = new FunctionScope(module, plan, this.#encodes);
    this.dynamic = plan.facts.isDynamic(plan.struct.name);
    this.tracks = this.#encodes && this.dynamic && plan.struct.kind === 'registers';
    this.#minSize = plan.layout.minSize;
    this.#followers = new Set(
      plan.items.filter((item) => item.delta === null && item.field.at === undefined),
    );
  }

  /** Prints a statement, or several lines of an object literal. */
  line(text: string): void {
    // A text of several lines is an object literal: its inner lines carry their own indentation.
    for (const each of text.split('\n')) this.printer.line(each);
  }

  /** Prints statements between a line and its end. */
  block(head: string, body: () => void, tail = '}'): void {
    this.line(head);
    this.printer.indented(body);
    if (tail !== '') this.line(tail);
  }

  /** The start of a block under a condition, with the schema's words where these say more. */
  ifLine(test: string, expression: Expression | undefined): string {
    const words = expression === undefined ? '' : formatExpression(expression);
    const same = words.replace(/[=!]==?/g, '') === test.replace(/[=!]==?/g, '');
    const line = `if (${test}) {`;
    return same || line.length + words.length > 100 ? line : `${line} // ${words}`;
  }

  /** Throws where a test holds. */
  guard(test: string, error: string): void {
    const line = `if (${test}) throw ${error};`;
    if (line.length <= 108) this.line(line);
    else this.block(`if (${test})`, () => this.line(`throw ${error};`), '');
  }

  /** The path of an item in errors: the struct's name and the members down to it. */
  where(item: Item): string {
    return `'${[this.plan.struct.name, ...item.path].join('.')}'`;
  }

  /** The expression for a place. */
  text(place: Place, more = 0): string {
    const delta = place.delta + more;
    return delta === 0 ? place.base : `${place.base} + ${delta}`;
  }

  /** True where a constant place is within what every value has, so that no further check is needed. */
  isSure(item: Item, bytes: number | null): boolean {
    return item.delta !== null && bytes !== null && item.delta + bytes <= this.#minSize;
  }

  /** True where a field follows an item whose end depends on the contents. */
  isFollowed(item: Item): boolean {
    const next = this.plan.items[this.plan.items.indexOf(item) + 1];
    return next !== undefined && this.#followers.has(next);
  }

  /** Whether some field stands right behind one whose end depends on the contents. */
  get hasFollowers(): boolean {
    return this.#followers.size > 0;
  }

  /** The number of bytes of an item, where they do not depend on the contents. */
  bytesOf(item: Item): number | null {
    const { type } = item.field;
    if (type.kind === 'flexible' || (type.kind === 'named' && this.facts.isDynamic(type.name))) return null;
    if (item.member.kind === 'bits') return item.member.size;
    return this.facts.extent(type).size;
  }

  /** The place of an item; declares a variable where it depends on the contents. */
  place(item: Item): Place {
    if (item.delta !== null) return { base: 'offset', delta: item.delta };
    if (item.field.at === undefined) return { base: 'next', delta: 0 };
    const at = this.scope.number(item.field.at, item.scopes);
    const name = this.scope.locals.uniqueName(`${item.name ?? 'it'}_at`);
    // Sums and products need no parentheses behind a sum.
    const plain = /^[\w.]+( [+*] [\w.]+)*$/.test(at.text);
    this.line(`const ${name} = offset + ${plain ? at.text : operand(at)};`);
    this.#checkPlace(item, name, at.first === null || at.first < 0n);
    return { base: name, delta: 0 };
  }

  /** Refuses a place before the struct, and in a decoder one beyond the end; encoders check the room when they write. */
  #checkPlace(item: Item, name: string, mayBeBefore: boolean): void {
    if (this.#encodes) {
      const error = `${this.module.runtime('noRoom')}(${this.where(item)}, ${name}, 0, 0)`;
      if (mayBeBefore) this.line(`if (!(${name} >= offset)) throw ${error};`);
      return;
    }
    const error = `${this.module.runtime('badOffset')}(${this.where(item)}, ${name}, limit)`;
    this.guard(`!(${mayBeBefore ? `${name} >= offset && ` : ''}${name} <= limit)`, error);
  }

  /** The number of elements of a flexible array, not below 0. */
  count(item: Item): Code | undefined {
    const { count } = item.field;
    if (count === undefined) return undefined;
    const code = this.scope.number(count, item.scopes);
    if (code.first !== null && code.first >= 0n) return code;
    return { ...code, text: `Math.max(${code.text}, 0)`, first: 0n, atom: true };
  }

  /** The test for an item that exists only under a condition. */
  condition(item: Item): string | undefined {
    const { condition } = item.field;
    return condition === undefined ? undefined : this.scope.condition(condition, item.scopes);
  }

  /** Arguments after the place for the functions of a nested struct. */
  nestedArguments(struct: string, decoding: boolean): string {
    const context = this.facts.usesContext(struct);
    const end = decoding && this.facts.isDynamic(struct) ? ', limit' : '';
    return `${end}${context ? ', context' : ''}`;
  }
}
