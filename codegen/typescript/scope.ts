import { InternalError } from '../../src/base/internal-error.ts';
import { type BitField, restName } from '../../src/model/bits.ts';
import { type Expression, partsOf } from '../../src/model/expression.ts';
import { type PathStep, type PathTarget, resolvePath } from '../../src/model/path.ts';
import { orderIn } from '../../src/plan/place.ts';
import { asBoolean, asNumber, boolean, type Code, literal } from './code.ts';
import { type CodeScope, printCode } from './expression.ts';
import type { Module } from './module.ts';
import { LocalNames, runtimeNames } from './names.ts';
import { expressionsOf, type Placed } from './placed.ts';
import { type Item, type Plan, withOrder } from './plan.ts';
import { flagCode, integerCode, rangeCode, rangeWith } from './range-code.ts';
import { readScalar, type Scalar, scalarOf } from './scalar.ts';

/** An integer of the struct that an expression asks for: an item, or a member of a struct below it. */
export interface Reference {
  readonly item: Item;
  /** Steps below the item, for members of a struct that is declared on its own. */
  readonly tail: readonly PathStep[];
}

/** The local variables of one generated function, and what expressions mean in it. */
export class FunctionScope {
  readonly module: Module;
  readonly plan: Plan;
  readonly locals: LocalNames;
  /** Integers that expressions ask for, by key. */
  readonly references = new Map<string, Reference & { name: string }>();
  /** Items whose presence or number of elements an expression asks for. */
  readonly #presence = new Map<string, string>();
  readonly #counts = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /** @param withAuto whether the function computes what callers leave out */
  constructor(
    module: Module,
    plan: Plan,
    withAuto: boolean,
    expressions: readonly Placed[] = expressionsOf(plan),
  ) {
    this.module = module;
    this.plan = plan;
    this.locals = new LocalNames(runtimeNames);
    for (const { scopes, expression, auto } of expressions) {
      if (withAuto || !auto) this.#collect(expression, scopes, auto);
    }
  }

  /** The variable that holds an item: its integer, or what is made from it. */
  nameOf(item: Item): string {
    let name = this.#names.get(item.id);
    if (name === undefined) {
      const reference = this.references.get(item.id);
      name = reference?.name ?? this.locals.uniqueName(item.name === null ? 'anonymous' : variableName(item));
      this.#names.set(item.id, name);
    }
    return name;
  }

  /** True where an expression asks for the integer that the item is. */
  isReferenced(item: Item): boolean {
    return this.references.has(item.id);
  }

  /** The variable that tells whether an item exists; undefined where nothing asks for it. */
  presenceOf(item: Item): string | undefined {
    return this.#presence.get(item.id);
  }

  /** The variable with the number of elements of an array; undefined where nothing asks for it. */
  countOf(item: Item): string | undefined {
    return this.#counts.get(item.id);
  }

  /** The code of an expression that stands at an item. */
  code(expression: Expression, scopes: readonly string[]): Code {
    return printCode(expression, this.#codeScope(scopes));
  }

  /** The code of what an encoder fills in; `given` is the number of elements that the caller gave for an array. */
  autoCode(expression: Expression, scopes: readonly string[], given: (array: Item) => string): Code {
    const scope = this.#codeScope(scopes);
    const call: CodeScope['call'] = (each) => {
      const [argument] = each.args;
      const target = argument?.kind === 'name' ? this.#resolve(argument.path, scopes) : undefined;
      const item = target?.kind === 'field' ? this.#locate(target.steps)?.item : undefined;
      if (each.callee === 'has' || item?.field.type.kind !== 'flexible') return scope.call(each);
      const bytes = each.callee === 'length' ? this.elementBytes(item) : 1;
      const bounds = { first: 0n, last: 0xffff_ffffn * BigInt(bytes) };
      const text = bytes === 1 ? given(item) : `${bytes} * (${given(item)})`;
      return { ...bounds, text, type: 'number', atom: false };
    };
    return printCode(expression, { ...scope, call });
  }

  /** Bytes of an element of an array; the least there are where elements differ. */
  elementBytes(item: Item): number {
    const { type } = item.field;
    const extent = this.plan.facts.extent(
      type.kind === 'flexible' || type.kind === 'array' ? type.element : type,
    );
    return extent.size ?? extent.minSize;
  }

  condition(expression: Expression, scopes: readonly string[]): string {
    return asBoolean(this.code(expression, scopes)).text;
  }

  /** An expression as a number, for offsets and counts. */
  number(expression: Expression, scopes: readonly string[]): Code {
    return asNumber(this.code(expression, scopes));
  }

  /** Items whose integers an expression asks for; those in count, length and has only where `calls` says so. */
  itemsIn(expression: Expression, scopes: readonly string[], calls: boolean): readonly Item[] {
    const found: Item[] = [];
    this.#walk(expression, scopes, (call, target) => {
      if (call !== null && !calls) return;
      const item = target.kind === 'field' ? this.#locate(target.steps)?.item : undefined;
      if (item !== undefined) found.push(item);
    });
    return found;
  }

  /** A plain path to another item: a count that an encoder can fill in from the array. */
  fieldIn(
    expression: Expression,
    scopes: readonly string[],
  ): { item: Item; bits: BitField | undefined } | undefined {
    if (expression.kind !== 'name') return undefined;
    const target = this.#resolve(expression.path, scopes);
    if (target?.kind !== 'field' || target.flag !== undefined) return undefined;
    const reference = this.#locate(target.steps);
    if (reference === undefined || reference.tail.length > 0) return undefined;
    return { item: reference.item, bits: target.bits };
  }

  /** Where in the view a member of a nested struct stands, from the start of the function's struct. */
  static tailPlace(
    reference: Reference,
    plan: Plan,
  ): { readonly delta: number; readonly scalar: Scalar } | undefined {
    let delta = reference.item.delta;
    for (const { struct, field } of reference.tail) {
      const member = plan.facts
        .layout(struct)
        .members.find(
          (each) => 'field' in each && each.field.name === field.name && each.field.type === field.type,
        );
      if (delta === null || member?.kind !== 'field' || member.offset === null) return undefined;
      delta += member.offset;
    }
    const last = reference.tail.at(-1)?.field ?? reference.item.field;
    const holder = reference.tail.at(-1)?.struct;
    const abi =
      holder === undefined
        ? reference.item.abi
        : withOrder(plan.facts.abi, orderIn(plan.facts.model, holder, plan.facts.abi));
    const scalar = scalarOf(last.type, abi);
    return delta === null || scalar === undefined ? undefined : { delta, scalar };
  }

  #codeScope(scopes: readonly string[]): CodeScope {
    return {
      fold: (expression) =>
        this.#isConstant(expression, scopes)
          ? this.plan.facts.constant(expression, this.plan.struct.name)
          : undefined,
      name: (path) => this.#nameCode(path, scopes),
      call: (call) => this.#callCode(call, scopes),
      runtime: (name) => this.module.runtime(name),
    };
  }

  /** True where no name of the expression is a member. */
  #isConstant(expression: Expression, scopes: readonly string[]): boolean {
    if (expression.kind === 'name') return this.#resolve(expression.path, scopes)?.kind === 'constant';
    if (expression.kind === 'call' && /^(size|offset)of/.test(expression.callee)) return true;
    if (expression.kind === 'call' && ['count', 'length', 'has'].includes(expression.callee)) return false;
    return partsOf(expression).every((child) => this.#isConstant(child, scopes));
  }

  #nameCode(path: readonly string[], scopes: readonly string[]): Code {
    const target = this.#resolve(path, scopes);
    switch (target?.kind) {
      case 'constant':
        return literal(target.value);
      case 'environment':
        return this.#contextCode('envValue', [target.name]);
      case 'outer':
        return this.#contextCode('outerValue', target.path);
      case 'peer':
        return this.#peerCode(target);
      case 'field':
        return this.#fieldCode(target);
      case undefined:
        throw new InternalError(
          `an expression of ${this.plan.struct.name} names ${path.join('.')}, which is unknown`,
        );
    }
  }

  #fieldCode(target: PathTarget & { kind: 'field' }): Code {
    const reference = this.#locate(target.steps);
    const known = reference === undefined ? undefined : this.references.get(keyOf(reference));
    if (reference === undefined || known === undefined) return literal(0n);
    const last = target.steps.at(-1)?.field ?? reference.item.field;
    const scalar = scalarOf(last.type, this.plan.facts.abi);
    if (scalar === undefined) return literal(0n);
    const raw = integerCode(known.name, scalar, last.bits !== undefined, reference.item.member);
    const ranged = target.bits === undefined ? raw : rangeCode(raw, target.bits, scalar.bytes * 8);
    return target.flag === undefined ? ranged : flagCode(ranged, target.flag);
  }

  #peerCode(target: PathTarget & { kind: 'peer' }): Code {
    if (target.target?.kind !== 'field') return literal(0n);
    const { steps, bits, flag } = target.target;
    const ranges = steps.at(-1)?.field.bits;
    if (ranges !== undefined && bits === undefined)
      return this.#wholePeerRegister(target.struct, steps, ranges);
    const range = bits === undefined ? undefined : rangeWith(steps.at(-1)?.field.bits ?? [], bits);
    const path = [
      target.struct,
      ...steps.flatMap(({ field }) => field.name ?? []),
      ...(range === undefined ? [] : [range.name]),
    ];
    const value = this.#contextCode('peerValue', path);
    const inner =
      range === undefined || bits === undefined || range === bits
        ? value
        : rangeCode(
            value,
            { low: bits.low - range.low, high: bits.high - range.low },
            range.high - range.low + 1,
          );
    return flag === undefined ? inner : flagCode(inner, flag);
  }

  /** A register of which the value has the named bits apart: they are put together again. */
  #wholePeerRegister(struct: string, steps: readonly PathStep[], ranges: readonly BitField[]): Code {
    const path = [struct, ...steps.flatMap(({ field }) => field.name ?? [])];
    const first = ranges.filter(({ name }, i) => ranges.findIndex((other) => other.name === name) === i);
    const parts = first.map(({ name, low, high }) => {
      const { text } = this.#contextCode('peerValue', [...path, name]);
      return `(BigInt.asUintN(${high - low + 1}, ${text}) << ${low}n)`;
    });
    const rest = this.#contextCode('peerValue', [...path, restName(ranges)]).text;
    return { text: [rest, ...parts].join(' | '), type: 'bigint', first: null, last: null, atom: false };
  }

  #contextCode(name: string, path: readonly string[]): Code {
    const args = path.map((part) => `'${part}'`).join(', ');
    const text = `${this.module.runtime(name)}(context, ${args})`;
    return { text, type: 'bigint', first: null, last: null, atom: true };
  }

  #callCode(call: Expression & { kind: 'call' }, scopes: readonly string[]): Code {
    const [argument] = call.args;
    const path = argument?.kind === 'name' ? argument.path : [];
    const target = this.#resolve(path, scopes);
    if (call.callee === 'has') return this.#hasCode(target);
    const item = target?.kind === 'field' ? this.#locate(target.steps)?.item : undefined;
    if (item === undefined) return literal(0n);
    const { type } = item.field;
    const bytes = call.callee === 'length' ? BigInt(this.elementBytes(item)) : 1n;
    if (type.kind === 'array') return literal(BigInt(type.length) * bytes);
    const count = this.#counts.get(item.id);
    if (count === undefined) return literal(call.callee === 'length' ? bytes : 1n);
    const last = 0xffff_ffffn;
    if (bytes === 1n) return { text: count, type: 'number', first: 0n, last, atom: true };
    return { text: `${bytes} * ${count}`, type: 'number', first: 0n, last: last * bytes, atom: false };
  }

  #hasCode(target: PathTarget | undefined): Code {
    if (target?.kind === 'outer')
      return boolean(
        `${this.module.runtime('hasOuter')}(context, ${target.path.map((part) => `'${part}'`).join(', ')})`,
        true,
      );
    if (target?.kind === 'peer') {
      const steps =
        target.target?.kind === 'field' ? target.target.steps.flatMap(({ field }) => field.name ?? []) : [];
      const args = [target.struct, ...steps].map((part) => `'${part}'`).join(', ');
      return boolean(`${this.module.runtime('hasPeer')}(context, ${args})`, true);
    }
    if (target?.kind !== 'field') return literal(target === undefined ? 0n : 1n);
    const item = this.#locate(target.steps)?.item;
    const name = item === undefined ? undefined : this.#presence.get(item.id);
    return name === undefined ? literal(1n) : boolean(name, true);
  }

  #collect(expression: Expression, scopes: readonly string[], auto: boolean): void {
    this.#walk(expression, scopes, (call, target) => {
      if (target.kind !== 'field') return;
      const reference = this.#locate(target.steps);
      if (reference === undefined) return;
      const { item } = reference;
      if (call === 'has') {
        if (item.field.condition !== undefined)
          this.#claim(this.#presence, item.id, `has_${item.name ?? 'it'}`);
      } else if (call === 'count' || call === 'length') {
        if (item.field.type.kind === 'flexible' && !auto)
          this.#claim(this.#counts, item.id, `${item.name ?? 'array'}_count`);
      } else {
        const key = keyOf(reference);
        const integer = scalarOf(reference.tail.at(-1)?.field.type ?? item.field.type, this.plan.facts.abi);
        if (this.references.has(key) || integer === undefined) return;
        const last = reference.tail.at(-1)?.field.name ?? item.name ?? 'anonymous';
        const wanted = reference.tail.length === 0 ? variableName(item) : `${item.name ?? ''}_${last}`;
        this.references.set(key, { ...reference, name: this.locals.uniqueName(wanted) });
      }
    });
  }

  #claim(names: Map<string, string>, id: string, wanted: string): void {
    if (!names.has(id)) names.set(id, this.locals.uniqueName(wanted));
  }

  /** Visits the paths of an expression with the function that they are the argument of. */
  #walk(
    expression: Expression,
    scopes: readonly string[],
    visit: (call: string | null, target: PathTarget) => void,
  ): void {
    if (expression.kind === 'name') {
      const target = this.#resolve(expression.path, scopes);
      if (target !== undefined) visit(null, target);
      return;
    }
    if (expression.kind === 'call' && /^(size|offset)of/.test(expression.callee)) return;
    const [argument] = expression.kind === 'call' ? expression.args : [];
    if (expression.kind === 'call' && ['count', 'length', 'has'].includes(expression.callee)) {
      const target = argument?.kind === 'name' ? this.#resolve(argument.path, scopes) : undefined;
      if (target !== undefined) visit(expression.callee, target);
      return;
    }
    for (const child of partsOf(expression)) this.#walk(child, scopes, visit);
  }

  #resolve(path: readonly string[], scopes: readonly string[]): PathTarget | undefined {
    const { model } = this.module;
    for (const scope of scopes) {
      const target = resolvePath(model, scope, path, () => undefined);
      if (target !== undefined) return target;
    }
    const [name = ''] = path;
    const value = path.length === 1 ? this.plan.facts.constantOf(name) : undefined;
    return value === undefined ? undefined : { kind: 'constant', value };
  }

  #locate(steps: readonly PathStep[]): Reference | undefined {
    let candidates = this.plan.all;
    for (const [i, step] of steps.entries()) {
      const item = candidates.find(
        (each) =>
          each.owner.name === step.struct &&
          each.field.name === step.field.name &&
          each.field.type === step.field.type,
      );
      if (item === undefined) return undefined;
      if (item.kind !== 'group') return { item, tail: steps.slice(i + 1) };
      candidates = item.items;
    }
    return undefined;
  }
}

/** The key of a reference in {@link FunctionScope.references}. */
export function keyOf({ item, tail }: Reference): string {
  return [item.id, ...tail.map(({ field }) => field.name ?? '')].join('>');
}

/** The variable for an item; members of groups carry the group's name, so that they differ. */
function variableName(item: Item): string {
  return item.path.length > 1 ? item.path.slice(-2).join('_') : (item.name ?? 'anonymous');
}

/** The text that reads a reference below an item from the view. */
export function readTail(
  reference: Reference,
  plan: Plan,
): { readonly text: string; readonly delta: number; readonly bytes: number } | undefined {
  const place = FunctionScope.tailPlace(reference, plan);
  if (place === undefined) return undefined;
  const at = place.delta === 0 ? 'offset' : `offset + ${place.delta}`;
  const last = reference.tail.at(-1)?.field;
  const scalar = last?.bits === undefined ? place.scalar : { ...place.scalar, signed: false };
  return { text: readScalar(scalar, at), delta: place.delta, bytes: place.scalar.bytes };
}
