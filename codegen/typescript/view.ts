import { bitsFormat } from '../../src/plan/place.ts';
import { docComment } from './doc.ts';
import { structsIn } from './facts.ts';
import type { Module } from './module.ts';
import { propertyName } from './names.ts';
import { type Item, namedItems, type Plan } from './plan.ts';
import { checkFunction, mustBeScalar, readScalar, type Scalar, unsigned, writeScalar } from './scalar.ts';

/** Prints the class that reads and writes members of a struct in place, and those of structs declared in it. */
export function printViews(module: Module, plan: Plan, suffix: string): void {
  for (const item of plan.all) {
    if (
      item.kind !== 'group' ||
      item.name === null ||
      item.delta === null ||
      item.field.type.kind !== 'named'
    )
      continue;
    printView(
      module,
      plan,
      {
        name: `${module.names.struct(item.field.type.name)}View${suffix}`,
        doc: `Member ${item.path.join('.')} of ${plan.struct.name}, in place.`,
        items: item.items,
        base: item.delta,
        size: item.member.size ?? 0,
      },
      suffix,
    );
  }
  const { struct, layout } = plan;
  const name = `${module.names.struct(struct.name)}View${suffix}`;
  const doc = `${struct.name} in place: reads and writes members without a copy.`;
  printView(module, plan, { name, doc, items: plan.items, base: 0, size: layout.minSize }, suffix);
}

interface ViewClass {
  readonly name: string;
  readonly doc: string;
  readonly items: readonly Item[];
  /** Where the members' places count from. */
  readonly base: number;
  readonly size: number;
}

function printView(module: Module, plan: Plan, view: ViewClass, suffix: string): void {
  const { printer } = module;
  printer.blank();
  printer.lines(docComment(view.doc, 0));
  printer.line(`export class ${view.name} {`);
  printer.indented(() => {
    const seen = new Set<string>();
    const items = namedItems(view.items).filter((item) => {
      const { name, delta, member } = item;
      // A member whose place depends on the contents or lies beyond what is always there has no accessor.
      const there = name !== null && delta !== null && delta - view.base + (member.size ?? 0) <= view.size;
      if (!there || seen.has(name)) return false;
      seen.add(name);
      return isAccessible(module, plan, item);
    });
    if (items.length > 0) {
      printer.line('readonly #view: DataView;');
      printer.line('readonly #offset: number;');
      printer.blank();
    }
    printer.line('constructor(view: DataView, offset = 0) {');
    printer.indented(() => {
      const error = `${module.runtime('tooShort')}('${plan.struct.name}', offset, ${view.size}, view.byteLength)`;
      printer.line(`if (!(offset >= 0 && offset + ${view.size} <= view.byteLength)) throw ${error};`);
      if (items.length === 0) return;
      printer.line('this.#view = view;');
      printer.line('this.#offset = offset;');
    });
    printer.line('}');
    for (const item of items) printAccessors(module, plan, item, (item.delta ?? 0) - view.base, suffix);
  });
  printer.line('}');
}

/**
 * Whether a view has an accessor for a member: not for arrays of arrays and of structs whose size varies, nor for
 * structs of other interfaces that have no view.
 */
function isAccessible(module: Module, plan: Plan, item: Item): boolean {
  const { type } = item.field;
  if (item.kind === 'struct' || item.kind === 'array') {
    if (!structsIn(type).every((name) => module.views.has(name))) return false;
  }
  if (item.kind !== 'array' || (type.kind !== 'array' && type.kind !== 'flexible')) return true;
  return type.element.kind !== 'array' && !plan.facts.isDynamicType(type.element);
}

function printAccessors(module: Module, plan: Plan, item: Item, delta: number, suffix: string): void {
  const { printer } = module;
  const at = delta === 0 ? 'this.#offset' : `this.#offset + ${delta}`;
  const name = propertyName(item.name ?? '');
  const getter = (type: string, value: string, prepare?: string): void => {
    printer.blank();
    printer.line(`get ${name}(): ${type} {`);
    printer.indented(() => {
      if (prepare !== undefined) printer.line(prepare);
      printer.line(`return ${value};`);
    });
    printer.line('}');
  };
  const { type } = item.field;
  if (item.kind === 'scalar') {
    const declared = mustBeScalar(type, item.abi);
    const scalar = item.field.bits === undefined ? declared : unsigned(declared);
    getter(scalar.js, inView(readScalar(scalar, at)));
    printSetter(module, plan, item, scalar, at);
  } else if (item.kind === 'bits') {
    printBitField(module, plan, item, at, getter);
  } else if (item.kind === 'bytes' && type.kind === 'array') {
    getter('Uint8Array', `new Uint8Array(this.#view.buffer, this.#view.byteOffset + ${at}, ${type.length})`);
  } else if (item.kind === 'bytes') {
    const room = `this.#view.byteLength - (${at})`;
    const counter = counterOf(plan, item);
    const count = counter === undefined ? room : `Math.min(Number(this.${counter}), ${room})`;
    getter('Uint8Array', `new Uint8Array(this.#view.buffer, this.#view.byteOffset + ${at}, ${count})`);
  } else if (item.kind === 'struct' && type.kind === 'named') {
    const view = module.codecPart(type.name, plan.facts, '', 'View');
    getter(view, `new ${view}(this.#view, ${at})`);
  } else if (item.kind === 'group' && type.kind === 'named') {
    const view = `${module.names.struct(type.name)}View${suffix}`;
    getter(view, `new ${view}(this.#view, ${at})`);
  } else if (item.kind === 'array') {
    printElement(module, plan, item, at);
  }
}

function printSetter(module: Module, plan: Plan, item: Item, scalar: Scalar, at: string): void {
  const { printer } = module;
  printer.blank();
  printer.line(`set ${propertyName(item.name ?? '')}(value: ${scalar.js}) {`);
  printer.indented(() => {
    const where = `'${[plan.struct.name, ...item.path].join('.')}'`;
    const checked = `${module.runtime(checkFunction(scalar))}(${where}, value, ${at})`;
    printer.line(inView(writeScalar(scalar, at, checked)));
  });
  printer.line('}');
}

function printBitField(
  module: Module,
  plan: Plan,
  item: Item,
  at: string,
  getter: (type: string, value: string, prepare?: string) => void,
): void {
  const { member } = item;
  if (member.kind !== 'bits') return;
  const { printer } = module;
  const { bytes, littleEndian, shift, width, signed } = bitsFormat(member, plan.facts.abi);
  const wide = width > 32;
  const unit = `const unit = ${module.runtime('readUnit')}(this.#view, ${at}, ${bytes}, ${littleEndian});`;
  const shifted = shift === 0 ? 'unit' : `unit >> ${shift}n`;
  const cut = `BigInt.as${signed ? 'Int' : 'Uint'}N(${member.bitWidth}, ${shifted})`;
  getter(wide ? 'bigint' : 'number', wide ? cut : `Number(${cut})`, unit);
  printer.blank();
  printer.line(`set ${propertyName(item.name ?? '')}(value: ${wide ? 'bigint' : 'number'}) {`);
  printer.indented(() => {
    const where = `'${[plan.struct.name, ...item.path].join('.')}'`;
    const mask = `0x${(((1n << BigInt(member.bitWidth)) - 1n) << BigInt(shift)).toString(16)}n`;
    const check = module.runtime(signed ? 'checkSignedBits' : 'checkWideBits');
    printer.line(`const bits = ${check}(${where}, value, ${member.bitWidth}, ${at});`);
    printer.line(
      `const kept = ${module.runtime('readUnit')}(this.#view, ${at}, ${bytes}, ${littleEndian}) & ~${mask};`,
    );
    const placed = shift === 0 ? 'bits' : `(bits << ${shift}n)`;
    printer.line(
      `${module.runtime('writeUnit')}(this.#view, ${at}, ${bytes}, kept | ${placed}, ${littleEndian});`,
    );
  });
  printer.line('}');
}

/** A method that gives one element of an array of integers or structs. */
function printElement(module: Module, plan: Plan, item: Item, at: string): void {
  const { type } = item.field;
  if (type.kind !== 'array' && type.kind !== 'flexible') return;
  const bytes = plan.facts.extent(type.element).size ?? 0;
  const place = `${at} + ${bytes} * index`;
  const named = type.element.kind === 'named';
  const view =
    type.element.kind === 'named' ? module.codecPart(type.element.name, plan.facts, '', 'View') : '';
  const value = named
    ? `new ${view}(this.#view, ${place})`
    : inView(readScalar(mustBeScalar(type.element, item.abi), place));
  const counter = counterOf(plan, item);
  const beyond = [
    ...(type.kind === 'array' ? [`index >= ${type.length}`] : []),
    ...(counter === undefined ? [] : [`index >= this.${counter}`]),
    ...(type.kind === 'flexible' ? [`${place} + ${bytes} > this.#view.byteLength`] : []),
  ].join(' || ');
  const few = type.kind === 'array' ? `${type.length} elements` : 'the elements';
  const { printer } = module;
  printer.blank();
  printer.lines(docComment(`One of ${few}, counted from 0; undefined beyond them.`, 2));
  printer.line(
    `${propertyName(item.name ?? '')}(index: number): ${named ? view : mustBeScalar(type.element, item.abi).js} | undefined {`,
  );
  printer.indented(() => {
    printer.line(`if (!Number.isInteger(index) || index < 0 || ${beyond}) return undefined;`);
    printer.line(`return ${value};`);
  });
  printer.line('}');
}

/** The accessor of the integer that counts the elements of an array without length, where it stands beside it. */
function counterOf(plan: Plan, item: Item): string | undefined {
  const { count, type } = item.field;
  if (type.kind !== 'flexible' || count?.kind !== 'name' || count.path.length !== 1) return undefined;
  const counter = plan.items.find(({ name, kind }) => name === count.path[0] && kind === 'scalar');
  const always = counter !== undefined && counter.delta !== null && counter.field.bits === undefined;
  return always ? propertyName(counter.name ?? '') : undefined;
}

function inView(text: string): string {
  return text.replace(/\bview\./, 'this.#view.');
}
