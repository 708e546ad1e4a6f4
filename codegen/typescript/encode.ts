import { InternalError } from '../../src/base/internal-error.ts';
import { type BitsMember, bitShift, type Layout } from '../../src/layout/member.ts';
import type { Type } from '../../src/model/type.ts';
import { asBigint, asNumber, literalText } from './code.ts';
import { bitCover, bitMask, Emitter, type Place, restName } from './emitter.ts';
import type { Module } from './module.ts';
import { memberOf } from './names.ts';
import { type Item, namedItems, ownBytes, type Plan } from './plan.ts';
import {
  checkFunction,
  isByte,
  isNot,
  mustBeScalar,
  readScalar,
  type Scalar,
  scalarName,
  unsigned,
  writeScalar,
} from './scalar.ts';
import { readTail } from './scope.ts';

/** Zeros up to this many bytes are written out instead of filled. */
const longestZeros = 32;

/** Prints the body of an encoder. */
export class EncodeEmitter extends Emitter {
  /** The variable with the object that holds an item's property, by the group around; the value itself else. */
  readonly #objects = new Map<string, string>();
  readonly #written = new Set<Item>();
  readonly #unitsWritten = new Set<string>();
  /** True where the end of what is written must be tracked. */
  readonly #tracks: boolean;

  constructor(module: Module, plan: Plan) {
    super(module, plan, true);
    this.#tracks = this.dynamic && plan.struct.kind === 'registers';
  }

  /** The checks of a caller's arguments. */
  printChecks(): void {
    const { struct, layout } = this.plan;
    const minimum = layout.minSize;
    const given = `${this.module.runtime('wrongType')}('${struct.name}', value, offset, 'an object')`;
    this.guard("typeof value !== 'object' || value === null", given);
    const test = minimum === 0 ? 'offset <= view.byteLength' : `offset + ${minimum} <= view.byteLength`;
    const room = `${this.module.runtime('noRoom')}('${struct.name}', offset, ${minimum}, view.byteLength)`;
    this.guard(`!(offset >= 0 && ${test})`, room);
  }

  /** What writes the bytes, and returns their number. */
  printBody(): void {
    const { struct, layout, items } = this.plan;
    this.#declareReferences();
    this.#zeroGaps(layout);
    if (this.#tracks) this.line(`let filled = offset + ${layout.minSize};`);
    if (this.hasFollowers) this.line('let next = offset;');
    if (struct.kind === 'union') this.#union(items, 0, layout.minSize);
    else this.#items(items);
    this.#return();
  }

  protected override checkPlace(item: Item, name: string): void {
    const error = `${this.module.runtime('noRoom')}(${this.where(item)}, ${name}, 0, 0)`;
    this.line(`if (!(${name} >= offset)) throw ${error};`);
  }

  /** Room is checked where the bytes are written. */
  protected override checkPlaceEnd(): void {}

  #return(): void {
    const { struct, layout } = this.plan;
    if (!this.dynamic) {
      this.line(`return ${layout.minSize};`);
      return;
    }
    if (struct.size !== undefined) {
      const size = this.scope.locals.claim('size');
      this.line(`const ${size} = ${this.scope.number(struct.size, [struct.name]).text};`);
      const claim = this.module.runtime('claim');
      this.line(`if (offset + ${size} > filled) {`);
      this.printer.indented(() => {
        const error = `${this.module.runtime('noRoom')}('${struct.name}', offset, ${size}, view.byteLength)`;
        this.line(`if (!(offset + ${size} <= view.byteLength)) throw ${error};`);
        this.line(`filled = ${claim}('${struct.name}', view, filled, offset + ${size}, 0);`);
      });
      this.line('}');
    }
    if (this.#tracks) this.line('return filled - offset;');
    else if (struct.kind === 'union') this.line('return bytes;');
    else this.line(`return ${this.#flexibleEnd()};`);
  }

  /** The size of a C struct that ends in an array without length. */
  #flexibleEnd(): string {
    const { layout, items } = this.plan;
    const last = items.at(-1);
    if (last === undefined || last.delta === null) return `${layout.minSize}`;
    return last.delta === layout.minSize
      ? `${last.delta} + bytes`
      : `Math.max(${layout.minSize}, ${last.delta} + bytes)`;
  }

  #declareReferences(): void {
    for (const { item, tail, name } of this.scope.references.values()) {
      const type = tail.at(-1)?.field.type ?? item.field.type;
      const bits = item.member.kind === 'bits';
      // What is written unconditionally at the top level is a constant there.
      if (tail.length === 0 && !bits && item.field.condition === undefined && !item.sheltered) continue;
      if (tail.length > 0 && item.field.condition === undefined && !item.sheltered) continue;
      if (bits && item.field.condition === undefined && !item.sheltered) continue;
      const wide = mustBeScalar(type, this.facts.abi).js === 'bigint' && !bits;
      this.line(`let ${name} = ${wide ? '0n' : '0'};`);
    }
    for (const item of this.plan.all) {
      const presence = this.scope.presenceOf(item);
      if (presence !== undefined && item.sheltered) this.line(`let ${presence} = false;`);
      const count = this.scope.countOf(item);
      if (count !== undefined) this.line(`let ${count} = 0;`);
    }
    const flexible = this.plan.items.at(-1);
    if (this.dynamic && !this.#tracks && flexible !== undefined) {
      const starts = this.plan.struct.kind === 'union' ? this.plan.layout.minSize : 0;
      if (flexible.field.condition !== undefined || this.plan.struct.kind === 'union')
        this.line(`let bytes = ${starts};`);
    }
  }

  #isDeclared(item: Item): boolean {
    return item.field.condition !== undefined || item.sheltered;
  }

  /** Zeros where no member writes. */
  #zeroGaps(layout: Layout): void {
    if (this.plan.struct.kind === 'registers' && this.#leavesGaps()) {
      this.#zeros({ base: 'offset', delta: 0 }, this.plan.layout.minSize);
      return;
    }
    // Bit-fields without a name are never written, others may share bytes with more than themselves.
    if (this.plan.all.some((item) => item.kind === 'bits' && (item.name === null || !this.#isPure(item)))) {
      this.#zeros({ base: 'offset', delta: 0 }, this.plan.layout.minSize);
      return;
    }
    for (const { delta, field, member, owner } of this.plan.all) {
      // A member of a C struct keeps its place where its condition does not hold.
      if (field.condition === undefined || owner.kind !== 'struct' || delta === null) continue;
      this.#zeros({ base: 'offset', delta }, member.size ?? 0);
    }
    for (const { delta, bytes } of holesOf(layout, 0, this.plan.items))
      this.#zeros({ base: 'offset', delta }, bytes);
  }

  /** True where some byte of a block of registers belongs to no register that is always there. */
  #leavesGaps(): boolean {
    const always = this.plan.items.filter(
      (item) => item.field.condition === undefined && item.delta !== null,
    );
    const runs = always.map((item) => ({
      start: item.delta ?? 0,
      end: (item.delta ?? 0) + (this.bytesOf(item) ?? 0),
    }));
    let covered = 0;
    for (const { start, end } of runs.sort((a, b) => a.start - b.start)) {
      if (start > covered) return true;
      covered = Math.max(covered, end);
    }
    return covered < this.plan.layout.minSize;
  }

  #zeros(place: Place, bytes: number): void {
    if (bytes === 0) return;
    if (bytes > longestZeros) {
      this.line(`${this.module.runtime('zeroFill')}(view, ${this.text(place)}, ${this.text(place, bytes)});`);
      return;
    }
    for (let i = 0; i < bytes; ) {
      const left = bytes - i;
      const step = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      const at = this.text(place, i);
      this.line(step === 8 ? `view.setBigUint64(${at}, 0n);` : `view.setUint${step * 8}(${at}, 0);`);
      i += step;
    }
  }

  /** Writes items in the order of the schema, but what an expression asks for before what asks. */
  #items(items: readonly Item[]): void {
    for (const item of items) this.#inOrder(item, items);
  }

  #inOrder(item: Item, siblings: readonly Item[]): void {
    if (this.#written.has(item)) return;
    this.#written.add(item);
    for (const needed of this.#neededBy(item)) {
      const sibling = siblings.find((each) => each === needed || contains(each, needed));
      if (sibling !== undefined) this.#inOrder(sibling, siblings);
    }
    this.#item(item);
  }

  #neededBy(item: Item): readonly Item[] {
    const { condition, at, count, auto, type, bits } = item.field;
    const layout = [
      condition,
      at,
      type.kind === 'flexible' ? count : undefined,
      ...(bits ?? []).map((range) => range.condition),
    ];
    const own = layout.flatMap((expression) =>
      expression === undefined ? [] : this.scope.itemsIn(expression, item.scopes, true),
    );
    // What an encoder fills in counts arrays as they are given, not as they are written.
    const filled = auto === undefined ? [] : this.scope.itemsIn(auto, item.scopes, false);
    return [...own, ...filled, ...item.items.flatMap((inner) => this.#neededBy(inner))];
  }

  /** The expression that reads an item's property. */
  #given(item: Item): string {
    const around = item.id.slice(0, item.id.lastIndexOf('/'));
    const object = this.#objectOf(around);
    const given = memberOf(object, item.name ?? '');
    // Every object has some properties of its prototype, which are no members.
    return (item.name ?? '') in Object.prototype
      ? `(Object.hasOwn(${object}, '${item.name}') ? ${given} : undefined)`
      : given;
  }

  #objectOf(id: string): string {
    if (id === '') return 'value';
    return this.#objects.get(id) ?? this.#objectOf(id.slice(0, id.lastIndexOf('/')));
  }

  #item(item: Item): void {
    const condition = this.condition(item);
    if (condition === undefined) {
      this.#write(item);
      return;
    }
    const presence = this.scope.presenceOf(item);
    if (presence !== undefined) this.line(`${item.sheltered ? '' : 'const '}${presence} = ${condition};`);
    this.line(this.ifLine(presence ?? condition, item.field.condition));
    this.printer.indented(() => this.#write(item));
    const leaves = namedItems([item]);
    for (const leaf of leaves) {
      const given = this.#given(leaf);
      this.line(`} else if (${given} != null) {`);
      this.printer.indented(() => this.#refuse(leaf, given));
    }
    this.line('}');
  }

  #refuse(item: Item, given: string): void {
    const at = item.delta === null ? 'offset' : this.text({ base: 'offset', delta: item.delta });
    this.line(`throw ${this.module.runtime('unexpectedField')}(${this.where(item)}, ${given}, ${at});`);
  }

  #write(item: Item): void {
    if (item.kind === 'scalar' && item.field.bits !== undefined) this.#register(item);
    else if (item.kind === 'scalar') this.#scalar(item);
    else if (item.kind === 'bits') this.#bitFields(item);
    else if (item.kind === 'group') this.#group(item);
    else if (item.kind === 'struct') this.#struct(item);
    else if (item.kind === 'bytes') this.#bytes(item);
    else this.#array(item);
  }

  /** What an item gets when the caller gives nothing. */
  #default(item: Item): string {
    const { js } = mustBeScalar(item.field.type, item.abi);
    const number = js === 'number' || (item.member.kind === 'bits' && item.member.bitWidth <= 32);
    const computed = this.#computed(item);
    if (computed !== undefined) {
      if (/\?\?|\|\|/.test(computed)) return number ? `(${computed})` : `BigInt(${computed})`;
      return computed;
    }
    return literalText(item.field.default ?? 0n, number);
  }

  /** What the schema says about a missing value: `auto`, or the length of the array that the field counts. */
  #computed(item: Item): string | undefined {
    const { auto } = item.field;
    const number = mustBeScalar(item.field.type, item.abi).js === 'number' || item.member.kind === 'bits';
    if (auto !== undefined) {
      const code = this.scope.autoCode(auto, item.scopes, (array) => `${this.#given(array)}?.length ?? 0`);
      return number ? asNumber(code).text : asBigint(code).text;
    }
    const array = this.#countedBy(item, undefined);
    if (array === undefined) return undefined;
    const length = `${this.#given(array)}?.length ?? ${literalText(item.field.default ?? 0n, true)}`;
    return length;
  }

  /** The array whose number of elements is an item, or a range of its bits. */
  #countedBy(item: Item, bits: string | undefined): Item | undefined {
    return this.plan.all.find((array) => {
      const { count, type } = array.field;
      if (count === undefined || type.kind !== 'flexible' || array.name === null) return false;
      const field = this.scope.fieldIn(count, array.scopes);
      return field !== undefined && field.item === item && field.bits?.name === bits;
    });
  }

  #scalar(item: Item): void {
    const scalar = mustBeScalar(item.field.type, item.abi);
    const place = this.#room(item, scalar.bytes);
    const given = `${this.#given(item)} ?? ${this.#default(item)}`;
    const checked = this.#check(scalar, this.where(item), given, this.text(place));
    const inPlace = scalar.js === 'number' || this.module.isNested(this.plan.struct.name);
    if (inPlace && this.plan.struct.kind !== 'registers') {
      // Checks in place are faster by a few percent; for bigints only in loops over elements. Blocks of registers
      // are long and read better with a call.
      const name = this.scope.nameOf(item);
      this.line(
        `${this.scope.isReferenced(item) && this.#isDeclared(item) ? '' : 'const '}${name} = ${given};`,
      );
      const args = `'${scalarName(scalar)}', ${this.where(item)}, ${name}, ${this.text(place)}`;
      this.guard(isNot(scalar, name), `${this.module.runtime('notInteger')}(${args})`);
      this.line(writeScalar(scalar, this.text(place), name));
    } else if (this.scope.isReferenced(item)) {
      const name = this.scope.nameOf(item);
      this.line(`${this.#isDeclared(item) ? '' : 'const '}${name} = ${checked};`);
      this.line(writeScalar(scalar, this.text(place), name));
    } else this.line(writeScalar(scalar, this.text(place), checked));
    this.#follow(item, place, `${scalar.bytes}`);
  }

  /** The call that checks an integer and gives it back. */
  #check(scalar: Scalar, where: string, value: string, at: string): string {
    return `${this.module.runtime(checkFunction(scalar))}(${where}, ${value}, ${at})`;
  }

  /** A register of which an object gives the ranges of bits. */
  #register(item: Item): void {
    const ranges = item.field.bits ?? [];
    const scalar = unsigned(mustBeScalar(item.field.type, item.abi));
    const width = scalar.bytes * 8;
    const wide = scalar.js === 'bigint';
    const place = this.#room(item, scalar.bytes);
    const name = this.scope.nameOf(item);
    const bits = this.#bitsObject(item, name, place);
    const { always, sometimes, uncovered } = bitCover(ranges, width);
    const check = (range: (typeof ranges)[number]): string => {
      const array = this.#countedBy(item, range.name);
      const given = `${memberOf(bits, range.name)}${array === undefined ? '' : ` ?? ${this.#given(array)}?.length`}`;
      const path = `${this.where(item).slice(0, -1)}.${range.name}'`;
      const size = range.high - range.low + 1;
      const text = `${this.module.runtime(wide ? 'checkWideBits' : 'checkBits')}(${path}, ${given}, ${size}, ${this.text(place)})`;
      return range.low === 0 ? text : `(${text} << ${range.low}${wide ? 'n' : ''})`;
    };
    const parts = always.map(check);
    if (uncovered !== 0n) {
      const rest = restName(ranges);
      const path = `${this.where(item).slice(0, -1)}.${rest}'`;
      parts.push(
        `${this.module.runtime(wide ? 'checkWideBits' : 'checkBits')}(${path}, ${memberOf(bits, rest)}, ${width}, ${this.text(place)})`,
      );
    }
    const hoisted = this.scope.isReferenced(item) && this.#isDeclared(item);
    const declare = hoisted ? '' : sometimes.length > 0 ? 'let ' : 'const ';
    this.#or(`${declare}${name} = `, parts, wide);
    for (const range of sometimes) {
      if (range.condition === undefined) continue;
      const given = memberOf(bits, range.name);
      const path = `${this.where(item).slice(0, -1)}.${range.name}'`;
      this.line(this.ifLine(this.scope.condition(range.condition, item.scopes), range.condition));
      this.printer.indented(() =>
        this.line(wide ? `${name} |= ${check(range)};` : `${name} = (${name} | ${check(range)}) >>> 0;`),
      );
      // Of two ranges with one name the other one may be meant.
      if (!ranges.some((other) => other !== range && other.name === range.name)) {
        this.line(`} else if (${given} != null) {`);
        const error = `${this.module.runtime('unexpectedField')}(${path}, ${given}, ${this.text(place)})`;
        this.printer.indented(() => this.line(`throw ${error};`));
      }
      this.line('}');
    }
    this.line(writeScalar(scalar, this.text(place), name));
    this.#follow(item, place, `${scalar.bytes}`);
  }

  /** The variable with the object that gives the bits of a register. */
  #bitsObject(item: Item, name: string, place: Place): string {
    const type = this.module.type(
      this.module.names.bits(item.owner.name, item.field.name ?? ''),
      item.owner.interface,
    );
    const bits = this.scope.locals.claim(`${name}_bits`);
    this.line(`const ${bits}: Partial<${type}> = ${this.#object(item, place)};`);
    return bits;
  }

  /** The object that the caller gives for an item, or one without members. */
  #object(item: Item, place: Place): string {
    return `${this.module.runtime('checkObject')}(${this.where(item)}, ${this.#given(item)} ?? {}, ${this.text(place)})`;
  }

  /** Parts of an integer, combined. */
  #or(before: string, parts: readonly string[], wide: boolean): void {
    const all = parts.length === 0 ? [wide ? '0n' : '0'] : parts;
    const one = `${before}${wide ? '' : '('}${all.join(' | ')}${wide ? '' : ') >>> 0'};`;
    if (one.length <= 108) {
      this.line(one);
      return;
    }
    this.line(`${before}${wide ? '' : '('}`.trimEnd());
    this.printer.indented(() => {
      this.printer.lines(
        all.map((part, i) => `${i === 0 ? '' : '| '}${part}${wide && i === all.length - 1 ? ';' : ''}`),
      );
    });
    if (!wide) this.line(') >>> 0;');
  }

  /** True where a storage unit holds nothing but bit-fields that are always written together. */
  #isPure(item: Item): boolean {
    const start = item.delta ?? 0;
    const end = start + (item.member.size ?? 0);
    const touching = this.plan.all.filter((other) => {
      if (other.kind === 'group' || other.delta === null) return false;
      return other.delta < end && start < other.delta + (other.member.size ?? 0);
    });
    return (
      !item.sheltered &&
      touching.every(
        (other) =>
          other.kind === 'bits' &&
          other.delta === item.delta &&
          other.member.size === item.member.size &&
          other.field.condition === undefined,
      )
    );
  }

  /** All bit-fields of a storage unit at once. */
  #bitFields(item: Item): void {
    const around = item.id.slice(0, item.id.lastIndexOf('/'));
    const unitKey = (each: Item): string =>
      `${each.id.slice(0, each.id.lastIndexOf('/'))} ${each.delta} ${each.member.size}`;
    const alone = item.field.condition !== undefined || this.#isArm(item);
    const key = alone ? item.id : unitKey(item);
    if (this.#unitsWritten.has(key)) return;
    this.#unitsWritten.add(key);
    const mates = alone
      ? [item]
      : this.plan.all.filter(
          (each) =>
            each.kind === 'bits' &&
            unitKey(each) === key &&
            each.field.condition === undefined &&
            each.id.startsWith(`${around}/`),
        );
    const named = mates.filter((each) => each.name !== null);
    if (named.length === 0) return;
    const { size } = item.member;
    if (size === null) throw new InternalError('a bit-field of unknown size');
    const place: Place = { base: 'offset', delta: item.delta ?? 0 };
    const wide = ![1, 2, 4].includes(size);
    const parts = named.map((each) => this.#bitField(each, place, wide));
    const pure = mates.every((each) => this.#isPure(each));
    const mask = named.reduce((sum, each) => sum | fieldMask(each.member as BitsMember, this), 0n);
    this.#writeUnit(place, size, wide, parts, pure ? null : mask);
  }

  #isArm(item: Item): boolean {
    return item.owner.kind === 'union';
  }

  /** Checks one bit-field and gives its bits in place. */
  #bitField(item: Item, place: Place, wide: boolean): string {
    const member = item.member as BitsMember;
    const shift = bitShift(member, this.facts.abi);
    const signed = item.scalar?.signed === true;
    const computed = this.#computed(item);
    const fallback =
      computed !== undefined || item.field.default !== undefined ? ` ?? ${this.#default(item)}` : '';
    const args = `(${this.where(item)}, ${this.#given(item)}${fallback}, ${member.bitWidth}, ${this.text(place)})`;
    if (this.scope.isReferenced(item)) {
      const name = this.scope.nameOf(item);
      const declare = this.#isDeclared(item) ? '' : 'const ';
      const big = member.bitWidth > 32;
      const check = signed ? 'checkSignedBits' : big ? 'checkWideBits' : 'checkBits';
      const value = `${this.module.runtime(check)}${args}`;
      // Expressions see the value with its sign.
      const seen = signed
        ? big
          ? `BigInt.asIntN(${member.bitWidth}, ${value})`
          : `Number(BigInt.asIntN(${member.bitWidth}, ${value}))`
        : value;
      this.line(`${declare}${name} = ${seen};`);
      const plain = signed ? `BigInt.asUintN(${member.bitWidth}, BigInt(${name}))` : name;
      const text = wide ? (signed || big ? plain : `BigInt(${name})`) : signed ? `Number(${plain})` : name;
      return shift === 0 ? text : `(${text} << ${shift}${wide ? 'n' : ''})`;
    }
    const check = signed ? 'checkSignedBits' : wide ? 'checkWideBits' : 'checkBits';
    const checked = `${this.module.runtime(check)}${args}`;
    const text = signed && !wide ? `Number(${checked})` : checked;
    return shift === 0 ? text : `(${text} << ${shift}${wide ? 'n' : ''})`;
  }

  /** Writes a storage unit; with a mask only those bits of it. */
  #writeUnit(place: Place, size: number, wide: boolean, parts: readonly string[], mask: bigint | null): void {
    const at = this.text(place);
    const little = this.facts.abi.endian === 'little';
    const unit = this.scope.locals.claim(`unit_${place.delta}`);
    if (wide) {
      const kept =
        mask === null
          ? []
          : [
              `(${this.module.runtime('readUnit')}(view, ${at}, ${size}, ${little}) & ~0x${mask.toString(16)}n)`,
            ];
      this.#or(`const ${unit} = `, [...kept, ...parts], true);
      this.line(`${this.module.runtime('writeUnit')}(view, ${at}, ${size}, ${unit}, ${little});`);
      return;
    }
    const scalar = {
      bytes: size as 1 | 2 | 4,
      signed: false,
      littleEndian: size === 1 ? undefined : little,
      js: 'number',
    } as const;
    const kept = mask === null ? [] : [`(${readScalar(scalar, at)} & ~0x${mask.toString(16)})`];
    this.#or(`const ${unit} = `, [...kept, ...parts], false);
    this.line(writeScalar(scalar, at, unit));
  }

  #group(item: Item): void {
    const base = item.delta ?? 0;
    if (item.name !== null) {
      const object = this.scope.nameOf(item);
      const given = this.#object(item, { base: 'offset', delta: base });
      if (namedItems(item.items).length === 0) this.line(`${given};`);
      else {
        const type = this.module.structType(item.field.type.kind === 'named' ? item.field.type.name : '');
        this.line(`const ${object}: ${this.module.runtimeType('Encodable')}<${type}> = ${given};`);
      }
      this.#objects.set(item.id, object);
    }
    if (item.union) this.#union(item.items, base, item.member.size ?? 0);
    else this.#items(item.items);
  }

  /** A union: the members that are given, which must agree on the bytes they share. */
  #union(items: readonly Item[], base: number, size: number): void {
    const place: Place = { base: 'offset', delta: base };
    if (this.#sameScalars(items)) {
      this.#sharedScalar(items, base, size);
      return;
    }
    const apart = items.length < 2 || this.#exclude(items);
    let check = '';
    if (apart) this.#zeros(place, size);
    else {
      check = this.scope.locals.claim('shared');
      this.line('// The members that are given must agree on the bytes that they share.');
      this.line(
        `const ${check} = new ${this.module.runtime('UnionBytes')}(view, ${this.text(place)}, ${size});`,
      );
    }
    for (const arm of items) this.#arm(arm, check, base, size);
    for (const { item, tail, name } of this.scope.references.values()) {
      const mine = items.some((arm) => arm === item || contains(arm, item));
      if (mine && tail.length === 0 && item.delta !== null && item.kind === 'scalar') {
        const scalar = mustBeScalar(item.field.type, item.abi);
        this.line(
          `${name} = ${readScalar(item.field.bits === undefined ? scalar : unsigned(scalar), this.text({ base: 'offset', delta: item.delta }))};`,
        );
      }
    }
  }

  #arm(arm: Item, check: string, base: number, size: number): void {
    const leaves = namedItems([arm]);
    if (leaves.length === 0) return;
    const condition = this.condition(arm);
    const given = leaves.map((leaf) => `${this.#given(leaf)} != null`).join(' || ');
    this.block(`if (${given}) {`, () => {
      const first = leaves[0] ?? arm;
      if (condition !== undefined) {
        const at = this.text({ base: 'offset', delta: base });
        const error = `${this.module.runtime('unexpectedField')}(${this.where(first)}, ${this.#given(first)}, ${at})`;
        this.guard(negated(condition), error);
      }
      this.#write(arm);
      if (check === '') return;
      const runs = ownBytes(arm, this.facts, base, size).map(([start, end]) => `[${start}, ${end}]`);
      this.line(`${check}.add(${this.where(first)}, ${this.#given(first)}, [${runs.join(', ')}]);`);
    });
  }

  /** True where the members are plain integers of one type without conditions. */
  #sameScalars(items: readonly Item[]): boolean {
    const [first] = items;
    return (
      items.length > 1 &&
      items.every((item) => {
        const same =
          item.scalar?.bytes === first?.scalar?.bytes &&
          item.scalar?.signed === first?.scalar?.signed &&
          item.scalar?.littleEndian === first?.scalar?.littleEndian;
        const plain =
          item.kind === 'scalar' &&
          item.field.bits === undefined &&
          item.field.condition === undefined &&
          item.field.auto === undefined &&
          item.field.default === undefined;
        return same && plain && !this.scope.isReferenced(item);
      })
    );
  }

  #sharedScalar(items: readonly Item[], base: number, size: number): void {
    const [first] = items;
    if (first === undefined) return;
    const scalar = mustBeScalar(first.field.type, first.abi);
    const place: Place = { base: 'offset', delta: base };
    const zero = scalar.js === 'bigint' ? '0n' : '0';
    const name = this.scope.nameOf(first);
    const paths = items.map((item) => this.where(item));
    const given = items.map((item) => this.#given(item));
    const where = paths.reduceRight((rest, path, i) => `${given[i]} != null ? ${path} : ${rest}`);
    const check = this.#check(scalar, where, `${given.join(' ?? ')} ?? ${zero}`, this.text(place));
    this.line(`const ${name} = ${check};`);
    for (const [i, other] of given.entries()) {
      if (i === 0) continue;
      const error = `${this.module.runtime('unlike')}('${scalarName(scalar)}', ${paths[i]}, ${other}, ${this.text(place)})`;
      this.guard(`(${other} ?? ${name}) !== ${name}`, error);
    }
    this.line(writeScalar(scalar, this.text(place), name));
    if (size > scalar.bytes) this.#zeros({ base: 'offset', delta: base + scalar.bytes }, size - scalar.bytes);
  }

  /** True where each member's condition compares the same thing with another constant. */
  #exclude(items: readonly Item[]): boolean {
    const seen = new Set<string>();
    let subject = '';
    for (const item of items) {
      const { condition } = item.field;
      if (condition?.kind !== 'binary' || condition.operator !== '==') return false;
      const value = this.facts.constant(condition.right, null);
      const path = condition.left.kind === 'name' ? condition.left.path.join('.') : '';
      if (value === undefined || path === '' || (subject !== '' && subject !== path) || seen.has(`${value}`))
        return false;
      subject = path;
      seen.add(`${value}`);
    }
    return true;
  }

  #struct(item: Item): void {
    const name = item.field.type.kind === 'named' ? item.field.type.name : '';
    const dynamic = this.facts.isDynamic(name);
    const place = this.#room(item, dynamic ? 0 : (this.bytesOf(item) ?? 0), dynamic);
    const bytes = dynamic ? this.#bytesName(item) : '';
    const value = this.scope.nameOf(item);
    const write = dynamic
      ? this.module.codecPart(name, this.facts, 'encode', '')
      : this.module.nestedPart(name, this.facts, 'write');
    const call = `${write}(${value}, view, ${this.text(place)}${this.nestedArguments(name, false)})`;
    this.line(`const ${value} = ${dynamic ? `${this.#given(item)} ?? {}` : this.#object(item, place)};`);
    if (dynamic && !this.#ownsBytes(item)) this.line(`let ${bytes} = 0;`);
    else if (
      dynamic &&
      item.field.condition === undefined &&
      !item.sheltered &&
      this.plan.struct.kind !== 'union'
    )
      this.line('let bytes = 0;');
    this.block(
      'try {',
      () => {
        this.line(dynamic ? `${bytes} = ${call};` : `${call};`);
      },
      '} catch (error) {',
    );
    this.printer.indented(() =>
      this.line(`throw ${this.module.runtime('inside')}(${this.where(item)}, error);`),
    );
    this.line('}');
    if (dynamic && this.#tracks) this.line(`filled = Math.max(filled, ${this.text(place)} + ${bytes});`);
    this.#follow(item, place, dynamic ? bytes : `${this.bytesOf(item) ?? 0}`);
    this.#readTails(item);
  }

  /** True for the member whose length makes the length of a C struct. */
  #ownsBytes(item: Item): boolean {
    return !this.#tracks && (item === this.plan.items.at(-1) || this.plan.struct.kind === 'union');
  }

  #bytesName(item: Item): string {
    return this.#ownsBytes(item) ? 'bytes' : this.scope.locals.claim(`${item.name ?? 'it'}_bytes`);
  }

  /** Integers inside a nested struct that expressions ask for, read back from what was written. */
  #readTails(item: Item): void {
    for (const reference of this.scope.references.values()) {
      if (reference.item !== item || reference.tail.length === 0) continue;
      const read = readTail(reference, this.plan);
      const declare = this.#isDeclared(item) ? '' : 'const ';
      const zero =
        mustBeScalar(reference.tail.at(-1)?.field.type ?? item.field.type, this.facts.abi).js === 'bigint'
          ? '0n'
          : '0';
      if (read === undefined) {
        if (declare !== '') this.line(`const ${reference.name} = ${zero};`);
        continue;
      }
      const sure = read.delta + read.bytes <= this.plan.layout.minSize;
      const text = sure
        ? read.text
        : `offset + ${read.delta + read.bytes} <= view.byteLength ? ${read.text} : ${zero}`;
      this.line(`${declare}${reference.name} = ${text};`);
    }
  }

  /** The place of an item; makes room for it where that depends on the contents. */
  #room(item: Item, bytes: number | string, gapOnly = false): Place {
    const place = this.place(item);
    if (!this.#tracks) return place;
    if (typeof bytes === 'number' && !gapOnly && this.isSure(item, bytes)) return place;
    this.line(
      `filled = ${this.module.runtime('claim')}(${this.where(item)}, view, filled, ${this.text(place)}, ${bytes});`,
    );
    return place;
  }

  #follow(item: Item, place: Place, bytes: string): void {
    if (this.isFollowed(item)) this.line(`next = ${this.text(place)} + ${bytes};`);
  }

  #bytes(item: Item): void {
    const { type } = item.field;
    const name = this.scope.nameOf(item);
    const fixed = type.kind === 'array' ? type.length : null;
    const place = fixed === null ? this.place(item) : this.#room(item, fixed);
    const field = this.scope.countOf(item);
    this.line(`const ${name} = ${this.#given(item)} ?? undefined;`);
    this.line(
      `if (${name} !== undefined) ${this.module.runtime('checkBytes')}(${this.where(item)}, ${name}, ${this.text(place)});`,
    );
    const count = fixed === null ? this.#checkedCount(item, name, place, 1, field) : `${fixed}`;
    this.line(
      `${this.module.runtime('writeBytes')}(${this.where(item)}, ${name}, view, ${this.text(place)}, ${count});`,
    );
    this.#follow(item, place, count);
  }

  /** The variable with the number of elements to write, checked against what is given and the room. */
  #checkedCount(item: Item, given: string, place: Place, bytes: number, known: string | undefined): string {
    const code = this.count(item);
    const plain = code !== undefined && known === undefined && /^\w+$/.test(code.text);
    const name = plain ? code.text : (known ?? this.scope.locals.claim(`${item.name ?? 'array'}_count`));
    const declare = known === undefined ? 'const ' : '';
    if (code === undefined) this.line(`${declare}${name} = ${given}?.length ?? 0;`);
    else {
      if (!plain) this.line(`${declare}${name} = ${code.text};`);
      const error = `${this.module.runtime('countMismatch')}(${this.where(item)}, ${this.text(place)}, ${name}, ${given}.length)`;
      this.guard(`${given} !== undefined && ${given}.length !== ${name}`, error);
    }
    const size = bytes === 0 ? '0' : bytes === 1 ? name : `${bytes} * ${name}`;
    if (this.#tracks) {
      this.line(
        `filled = ${this.module.runtime('claim')}(${this.where(item)}, view, filled, ${this.text(place)}, ${size});`,
      );
      return name;
    }
    const room = `${this.module.runtime('noRoom')}(${this.where(item)}, ${this.text(place)}, ${size}, view.byteLength)`;
    this.guard(`!(${this.text(place)} + ${size} <= view.byteLength)`, room);
    if (this.#ownsBytes(item)) {
      const declared = item.field.condition !== undefined || this.plan.struct.kind === 'union';
      this.line(
        `${declared ? '' : 'const '}bytes = ${this.plan.struct.kind === 'union' ? `Math.max(bytes, ${size})` : size};`,
      );
    }
    return name;
  }

  #array(item: Item): void {
    const { type } = item.field;
    if (type.kind !== 'array' && type.kind !== 'flexible') throw new InternalError('no array');
    const name = this.scope.nameOf(item);
    const bytes = this.scope.elementBytes(item);
    const varies = this.facts.isDynamicType(type.element);
    const fixed = type.kind === 'array';
    const place = fixed && !varies ? this.#room(item, bytes * type.length) : this.place(item);
    this.line(`const ${name} = ${this.#given(item)} ?? undefined;`);
    const error = `${this.module.runtime('wrongType')}(${this.where(item)}, ${name}, ${this.text(place)}, 'an array')`;
    this.guard(`${name} !== undefined && !Array.isArray(${name})`, error);
    const count = fixed
      ? this.#fixedCount(item, name, place, type.length)
      : this.#checkedCount(item, name, place, varies ? 0 : bytes, this.scope.countOf(item));
    if (varies) {
      this.#varyingLoop(item, type.element, name, place, count);
      return;
    }
    this.#loop(item, type.element, {
      array: name,
      place,
      count,
      path: this.where(item).slice(1, -1),
      depth: 0,
    });
    this.#follow(item, place, `${bytes} * ${count}`);
  }

  #fixedCount(item: Item, name: string, place: Place, length: number): string {
    const error = `${this.module.runtime('countMismatch')}(${this.where(item)}, ${this.text(place)}, ${length}, ${name}.length)`;
    this.guard(`${name} !== undefined && ${name}.length !== ${length}`, error);
    return `${length}`;
  }

  /** Writes elements of fixed size one after the other; zeros or defaults where no array is given. */
  #loop(
    item: Item,
    type: Type,
    loop: { array: string; place: Place; count: string; path: string; depth: number },
  ): void {
    const { array, place, count, path, depth } = loop;
    const bytes = this.facts.extent(type).size ?? 0;
    const i = 'ijklmnop'.charAt(depth) || 'z';
    const at = `${this.text(place)} + ${bytes === 1 ? i : `${bytes} * ${i}`}`;
    const where = `\`${path}[\${${i}}]\``;
    if (type.kind === 'named') {
      const write = this.module.nestedPart(type.name, this.facts, 'write');
      const check = this.module.runtime('checkObject');
      const index = this.scope.locals.claim('index');
      const elements = this.scope.locals.claim(`${array}_given`);
      const next = this.scope.locals.claim(`${array}_at`);
      const named = where.replace(`\${${i}}`, `\${${index}}`);
      this.line(`const ${elements} = ${array} ?? ${this.module.runtime('defaults')}(${count});`);
      this.line(`let ${next} = ${this.text(place)};`);
      this.line(`let ${index} = 0;`);
      this.block(
        'try {',
        () => {
          this.block(`for (; ${index} < ${count}; ${index}++, ${next} += ${bytes}) {`, () => {
            const element = `${check}('${type.name}', ${elements}[${index}], ${next})`;
            this.line(`${write}(${element}, view, ${next}${this.nestedArguments(type.name, false)});`);
          });
        },
        '} catch (error) {',
      );
      this.printer.indented(() => this.line(`throw ${this.module.runtime('inside')}(${named}, error);`));
      this.line('}');
      return;
    }
    const element = this.scope.locals.claim(depth === 0 ? 'element' : `element_${i}`);
    const head = `for (let ${i} = 0; ${i} < ${count}; ${i}++) {`;
    if (type.kind !== 'array') {
      const scalar = mustBeScalar(type, item.abi);
      this.line(`if (${array} === undefined) {`);
      this.printer.indented(() =>
        this.line(
          `${this.module.runtime('zeroFill')}(view, ${this.text(place)}, ${this.text(place)} + ${bytes} * ${count});`,
        ),
      );
      this.block('} else {', () => {
        this.block(head, () => {
          this.line(`const ${element} = ${array}[${i}] as ${scalar.js};`);
          this.line(`const ${element}_at = ${at};`);
          this.line(
            writeScalar(scalar, `${element}_at`, this.#check(scalar, where, element, `${element}_at`)),
          );
        });
      });
      return;
    }
    const inner = depth === 0 ? `${array} === undefined ? undefined : ${array}[${i}]` : `${array}?.[${i}]`;
    this.block(head, () => {
      this.line(`const ${element} = ${inner};`);
      if (isByte(type.element)) {
        this.line(
          `if (${array} !== undefined) ${this.module.runtime('checkBytes')}(${where}, ${element}, ${at});`,
        );
        this.line(`${this.module.runtime('writeBytes')}(${where}, ${element}, view, ${at}, ${type.length});`);
        return;
      }
      this.guard(
        `${array} !== undefined && !Array.isArray(${element})`,
        `${this.module.runtime('wrongType')}(${where}, ${element}, ${at}, 'an array')`,
      );
      this.guard(
        `${element} !== undefined && ${element}.length !== ${type.length}`,
        `${this.module.runtime('countMismatch')}(${where}, ${at}, ${type.length}, ${element}.length)`,
      );
      this.#loop(item, type.element, {
        array: element,
        place: { base: at, delta: 0 },
        count: `${type.length}`,
        path: `${path}[\${${i}}]`,
        depth: depth + 1,
      });
    });
  }

  /** Writes structs of different sizes one after the other. */
  #varyingLoop(item: Item, type: Type, array: string, place: Place, count: string): void {
    if (type.kind !== 'named') throw new InternalError('an array of arrays of varying size');
    const encode = this.module.codecPart(type.name, this.facts, 'encode', '');
    const at = this.scope.locals.claim(`${item.name ?? 'item'}_next`);
    const where = `\`${this.where(item).slice(1, -1)}[\${i}]\``;
    this.line(`let ${at} = ${this.text(place)};`);
    const index = this.scope.locals.claim('index');
    this.line(`let ${index} = 0;`);
    this.block(
      'try {',
      () => {
        this.block(
          `for (const element of ${array} ?? ${this.module.runtime('defaults')}(${count})) {`,
          () => {
            this.line(`${at} += ${encode}(element, view, ${at}${this.nestedArguments(type.name, false)});`);
            this.line(`${index}++;`);
          },
        );
      },
      '} catch (error) {',
    );
    this.printer.indented(() =>
      this.line(`throw ${this.module.runtime('inside')}(${where.replace('${i}', `\${${index}}`)}, error);`),
    );
    this.line('}');
    if (this.#tracks) this.line(`filled = Math.max(filled, ${at});`);
    else if (this.#ownsBytes(item))
      this.line(`const bytes = ${at} - ${place.delta === 0 ? place.base : `(${this.text(place)})`};`);
    if (this.isFollowed(item)) this.line(`next = ${at};`);
  }
}

/** The bits of a bit-field within its storage unit. */
function fieldMask(member: BitsMember, emitter: Emitter): bigint {
  const low = bitShift(member, emitter.facts.abi);
  return bitMask({ low, high: low + member.bitWidth - 1 });
}

/** The opposite of a condition. */
function negated(condition: string): string {
  return /^\S+ === \S+$/.test(condition) ? condition.replace(' === ', ' !== ') : `!(${condition})`;
}

function contains(group: Item, item: Item): boolean {
  return item.id.startsWith(`${group.id}/`);
}

/** Whole bytes that belong to no member, in structs in place too; unions write all their bytes themselves. */
function holesOf(layout: Layout, base: number, items: readonly Item[]): { delta: number; bytes: number }[] {
  if (layout.kind === 'union') return [];
  return layout.members.flatMap((member) => {
    if (member.kind === 'hole' || member.kind === 'padding') {
      const partial = member.bitOffset !== 0 || member.bitWidth !== member.size * 8;
      return partial ? [] : [{ delta: base + member.offset, bytes: member.size }];
    }
    const inner = items.find((item) => item.member === member);
    if (member.kind === 'bits' || inner?.kind !== 'group' || member.nested === null || member.offset === null)
      return [];
    return holesOf(member.nested, base + member.offset, inner.items);
  });
}
