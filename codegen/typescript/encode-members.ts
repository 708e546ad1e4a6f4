import { asBigint, asNumber, literalText } from './code.ts';
import { Emitter, type Place } from './emitter.ts';
import type { Module } from './module.ts';
import { memberOf } from './names.ts';
import type { Item, Plan } from './plan.ts';
import { checkFunction, isNot, mustBeScalar, type Scalar, scalarName, writeScalar } from './scalar.ts';

/** Zeros up to this many bytes are written out instead of filled. */
const longestZeros = 32;

/** What all parts of an encoder need: what the caller gives, defaults, room, zeros; and plain integers. */
export abstract class EncodeMembers extends Emitter {
  /** The variable with the object that holds an item's property, by the group around; the value itself else. */
  protected readonly objects = new Map<string, string>();
  protected readonly written = new Set<Item>();
  protected readonly unitsWritten = new Set<string>();
  /** True where the end of what is written must be tracked. */
  protected readonly tracks: boolean;

  constructor(module: Module, plan: Plan) {
    super(module, plan, true);
    this.tracks = this.dynamic && plan.struct.kind === 'registers';
  }

  protected override checkPlace(item: Item, name: string): void {
    const error = `${this.module.runtime('noRoom')}(${this.where(item)}, ${name}, 0, 0)`;
    this.line(`if (!(${name} >= offset)) throw ${error};`);
  }

  /** Room is checked where the bytes are written. */
  protected override checkPlaceEnd(): void {}

  protected isDeclared(item: Item): boolean {
    return item.field.condition !== undefined || item.sheltered;
  }

  protected zeros(place: Place, bytes: number): void {
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

  /** The expression that reads an item's property. */
  protected given(item: Item): string {
    const around = item.id.slice(0, item.id.lastIndexOf('/'));
    const object = this.objectOf(around);
    const given = memberOf(object, item.name ?? '');
    // Every object has some properties of its prototype, which are no members.
    return (item.name ?? '') in Object.prototype
      ? `(Object.hasOwn(${object}, '${item.name}') ? ${given} : undefined)`
      : given;
  }

  protected objectOf(id: string): string {
    if (id === '') return 'value';
    return this.objects.get(id) ?? this.objectOf(id.slice(0, id.lastIndexOf('/')));
  }

  /** What an item gets when the caller gives nothing. */
  protected defaultOf(item: Item): string {
    const { js } = mustBeScalar(item.field.type, item.abi);
    const number = js === 'number' || (item.member.kind === 'bits' && item.member.bitWidth <= 32);
    const computed = this.computed(item);
    if (computed !== undefined) {
      if (/\?\?|\|\|/.test(computed)) return number ? `(${computed})` : `BigInt(${computed})`;
      return computed;
    }
    return literalText(item.field.default ?? 0n, number);
  }

  /** What the schema says about a missing value: `auto`, or the length of the array that the field counts. */
  protected computed(item: Item): string | undefined {
    const { auto } = item.field;
    const number = mustBeScalar(item.field.type, item.abi).js === 'number' || item.member.kind === 'bits';
    if (auto !== undefined) {
      const code = this.scope.autoCode(auto, item.scopes, (array) => `${this.given(array)}?.length ?? 0`);
      return number ? asNumber(code).text : asBigint(code).text;
    }
    const array = this.countedBy(item, undefined);
    if (array === undefined) return undefined;
    const length = `${this.given(array)}?.length ?? ${literalText(item.field.default ?? 0n, true)}`;
    return length;
  }

  /** The array whose number of elements is an item, or a range of its bits. */
  protected countedBy(item: Item, bits: string | undefined): Item | undefined {
    return this.plan.all.find((array) => {
      const { count, type } = array.field;
      if (count === undefined || type.kind !== 'flexible' || array.name === null) return false;
      const field = this.scope.fieldIn(count, array.scopes);
      return field !== undefined && field.item === item && field.bits?.name === bits;
    });
  }

  protected scalar(item: Item): void {
    const scalar = mustBeScalar(item.field.type, item.abi);
    const place = this.room(item, scalar.bytes);
    const given = `${this.given(item)} ?? ${this.defaultOf(item)}`;
    const checked = (): string => this.checkCall(scalar, this.where(item), given, this.text(place));
    const inPlace = this.module.isNested(this.plan.struct.name);
    if (inPlace && this.plan.struct.kind !== 'registers') {
      // Checks in place are faster by a few percent; for bigints only in loops over elements. Blocks of registers
      // are long and read better with a call.
      const name = this.scope.nameOf(item);
      this.line(
        `${this.scope.isReferenced(item) && this.isDeclared(item) ? '' : 'const '}${name} = ${given};`,
      );
      const args = `'${scalarName(scalar)}', ${this.where(item)}, ${name}, ${this.text(place)}`;
      this.guard(isNot(scalar, name), `${this.module.runtime('notInteger')}(${args})`);
      this.line(writeScalar(scalar, this.text(place), name));
    } else if (this.scope.isReferenced(item)) {
      const name = this.scope.nameOf(item);
      this.line(`${this.isDeclared(item) ? '' : 'const '}${name} = ${checked()};`);
      this.line(writeScalar(scalar, this.text(place), name));
    } else this.line(writeScalar(scalar, this.text(place), checked()));
    this.follow(item, place, `${scalar.bytes}`);
  }

  /** The call that checks an integer and gives it back. */
  protected checkCall(scalar: Scalar, where: string, value: string, at: string): string {
    return `${this.module.runtime(checkFunction(scalar))}(${where}, ${value}, ${at})`;
  }

  /** The object that the caller gives for an item, or one without members. */
  protected objectGiven(item: Item, place: Place): string {
    return `${this.module.runtime('checkObject')}(${this.where(item)}, ${this.given(item)} ?? {}, ${this.text(place)})`;
  }

  /** Parts of an integer, combined. */
  protected combined(before: string, parts: readonly string[], wide: boolean): void {
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

  /** True for the member whose length makes the length of a C struct. */
  protected ownsBytes(item: Item): boolean {
    return !this.tracks && (item === this.plan.items.at(-1) || this.plan.struct.kind === 'union');
  }

  /** The place of an item; makes room for it where that depends on the contents. */
  protected room(item: Item, bytes: number | string, gapOnly = false): Place {
    const place = this.place(item);
    if (!this.tracks) return place;
    if (typeof bytes === 'number' && !gapOnly && this.isSure(item, bytes)) return place;
    this.line(
      `filled = ${this.module.runtime('claim')}(${this.where(item)}, view, filled, ${this.text(place)}, ${bytes});`,
    );
    return place;
  }

  protected follow(item: Item, place: Place, bytes: string): void {
    if (this.isFollowed(item)) this.line(`next = ${this.text(place)} + ${bytes};`);
  }
}
