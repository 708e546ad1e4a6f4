import { InternalError } from '../../src/base/internal-error.ts';
import type { Abi } from '../../src/layout/abi.ts';
import type { BitsMember } from '../../src/layout/member.ts';
import { bitShift } from '../../src/layout/member.ts';
import type { Type } from '../../src/model/type.ts';
import { literalText } from './code.ts';
import { bitCover, bitMask, Emitter, type Place, restName } from './emitter.ts';
import { memberOf, propertyName } from './names.ts';
import { type Item, spread } from './plan.ts';
import { isByte, mustBeScalar, readScalar, unsigned } from './scalar.ts';
import { keyOf, rangeCode, readTail } from './scope.ts';

/** Arrays of at most so many integers are written out instead of looped over. */
const longestLiteral = 8;

/** Prints the body of a decoder. */
export class DecodeEmitter extends Emitter {
  /** Storage units of bit-fields that have been read, by place. */
  readonly #units = new Map<string, string>();

  /** The checks of a caller's arguments. */
  printChecks(): void {
    const { struct, layout } = this.plan;
    const end = this.dynamic ? 'limit' : 'view.byteLength';
    if (this.dynamic) this.line('const limit = Math.min(end, view.byteLength);');
    const test = layout.minSize === 0 ? `offset <= ${end}` : `offset + ${layout.minSize} <= ${end}`;
    const error = `${this.module.runtime('tooShort')}('${struct.name}', offset, ${layout.minSize}, ${end})`;
    this.guard(`!(offset >= 0 && ${test})`, error);
  }

  /** What reads the bytes and returns the value. */
  printBody(): void {
    const { struct } = this.plan;
    this.#declareReferences();
    if (this.hasFollowers) this.line('let next = offset;');
    const value = this.#object(
      this.plan.items,
      this.module.structType(struct.name),
      'value',
      this.dynamic && struct.size !== undefined,
    );
    this.#checkSize();
    this.line(`return ${value};`);
  }

  protected override checkPlace(item: Item, name: string): void {
    const error = `${this.module.runtime('badOffset')}(${this.where(item)}, ${name}, limit)`;
    this.guard(`!(${name} >= offset && ${name} <= limit)`, error);
  }

  protected override checkPlaceEnd(item: Item, name: string): void {
    const error = `${this.module.runtime('badOffset')}(${this.where(item)}, ${name}, limit)`;
    this.guard(`!(${name} <= limit)`, error);
  }

  /** Reads the integers that expressions ask for and that are always there; others start as 0. */
  #declareReferences(): void {
    for (const reference of this.scope.references.values()) {
      const { item, tail, name } = reference;
      const bits = item.member.kind === 'bits';
      if (tail.length > 0) {
        const read = readTail(reference, this.plan);
        const sure =
          read !== undefined &&
          read.delta + read.bytes <= this.plan.layout.minSize &&
          item.field.condition === undefined &&
          !item.sheltered;
        if (sure) this.line(`const ${name} = ${read.text};`);
        else this.line(`let ${name}${this.#zero(reference.tail.at(-1)?.field.type ?? item.field.type)};`);
      } else if (
        item.field.condition === undefined &&
        !item.sheltered &&
        this.isSure(item, this.bytesOf(item))
      ) {
        this.line(
          `const ${name} = ${bits ? this.#bitField(item) : this.#read(item, { base: 'offset', delta: item.delta ?? 0 })};`,
        );
      } else {
        this.line(`let ${name}${this.#zero(item.field.type)};`);
      }
    }
    for (const item of this.plan.all) {
      const presence = this.scope.presenceOf(item);
      if (presence !== undefined && item.sheltered) this.line(`let ${presence} = false;`);
      const count = this.scope.countOf(item);
      if (count !== undefined) this.line(`let ${count} = 0;`);
    }
  }

  #zero(type: Type): string {
    return mustBeScalar(type, this.facts.abi).js === 'bigint' ? ' = 0n' : ' = 0';
  }

  /** True where {@link #declareReferences} has read an item's integer. */
  #isRead(item: Item): boolean {
    return (
      this.scope.isReferenced(item) &&
      item.field.condition === undefined &&
      !item.sheltered &&
      this.isSure(item, this.bytesOf(item))
    );
  }

  #read(item: Item, place: Place): string {
    const scalar = mustBeScalar(item.field.type, item.abi);
    return readScalar(item.field.bits === undefined ? scalar : unsigned(scalar), this.text(place));
  }

  /** Statements and the expression for an object with some items; `variable` is used where it must grow. */
  #object(items: readonly Item[], type: string, variable: string, named: boolean): string {
    const all = spread(items);
    const sure = all.findIndex((item) => item.field.condition !== undefined);
    const leading = sure === -1 ? all : all.slice(0, sure);
    const lines = leading.flatMap((item) => this.#entry(item));
    const literal = lines.length === 0 ? '{}' : `{\n${lines.map(indent).join('\n')}\n}`;
    if (sure === -1 && !named) return literal;
    const complete = all.slice(leading.length).every((item) => item.field.condition !== undefined);
    this.line(
      complete ? `const ${variable}: ${type} = ${literal};` : `const ${variable} = ${literal} as ${type};`,
    );
    for (const item of all.slice(leading.length)) this.#assign(item, variable);
    return variable;
  }

  /** The property of an item that is always there. */
  #entry(item: Item): readonly string[] {
    const value = this.#value(item);
    if (item.name === null) return [];
    return [
      value === item.name && propertyName(item.name) === item.name
        ? `${value},`
        : `${propertyName(item.name)}: ${value},`,
    ];
  }

  #assign(item: Item, object: string): void {
    const presence = this.scope.presenceOf(item);
    const condition = this.condition(item);
    const put = (): void => {
      if (item.kind === 'group' && item.name === null) {
        for (const inner of spread(item.items)) this.#assign(inner, object);
        return;
      }
      const value = this.#value(item);
      if (item.name !== null) this.line(`${memberOf(object, item.name)} = ${value};`);
    };
    if (condition === undefined) {
      put();
      return;
    }
    if (presence !== undefined) this.line(`${item.sheltered ? '' : 'const '}${presence} = ${condition};`);
    this.block(this.ifLine(presence ?? condition, item.field.condition), put);
  }

  /** Prints what must come before, and gives the expression for an item's value. */
  #value(item: Item): string {
    switch (item.kind) {
      case 'scalar':
        return this.#scalar(item);
      case 'bits':
        return this.#isRead(item) ? this.scope.nameOf(item) : this.#keep(item, this.#bitField(item));
      case 'group':
        return this.#group(item);
      case 'struct':
        return this.#struct(item);
      case 'bytes':
        return this.#bytes(item);
      case 'array':
        return this.#array(item);
    }
  }

  /** Stores a referenced integer that was not known before; gives the expression to use from then on. */
  #keep(item: Item, text: string): string {
    if (!this.scope.isReferenced(item) || item.name === null) return text;
    this.line(`${this.scope.nameOf(item)} = ${text};`);
    return this.scope.nameOf(item);
  }

  #scalar(item: Item): string {
    const { bits } = item.field;
    if (this.#isRead(item))
      return bits === undefined ? this.scope.nameOf(item) : this.#bitsObject(item, this.scope.nameOf(item));
    const place = this.#checked(item, mustBeScalar(item.field.type, item.abi).bytes);
    const text = this.#keep(item, this.#read(item, place));
    this.#follow(item, place, mustBeScalar(item.field.type, item.abi).bytes);
    if (bits === undefined) return text;
    if (this.scope.isReferenced(item)) return this.#bitsObject(item, this.scope.nameOf(item));
    const raw = this.scope.nameOf(item);
    this.line(`const ${raw} = ${text};`);
    return this.#bitsObject(item, raw);
  }

  /** An object with one property for each range of bits. */
  #bitsObject(item: Item, raw: string): string {
    const ranges = item.field.bits ?? [];
    const scalar = unsigned(mustBeScalar(item.field.type, item.abi));
    const width = scalar.bytes * 8;
    const code = {
      text: raw,
      type: scalar.js,
      first: 0n,
      last: (1n << BigInt(width)) - 1n,
      atom: true,
    } as const;
    const { always, sometimes, uncovered } = bitCover(ranges, width);
    const line = (range: (typeof ranges)[number]): string =>
      `${propertyName(range.name)}: ${rangeCode(code, range, width).text},`;
    if (sometimes.length === 0 && uncovered === 0n)
      return `{\n${always.map((range) => indent(line(range))).join('\n')}\n}`;
    const type = this.module.type(
      this.module.names.bits(item.owner.name, item.field.name ?? ''),
      item.owner.interface,
    );
    const object = this.scope.locals.claim(`${raw}_bits`);
    const leading = ranges.slice(
      0,
      ranges.findIndex((range) => sometimes.includes(range)) === -1
        ? ranges.length
        : ranges.findIndex((range) => sometimes.includes(range)),
    );
    const literal = `{\n${leading.map((range) => indent(line(range))).join('\n')}\n}`;
    const whole = always.every((range) => leading.includes(range));
    this.line(
      whole
        ? `const ${object}: ${type} = ${leading.length === 0 ? '{}' : literal};`
        : `const ${object} = ${leading.length === 0 ? '{}' : literal} as ${type};`,
    );
    const wide = scalar.js === 'bigint';
    const rest = this.scope.locals.claim(`${raw}_rest`);
    const after = wide ? '' : ' >>> 0';
    const masked = `${raw} & ${literalText(uncovered, !wide)}`;
    if (uncovered !== 0n)
      this.line(
        `${sometimes.length === 0 ? 'const' : 'let'} ${rest} = ${wide ? masked : `(${masked})${after}`};`,
      );
    for (const [i, range] of ranges.entries()) {
      if (i < leading.length) continue;
      const assign = `${memberOf(object, range.name)} = ${rangeCode(code, range, width).text};`;
      if (range.condition === undefined) {
        this.line(assign);
        continue;
      }
      const twin = ranges.slice(0, i).some((other) => other.name === range.name);
      const free = twin ? ` && ${memberOf(object, range.name)} === undefined` : '';
      const condition = this.scope.condition(range.condition, item.scopes);
      this.block(`if (${twin ? `(${condition})` : condition}${free}) {`, () => {
        this.line(assign);
        const clear = `${rest} & ~${literalText(bitMask(range), !wide)}`;
        if (uncovered !== 0n) this.line(`${rest} = ${wide ? clear : `(${clear})${after}`};`);
      });
    }
    if (uncovered !== 0n)
      this.line(`if (${rest} !== ${wide ? '0n' : '0'}) ${memberOf(object, restName(ranges))} = ${rest};`);
    return object;
  }

  /** The value of a C bit-field, read from its storage unit. */
  #bitField(item: Item): string {
    const member = item.member as BitsMember;
    if (item.name === null) return '';
    const { unit, wide } = this.#unit(item, member);
    const shift = bitShift(member, this.facts.abi);
    const width = member.bitWidth;
    const signed = item.scalar?.signed === true;
    if (wide) {
      const shifted = shift === 0 ? unit : `${unit} >> ${shift}n`;
      const cut = signed ? `BigInt.asIntN(${width}, ${shifted})` : `BigInt.asUintN(${width}, ${shifted})`;
      return width > 32 ? cut : `Number(${cut})`;
    }
    if (signed) return `(${unit} << ${32 - shift - width}) >> ${32 - width}`;
    const range = { low: shift, high: shift + width - 1 };
    return rangeCode(
      { text: unit, type: 'number', first: 0n, last: null, atom: true },
      range,
      member.size * 8,
    ).text;
  }

  /** The variable with the storage unit of a bit-field. */
  #unit(item: Item, member: BitsMember): { readonly unit: string; readonly wide: boolean } {
    const wide = ![1, 2, 4].includes(member.size);
    const place: Place = { base: 'offset', delta: item.delta ?? 0 };
    const key = `${item.delta} ${member.size} ${item.sheltered || item.field.condition !== undefined ? item.id : ''}`;
    const known = this.#units.get(key);
    if (known !== undefined) return { unit: known, wide };
    const unit = this.scope.locals.claim(`unit_${item.delta ?? 0}`);
    this.#units.set(key, unit);
    const little = this.facts.abi.endian === 'little';
    if (wide) {
      this.line(
        `const ${unit} = ${this.module.runtime('readUnit')}(view, ${this.text(place)}, ${member.size}, ${little});`,
      );
    } else {
      const scalar = {
        bytes: member.size as 1 | 2 | 4,
        signed: false,
        littleEndian: member.size === 1 ? undefined : little,
        js: 'number',
      } as const;
      this.line(`const ${unit} = ${readScalar(scalar, this.text(place))};`);
    }
    return { unit, wide };
  }

  #group(item: Item): string {
    if (item.name === null) throw new InternalError('an anonymous group has no value');
    const type = this.module.structType(item.field.type.kind === 'named' ? item.field.type.name : '');
    const variable = spread(item.items).some((inner) => inner.field.condition !== undefined)
      ? this.scope.nameOf(item)
      : '';
    return this.#object(item.items, type, variable, false);
  }

  #struct(item: Item): string {
    const name = item.field.type.kind === 'named' ? item.field.type.name : '';
    const dynamic = this.facts.isDynamic(name);
    const decode = dynamic
      ? this.module.codecPart(name, this.facts, 'decode', '')
      : this.module.nestedPart(name, this.facts, 'read');
    const place = dynamic ? this.place(item) : this.#checked(item, this.bytesOf(item) ?? 0);
    const call = `${decode}(view, ${this.text(place)}${this.nestedArguments(name, true)})`;
    if (!dynamic) {
      this.#readTails(item);
      this.#follow(item, place, this.bytesOf(item) ?? 0);
      return call;
    }
    const variable = this.scope.nameOf(item);
    this.line(`let ${variable}: ${this.module.structType(name)};`);
    this.block('try {', () => this.line(`${variable} = ${call};`), '} catch (error) {');
    this.printer.indented(() =>
      this.line(`throw ${this.module.runtime('inside')}(${this.where(item)}, error);`),
    );
    this.line('}');
    this.#readTails(item);
    if (this.isFollowed(item)) this.line(`next = ${this.text(place)} + ${this.#measure(name, variable)};`);
    return variable;
  }

  #measure(struct: string, variable: string): string {
    const measure = this.module.codecPart(struct, this.facts, 'measure', '');
    return `${measure}(${variable}${this.facts.usesContext(struct) ? ', context' : ''})`;
  }

  /** Reads integers inside a nested struct that could not be read at the start. */
  #readTails(item: Item): void {
    for (const reference of this.scope.references.values()) {
      if (reference.item !== item || reference.tail.length === 0) continue;
      const read = readTail(reference, this.plan);
      if (read === undefined) continue;
      const declared =
        read.delta + read.bytes <= this.plan.layout.minSize &&
        item.field.condition === undefined &&
        !item.sheltered;
      if (declared) continue;
      const name = this.scope.references.get(keyOf(reference))?.name ?? '';
      this.line(
        `if (offset + ${read.delta + read.bytes} <= ${this.dynamic ? 'limit' : 'view.byteLength'}) ${name} = ${read.text};`,
      );
    }
  }

  /** The place of an item of known size; refuses to go on where it does not fit. */
  #checked(item: Item, bytes: number): Place {
    const place = this.place(item);
    if (this.isSure(item, bytes) || !this.dynamic) return place;
    const error = `${this.module.runtime('tooShort')}(${this.where(item)}, ${this.text(place)}, ${bytes}, limit)`;
    this.guard(`!(${this.text(place, bytes)} <= limit)`, error);
    return place;
  }

  #grouped(place: Place): string {
    return place.delta === 0 ? place.base : `(${this.text(place)})`;
  }

  #follow(item: Item, place: Place, bytes: number): void {
    if (this.isFollowed(item)) this.line(`next = ${this.text(place, bytes)};`);
  }

  /** The number of elements of a flexible array, checked against what is there. */
  #checkedCount(item: Item, place: Place, bytes: number): string {
    const count = this.count(item);
    const left = `limit - ${this.#grouped(place)}`;
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

  #bytes(item: Item): string {
    const { type } = item.field;
    const read = this.module.runtime('readBytes');
    if (type.kind === 'array') {
      const place = this.#checked(item, type.length);
      this.#follow(item, place, type.length);
      return `${read}(view, ${this.text(place)}, ${type.length})`;
    }
    const place = this.place(item);
    const count = this.#checkedCount(item, place, 1);
    const name = this.scope.nameOf(item);
    this.line(`const ${name} = ${read}(view, ${this.text(place)}, ${count});`);
    if (this.isFollowed(item)) this.line(`next = ${this.text(place)} + ${count};`);
    return name;
  }

  #array(item: Item): string {
    const { type } = item.field;
    if (type.kind !== 'array' && type.kind !== 'flexible') throw new InternalError('no array');
    const bytes = this.scope.elementBytes(item);
    const varies = this.facts.isDynamicType(type.element);
    const fixed = type.kind === 'array';
    const place = fixed && !varies ? this.#checked(item, bytes * type.length) : this.place(item);
    const short = fixed && !varies && leaves(type) <= longestLiteral;
    if (short) {
      this.#follow(item, place, bytes * type.length);
      return this.#literalArray(type, place, item.abi);
    }
    const count = fixed ? `${type.length}` : this.#checkedCount(item, place, Math.max(bytes, 1));
    const name = this.scope.nameOf(item);
    this.line(`const ${name}: ${this.elementsType(type.element)}[] = [];`);
    if (varies) this.#varyingLoop(item, name, place, count);
    else {
      this.#loop(type.element, { array: name, place, count, abi: item.abi, depth: 0 });
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
  #literalArray(type: Type & { kind: 'array' }, place: Place, abi: Abi): string {
    const bytes = this.facts.extent(type.element).size ?? 0;
    const elements = Array.from({ length: type.length }, (_, i) => {
      return this.#element(type.element, { ...place, delta: place.delta + i * bytes }, abi);
    });
    const line = `[${elements.join(', ')}]`;
    return line.length <= 90 && !line.includes('\n')
      ? line
      : `[\n${elements.map((element) => indent(`${element},`)).join('\n')}\n]`;
  }

  /** The value of an element of fixed size at a place. */
  #element(type: Type, place: Place, abi: Abi): string {
    if (type.kind === 'array') {
      if (isByte(type.element))
        return `${this.module.runtime('readBytes')}(view, ${this.text(place)}, ${type.length})`;
      return this.#literalArray(type, place, abi);
    }
    if (type.kind === 'named') {
      const decode = this.module.nestedPart(type.name, this.facts, 'read');
      return `${decode}(view, ${this.text(place)}${this.nestedArguments(type.name, true)})`;
    }
    return readScalar(mustBeScalar(type, abi), this.text(place));
  }

  /** A loop over elements of fixed size. */
  #loop(type: Type, loop: { array: string; place: Place; count: string; abi: Abi; depth: number }): void {
    const { array, place, count, abi, depth } = loop;
    const bytes = this.facts.extent(type).size ?? 0;
    const i = `${'ijklmnop'.charAt(depth) || 'z'}`;
    const step = bytes === 1 ? i : `${bytes} * ${i}`;
    const at = { base: `${this.text(place)} + ${step}`, delta: 0 };
    const head = `for (let ${i} = 0; ${i} < ${count}; ${i}++)`;
    if (type.kind !== 'array' || isByte(type.element) || leaves(type) <= longestLiteral) {
      const element = this.#element(type, at, abi);
      this.block(`${head} {`, () => this.line(`${array}.push(${element});`));
      return;
    }
    this.block(`${head} {`, () => {
      const inner = this.scope.locals.claim(`${array}_${i}`);
      this.line(`const ${inner}: ${this.elementsType(type.element)}[] = [];`);
      this.#loop(type.element, { array: inner, place: at, count: `${type.length}`, abi, depth: depth + 1 });
      this.line(`${array}.push(${inner});`);
    });
  }

  /** A loop over structs whose sizes differ. */
  #varyingLoop(item: Item, array: string, place: Place, count: string): void {
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
          this.line(`${at} += ${this.#measure(type.name, 'element')};`);
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

  /** Refuses a block that is longer than the room it has. */
  #checkSize(): void {
    const { size, name } = this.plan.struct;
    if (size === undefined || !this.dynamic) return;
    const code = this.scope.number(size, [name]);
    const local = this.scope.locals.claim('size');
    const error = `${this.module.runtime('tooShort')}('${name}', offset, ${local}, limit)`;
    this.line(`const ${local} = ${code.text};`);
    this.guard(`!(offset + ${local} <= limit)`, error);
  }
}

/** Number of integers or structs in an array of arrays. */
function leaves(type: Type): number {
  if (type.kind !== 'array') return 1;
  return isByte(type.element) ? 1 : type.length * leaves(type.element);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
