import { InternalError } from '../../src/base/internal-error.ts';
import type { Abi } from '../../src/layout/abi.ts';
import type { Type } from '../../src/model/type.ts';
import { DecodeBits } from './decode-bits.ts';
import { indent } from './decode-members.ts';
import type { Place } from './emitter.ts';
import type { Item } from './plan.ts';
import { isByte, mustBeScalar, readScalar } from './scalar.ts';

/** Arrays of at most so many integers are written out instead of looped over. */
const longestLiteral = 8;

/** Decoders of arrays. */
export abstract class DecodeArrays extends DecodeBits {
  /** The number of elements of a flexible array, checked against what is there. */
  protected checkedCount(item: Item, place: Place, bytes: number): string {
    const count = this.count(item);
    const left = `limit - ${this.grouped(place)}`;
    const given = bytes > 1 ? `Math.floor((${left}) / ${bytes})` : left;
    const known = this.scope.countOf(item);
    if (count === undefined) {
      const name = known ?? this.scope.locals.claim(`${item.name ?? 'array'}_count`);
      this.line(`${known === undefined ? 'const ' : ''}${name} = Math.max(${given}, 0);`);
      return name;
    }
    let name = count.text;
    if (known !== undefined) {
      this.line(`${known} = ${count.text};`);
      name = known;
    } else if (!/^\w+$/.test(count.text)) {
      name = this.scope.locals.claim(`${item.name ?? 'array'}_count`);
      this.line(`const ${name} = ${count.text};`);
    }
    const error = `${this.module.runtime('badCount')}(${this.where(item)}, ${this.text(place)}, ${name}, ${given})`;
    const room = `${this.text(place)} + ${bytes === 1 ? '' : `${bytes} * `}${name} <= limit`;
    this.guard(`!(${room})`, error);
    return name;
  }

  protected bytes(item: Item): string {
    const { type } = item.field;
    const read = this.module.runtime('readBytes');
    if (type.kind === 'array') {
      const place = this.checked(item, type.length);
      this.follow(item, place, type.length);
      return `${read}(view, ${this.text(place)}, ${type.length})`;
    }
    const place = this.place(item);
    const count = this.checkedCount(item, place, 1);
    const name = this.scope.nameOf(item);
    this.line(`const ${name} = ${read}(view, ${this.text(place)}, ${count});`);
    if (this.isFollowed(item)) this.line(`next = ${this.text(place)} + ${count};`);
    return name;
  }

  protected array(item: Item): string {
    const { type } = item.field;
    if (type.kind !== 'array' && type.kind !== 'flexible') throw new InternalError('no array');
    const bytes = this.scope.elementBytes(item);
    const varies = this.facts.isDynamicType(type.element);
    const fixed = type.kind === 'array';
    const place = fixed && !varies ? this.checked(item, bytes * type.length) : this.place(item);
    const short = fixed && !varies && leaves(type) <= longestLiteral;
    if (short) {
      this.follow(item, place, bytes * type.length);
      return this.literalArray(type, place, item.abi);
    }
    const count = fixed ? `${type.length}` : this.checkedCount(item, place, Math.max(bytes, 1));
    const name = this.scope.nameOf(item);
    this.line(`const ${name}: ${this.elementsType(type.element)}[] = [];`);
    if (varies) this.varyingLoop(item, name, place, count);
    else {
      this.loop(type.element, { array: name, place, count, abi: item.abi, depth: 0 });
      if (this.isFollowed(item)) this.line(`next = ${this.text(place)} + ${bytes} * ${count};`);
    }
    return name;
  }

  /** The type of an element of an array in values. */
  elementsType(type: Type): string {
    if (type.kind === 'array')
      return isByte(type.element) ? 'Uint8Array' : `${this.elementsType(type.element)}[]`;
    if (type.kind === 'named') return this.module.structType(type.name);
    return mustBeScalar(type, this.facts.abi).js;
  }

  /** Elements written one by one. */
  protected literalArray(type: Type & { kind: 'array' }, place: Place, abi: Abi): string {
    const bytes = this.facts.extent(type.element).size ?? 0;
    const elements = Array.from({ length: type.length }, (_, i) => {
      return this.element(type.element, { ...place, delta: place.delta + i * bytes }, abi);
    });
    const line = `[${elements.join(', ')}]`;
    return line.length <= 90 && !line.includes('\n')
      ? line
      : `[\n${elements.map((element) => indent(`${element},`)).join('\n')}\n]`;
  }

  /** The value of an element of fixed size at a place. */
  protected element(type: Type, place: Place, abi: Abi): string {
    if (type.kind === 'array') {
      if (isByte(type.element))
        return `${this.module.runtime('readBytes')}(view, ${this.text(place)}, ${type.length})`;
      return this.literalArray(type, place, abi);
    }
    if (type.kind === 'named') {
      const decode = this.module.nestedPart(type.name, this.facts, 'read');
      return `${decode}(view, ${this.text(place)}${this.nestedArguments(type.name, true)})`;
    }
    return readScalar(mustBeScalar(type, abi), this.text(place));
  }

  /** A loop over elements of fixed size. */
  protected loop(
    type: Type,
    loop: { array: string; place: Place; count: string; abi: Abi; depth: number },
  ): void {
    const { array, place, count, abi, depth } = loop;
    const bytes = this.facts.extent(type).size ?? 0;
    const i = `${'ijklmnop'.charAt(depth) || 'z'}`;
    const step = bytes === 1 ? i : `${bytes} * ${i}`;
    const at = { base: `${this.text(place)} + ${step}`, delta: 0 };
    const head = `for (let ${i} = 0; ${i} < ${count}; ${i}++)`;
    if (type.kind !== 'array' || isByte(type.element) || leaves(type) <= longestLiteral) {
      const element = this.element(type, at, abi);
      this.block(`${head} {`, () => this.line(`${array}.push(${element});`));
      return;
    }
    this.block(`${head} {`, () => {
      const inner = this.scope.locals.claim(`${array}_${i}`);
      this.line(`const ${inner}: ${this.elementsType(type.element)}[] = [];`);
      this.loop(type.element, { array: inner, place: at, count: `${type.length}`, abi, depth: depth + 1 });
      this.line(`${array}.push(${inner});`);
    });
  }

  /** A loop over structs whose sizes differ. */
  protected varyingLoop(item: Item, array: string, place: Place, count: string): void {
    const type =
      item.field.type.kind === 'array' || item.field.type.kind === 'flexible'
        ? item.field.type.element
        : item.field.type;
    if (type.kind !== 'named') throw new InternalError('an array of arrays of varying size');
    const call = this.module.codecPart(type.name, this.facts, 'decode', '');
    const at = this.scope.locals.claim(`${item.name ?? 'item'}_next`);
    const path = this.where(item).slice(1, -1);
    this.line(`let ${at} = ${this.text(place)};`);
    const until =
      item.field.type.kind === 'flexible' && item.field.count === undefined
        ? `${at} < limit`
        : `i < ${count}`;
    this.block(`for (let i = 0; ${until}; i++) {`, () => {
      this.block(
        'try {',
        () => {
          this.line(`const element = ${call}(view, ${at}${this.nestedArguments(type.name, true)});`);
          this.line(`${array}.push(element);`);
          this.line(`${at} += ${this.measure(type.name, 'element')};`);
        },
        '} catch (error) {',
      );
      this.printer.indented(() =>
        this.line(`throw ${this.module.runtime('inside')}(\`${path}[\${i}]\`, error);`),
      );
      this.line('}');
    });
    if (this.isFollowed(item)) this.line(`next = ${at};`);
  }
}

/** Number of integers or structs in an array of arrays. */
function leaves(type: Type): number {
  if (type.kind !== 'array') return 1;
  return isByte(type.element) ? 1 : type.length * leaves(type.element);
}
