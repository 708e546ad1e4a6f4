import { InternalError } from '../../src/base/internal-error.ts';
import { DecodeArrays } from './decode-arrays.ts';
import { indent } from './decode-members.ts';
import { memberOf, propertyName } from './names.ts';
import { type Item, spread } from './plan.ts';
import { mustBeScalar } from './scalar.ts';
import { readTail } from './scope.ts';

/** Prints the body of a decoder. */
export class DecodeEmitter extends DecodeArrays {
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
    this.declareReferences();
    if (this.hasFollowers) this.line('let next = offset;');
    const value = this.object(
      this.plan.items,
      struct.name,
      'value',
      this.dynamic && struct.size !== undefined,
    );
    this.checkSize();
    this.line(`return ${value};`);
  }

  /** Reads the integers that expressions ask for and that are always there; others start as 0. */
  protected declareReferences(): void {
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
        else this.line(`let ${name}${this.zero(reference.tail.at(-1)?.field.type ?? item.field.type)};`);
      } else if (
        item.field.condition === undefined &&
        !item.sheltered &&
        this.isSure(item, this.bytesOf(item))
      ) {
        this.line(
          `const ${name} = ${bits ? this.bitField(item) : this.read(item, { base: 'offset', delta: item.delta ?? 0 })};`,
        );
      } else {
        this.line(`let ${name}${this.zero(item.field.type)};`);
      }
    }
    for (const item of this.plan.all) {
      const presence = this.scope.presenceOf(item);
      if (presence !== undefined && item.sheltered) this.line(`let ${presence} = false;`);
      const count = this.scope.countOf(item);
      if (count !== undefined) this.line(`let ${count} = 0;`);
    }
  }

  /** Statements and the expression for an object with some items; `variable` is used where it must grow. */
  protected object(items: readonly Item[], struct: string, variable: string, named: boolean): string {
    const all = spread(items);
    const sure = all.findIndex((item) => item.field.condition !== undefined);
    const leading = sure === -1 ? all : all.slice(0, sure);
    const lines = leading.flatMap((item) => this.entry(item));
    const literal = lines.length === 0 ? '{}' : `{\n${lines.map(indent).join('\n')}\n}`;
    if (sure === -1 && !named) return literal;
    const type = this.module.structType(struct);
    const complete = all.slice(leading.length).every((item) => item.field.condition !== undefined);
    this.line(
      complete ? `const ${variable}: ${type} = ${literal};` : `const ${variable} = ${literal} as ${type};`,
    );
    for (const item of all.slice(leading.length)) this.assign(item, variable);
    return variable;
  }

  /** The property of an item that is always there. */
  protected entry(item: Item): readonly string[] {
    const value = this.value(item);
    if (item.name === null) return [];
    return [
      value === item.name && propertyName(item.name) === item.name
        ? `${value},`
        : `${propertyName(item.name)}: ${value},`,
    ];
  }

  protected assign(item: Item, object: string): void {
    const presence = this.scope.presenceOf(item);
    const condition = this.condition(item);
    const put = (): void => {
      if (item.kind === 'group' && item.name === null) {
        for (const inner of spread(item.items)) this.assign(inner, object);
        return;
      }
      const value = this.value(item);
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
  protected value(item: Item): string {
    switch (item.kind) {
      case 'scalar':
        return this.scalar(item);
      case 'bits':
        return this.isRead(item) ? this.scope.nameOf(item) : this.keep(item, this.bitField(item));
      case 'group':
        return this.group(item);
      case 'struct':
        return this.struct(item);
      case 'bytes':
        return this.bytes(item);
      case 'array':
        return this.array(item);
    }
  }

  protected scalar(item: Item): string {
    const { bits } = item.field;
    if (this.isRead(item))
      return bits === undefined ? this.scope.nameOf(item) : this.bitsObject(item, this.scope.nameOf(item));
    const place = this.checked(item, mustBeScalar(item.field.type, item.abi).bytes);
    const text = this.keep(item, this.read(item, place));
    this.follow(item, place, mustBeScalar(item.field.type, item.abi).bytes);
    if (bits === undefined) return text;
    if (this.scope.isReferenced(item)) return this.bitsObject(item, this.scope.nameOf(item));
    const raw = this.scope.nameOf(item);
    this.line(`const ${raw} = ${text};`);
    return this.bitsObject(item, raw);
  }

  protected group(item: Item): string {
    if (item.name === null) throw new InternalError('an anonymous group has no value');
    const type = item.field.type.kind === 'named' ? item.field.type.name : '';
    const variable = spread(item.items).some((inner) => inner.field.condition !== undefined)
      ? this.scope.nameOf(item)
      : '';
    return this.object(item.items, type, variable, false);
  }

  protected struct(item: Item): string {
    const name = item.field.type.kind === 'named' ? item.field.type.name : '';
    const dynamic = this.facts.isDynamic(name);
    const decode = dynamic
      ? this.module.codecPart(name, this.facts, 'decode', '')
      : this.module.nestedPart(name, this.facts, 'read');
    const place = dynamic ? this.place(item) : this.checked(item, this.bytesOf(item) ?? 0);
    const call = `${decode}(view, ${this.text(place)}${this.nestedArguments(name, true)})`;
    if (!dynamic) {
      this.readTails(item);
      this.follow(item, place, this.bytesOf(item) ?? 0);
      return call;
    }
    const variable = this.scope.nameOf(item);
    this.line(`let ${variable}: ${this.module.structType(name)};`);
    this.block('try {', () => this.line(`${variable} = ${call};`), '} catch (error) {');
    this.printer.indented(() =>
      this.line(`throw ${this.module.runtime('inside')}(${this.where(item)}, error);`),
    );
    this.line('}');
    this.readTails(item);
    if (this.isFollowed(item)) this.line(`next = ${this.text(place)} + ${this.measure(name, variable)};`);
    return variable;
  }

  /** Refuses a block that is longer than the room it has. */
  protected checkSize(): void {
    const { size, name } = this.plan.struct;
    if (size === undefined || !this.dynamic) return;
    const code = this.scope.number(size, [name]);
    const local = this.scope.locals.claim('size');
    const error = `${this.module.runtime('tooShort')}('${name}', offset, ${local}, limit)`;
    this.line(`const ${local} = ${code.text};`);
    this.guard(`!(offset + ${local} <= limit)`, error);
  }
}
