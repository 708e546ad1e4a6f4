import { InternalError } from '../../src/base/internal-error.ts';
import { isTextArray } from '../../src/model/field.ts';
import type { Type } from '../../src/model/type.ts';
import type { Place } from './emitter.ts';
import { EncodeBits } from './encode-bits.ts';
import type { Item } from './plan.ts';
import { isByte, mustBeScalar, writeScalar } from './scalar.ts';

/** Encoders of arrays. */
export abstract class EncodeArrays extends EncodeBits {
  protected bytes(item: Item): void {
    const { type } = item.field;
    const name = this.scope.nameOf(item);
    const fixed = type.kind === 'array' ? type.length : null;
    const place = fixed === null ? this.place(item) : this.room(item, fixed);
    const field = this.scope.countOf(item);
    this.line(`const ${name} = ${this.givenBytes(item, type, `${this.given(item)} ?? undefined`)};`);
    this.line(
      `if (${name} !== undefined) ${this.module.runtime('checkBytes')}(${this.where(item)}, ${name}, ${this.text(place)});`,
    );
    const count = fixed === null ? this.checkedCount(item, name, place, 1, field) : `${fixed}`;
    this.line(
      `${this.module.runtime('writeBytes')}(${this.where(item)}, ${name}, view, ${this.text(place)}, ${count});`,
    );
    this.follow(item, place, count);
  }

  /** What is given for an array, a string of text as its bytes. */
  private givenBytes(item: Item, type: Type, given: string): string {
    if ((type.kind !== 'array' && type.kind !== 'flexible') || !isTextArray(item.field, type.element))
      return given;
    return `${this.module.runtime('textBytes')}(${given}${type.kind === 'array' ? `, ${type.length}` : ''})`;
  }

  /** The variable with the number of elements to write, checked against what is given and the room. */
  protected checkedCount(
    item: Item,
    given: string,
    place: Place,
    bytes: number,
    known: string | undefined,
  ): string {
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
    if (this.tracks) {
      this.line(
        `filled = ${this.module.runtime('claim')}(${this.where(item)}, view, filled, ${this.text(place)}, ${size});`,
      );
      return name;
    }
    const room = `${this.module.runtime('noRoom')}(${this.where(item)}, ${this.text(place)}, ${size}, view.byteLength)`;
    this.guard(`!(${this.text(place)} + ${size} <= view.byteLength)`, room);
    if (this.ownsBytes(item)) {
      const declared = item.field.condition !== undefined || this.plan.struct.kind === 'union';
      this.line(
        `${declared ? '' : 'const '}bytes = ${this.plan.struct.kind === 'union' ? `Math.max(bytes, ${size})` : size};`,
      );
    }
    return name;
  }

  protected array(item: Item): void {
    const { type } = item.field;
    if (type.kind !== 'array' && type.kind !== 'flexible') throw new InternalError('no array');
    const name = this.scope.nameOf(item);
    const bytes = this.scope.elementBytes(item);
    const varies = this.facts.isDynamicType(type.element);
    const fixed = type.kind === 'array';
    const place = fixed && !varies ? this.room(item, bytes * type.length) : this.place(item);
    this.line(`const ${name} = ${this.given(item)} ?? undefined;`);
    const error = `${this.module.runtime('wrongType')}(${this.where(item)}, ${name}, ${this.text(place)}, 'an array')`;
    this.guard(`${name} !== undefined && !Array.isArray(${name})`, error);
    const count = fixed
      ? this.fixedCount(item, name, place, type.length)
      : this.checkedCount(item, name, place, varies ? 0 : bytes, this.scope.countOf(item));
    if (varies) {
      this.varyingLoop(item, type.element, name, place, count);
      return;
    }
    this.loop(item, type.element, {
      array: name,
      place,
      count,
      path: this.where(item).slice(1, -1),
      depth: 0,
    });
    this.follow(item, place, `${bytes} * ${count}`);
  }

  protected fixedCount(item: Item, name: string, place: Place, length: number): string {
    const error = `${this.module.runtime('countMismatch')}(${this.where(item)}, ${this.text(place)}, ${length}, ${name}.length)`;
    this.guard(`${name} !== undefined && ${name}.length !== ${length}`, error);
    return `${length}`;
  }

  /** Writes elements of fixed size one after the other; zeros or defaults where no array is given. */
  protected loop(
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
            writeScalar(scalar, `${element}_at`, this.checkCall(scalar, where, element, `${element}_at`)),
          );
        });
      });
      return;
    }
    const inner = depth === 0 ? `${array} === undefined ? undefined : ${array}[${i}]` : `${array}?.[${i}]`;
    this.block(head, () => {
      this.line(`const ${element} = ${this.givenBytes(item, type, inner)};`);
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
      this.loop(item, type.element, {
        array: element,
        place: { base: at, delta: 0 },
        count: `${type.length}`,
        path: `${path}[\${${i}}]`,
        depth: depth + 1,
      });
    });
  }

  /** Writes structs of different sizes one after the other. */
  protected varyingLoop(item: Item, type: Type, array: string, place: Place, count: string): void {
    if (type.kind !== 'named') throw new InternalError('an array of arrays of varying size');
    const encode = this.module.codecPart(type.name, this.facts, 'encode', '');
    const at = this.scope.locals.claim(`${item.name ?? 'item'}_next`);
    const index = this.scope.locals.claim('index');
    const where = `\`${this.where(item).slice(1, -1)}[\${${index}}]\``;
    this.line(`let ${at} = ${this.text(place)};`);
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
    this.printer.indented(() => this.line(`throw ${this.module.runtime('inside')}(${where}, error);`));
    this.line('}');
    if (this.tracks) this.line(`filled = Math.max(filled, ${at});`);
    else if (this.ownsBytes(item))
      this.line(`const bytes = ${at} - ${place.delta === 0 ? place.base : `(${this.text(place)})`};`);
    if (this.isFollowed(item)) this.line(`next = ${at};`);
  }
}
