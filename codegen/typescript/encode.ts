import type { Layout } from '../../src/layout/member.ts';
import type { Place } from './emitter.ts';
import { EncodeArrays } from './encode-arrays.ts';
import { holesOf, type Item, namedItems, ownBytes } from './plan.ts';
import { mustBeScalar, readScalar, scalarName, unsigned, writeScalar } from './scalar.ts';
import { readTail } from './scope.ts';

/** Prints the body of an encoder. */
export class EncodeEmitter extends EncodeArrays {
  /** The checks of a caller's arguments. */
  printChecks(): void {
    const { struct, layout } = this.plan;
    const minimum = layout.minSize;
    const test = minimum === 0 ? 'offset <= view.byteLength' : `offset + ${minimum} <= view.byteLength`;
    const error = `${this.module.runtime('cannotStart')}('${struct.name}', value, offset, ${minimum}, view.byteLength)`;
    // One throw: short functions are put in place of their calls by engines.
    this.guard(`typeof value !== 'object' || value === null || !(offset >= 0 && ${test})`, error);
  }

  /** What writes the bytes, and returns their number. */
  printBody(): void {
    const { struct, layout, items } = this.plan;
    this.declareReferences();
    this.zeroGaps(layout);
    if (this.tracks) this.line(`let filled = offset + ${layout.minSize};`);
    if (this.hasFollowers) this.line('let next = offset;');
    if (struct.kind === 'union') this.union(items, 0, layout.minSize);
    else this.items(items);
    this.printReturn();
  }

  protected printReturn(): void {
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
    if (this.tracks) this.line('return filled - offset;');
    else if (struct.kind === 'union') this.line('return bytes;');
    else this.line(`return ${this.flexibleEnd()};`);
  }

  /** The size of a C struct that ends in an array without length. */
  protected flexibleEnd(): string {
    const { layout, items } = this.plan;
    const last = items.at(-1);
    if (last === undefined || last.delta === null) return `${layout.minSize}`;
    return last.delta === layout.minSize
      ? `${last.delta} + bytes`
      : `Math.max(${layout.minSize}, ${last.delta} + bytes)`;
  }

  protected declareReferences(): void {
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
    if (this.dynamic && !this.tracks && flexible !== undefined) {
      const starts = this.plan.struct.kind === 'union' ? this.plan.layout.minSize : 0;
      if (flexible.field.condition !== undefined || this.plan.struct.kind === 'union')
        this.line(`let bytes = ${starts};`);
    }
  }

  /** Zeros where no member writes. */
  protected zeroGaps(layout: Layout): void {
    if (this.plan.struct.kind === 'registers' && this.leavesGaps()) {
      this.zeros({ base: 'offset', delta: 0 }, this.plan.layout.minSize);
      return;
    }
    // Bit-fields without a name are never written, others may share bytes with more than themselves.
    if (this.plan.all.some((item) => item.kind === 'bits' && (item.name === null || !this.isPure(item)))) {
      this.zeros({ base: 'offset', delta: 0 }, this.plan.layout.minSize);
      return;
    }
    for (const { delta, field, member, owner } of this.plan.all) {
      // A member of a C struct keeps its place where its condition does not hold.
      if (field.condition === undefined || owner.kind !== 'struct' || delta === null) continue;
      this.zeros({ base: 'offset', delta }, member.size ?? 0);
    }
    for (const { delta, bytes } of holesOf(layout, 0, this.plan.items))
      this.zeros({ base: 'offset', delta }, bytes);
  }

  /** True where some byte of a block of registers belongs to no register that is always there. */
  protected leavesGaps(): boolean {
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

  /** Writes items in the order of the schema, but what an expression asks for before what asks. */
  protected items(items: readonly Item[]): void {
    for (const item of items) this.inOrder(item, items);
  }

  protected inOrder(item: Item, siblings: readonly Item[]): void {
    if (this.written.has(item)) return;
    this.written.add(item);
    for (const needed of this.neededBy(item)) {
      const sibling = siblings.find((each) => each === needed || contains(each, needed));
      if (sibling !== undefined) this.inOrder(sibling, siblings);
    }
    this.item(item);
  }

  protected neededBy(item: Item): readonly Item[] {
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
    return [...own, ...filled, ...item.items.flatMap((inner) => this.neededBy(inner))];
  }

  protected item(item: Item): void {
    const condition = this.condition(item);
    if (condition === undefined) {
      this.write(item);
      return;
    }
    const presence = this.scope.presenceOf(item);
    if (presence !== undefined) this.line(`${item.sheltered ? '' : 'const '}${presence} = ${condition};`);
    this.line(this.ifLine(presence ?? condition, item.field.condition));
    this.printer.indented(() => this.write(item));
    const leaves = namedItems([item]);
    for (const leaf of leaves) {
      const given = this.given(leaf);
      this.line(`} else if (${given} != null) {`);
      this.printer.indented(() => this.refuse(leaf, given));
    }
    this.line('}');
  }

  protected refuse(item: Item, given: string): void {
    const at = item.delta === null ? 'offset' : this.text({ base: 'offset', delta: item.delta });
    this.line(`throw ${this.module.runtime('unexpectedField')}(${this.where(item)}, ${given}, ${at});`);
  }

  protected write(item: Item): void {
    if (item.kind === 'scalar' && item.field.bits !== undefined) this.register(item);
    else if (item.kind === 'scalar') this.scalar(item);
    else if (item.kind === 'bits') this.bitFields(item);
    else if (item.kind === 'group') this.group(item);
    else if (item.kind === 'struct') this.struct(item);
    else if (item.kind === 'bytes') this.bytes(item);
    else this.array(item);
  }

  protected group(item: Item): void {
    const base = item.delta ?? 0;
    if (item.name !== null) {
      const object = this.scope.nameOf(item);
      const given = this.objectGiven(item, { base: 'offset', delta: base });
      if (namedItems(item.items).length === 0) this.line(`${given};`);
      else {
        const type = this.module.structType(item.field.type.kind === 'named' ? item.field.type.name : '');
        this.line(`const ${object}: ${this.module.runtimeType('Encodable')}<${type}> = ${given};`);
      }
      this.objects.set(item.id, object);
    }
    if (item.union) this.union(item.items, base, item.member.size ?? 0);
    else this.items(item.items);
  }

  /** A union: the members that are given, which must agree on the bytes they share. */
  protected union(items: readonly Item[], base: number, size: number): void {
    const place: Place = { base: 'offset', delta: base };
    if (this.sameScalars(items)) {
      this.sharedScalar(items, base, size);
      return;
    }
    const apart = items.length < 2 || this.exclude(items);
    let check = '';
    if (apart) this.zeros(place, size);
    else {
      check = this.scope.locals.claim('shared');
      this.line('// The members that are given must agree on the bytes that they share.');
      this.line(
        `const ${check} = new ${this.module.runtime('UnionBytes')}(view, ${this.text(place)}, ${size});`,
      );
    }
    for (const arm of items) this.arm(arm, check, base, size);
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

  protected arm(arm: Item, check: string, base: number, size: number): void {
    const leaves = namedItems([arm]);
    if (leaves.length === 0) return;
    const condition = this.condition(arm);
    const given = leaves.map((leaf) => `${this.given(leaf)} != null`).join(' || ');
    this.block(`if (${given}) {`, () => {
      const first = leaves[0] ?? arm;
      if (condition !== undefined) {
        const at = this.text({ base: 'offset', delta: base });
        const error = `${this.module.runtime('unexpectedField')}(${this.where(first)}, ${this.given(first)}, ${at})`;
        this.guard(negated(condition), error);
      }
      this.write(arm);
      if (check === '') return;
      const runs = ownBytes(arm, this.facts, base, size).map(([start, end]) => `[${start}, ${end}]`);
      this.line(`${check}.add(${this.where(first)}, ${this.given(first)}, [${runs.join(', ')}]);`);
    });
  }

  /** True where the members are plain integers of one type without conditions. */
  protected sameScalars(items: readonly Item[]): boolean {
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

  protected sharedScalar(items: readonly Item[], base: number, size: number): void {
    const [first] = items;
    if (first === undefined) return;
    const scalar = mustBeScalar(first.field.type, first.abi);
    const place: Place = { base: 'offset', delta: base };
    const zero = scalar.js === 'bigint' ? '0n' : '0';
    const name = this.scope.nameOf(first);
    const paths = items.map((item) => this.where(item));
    const given = items.map((item) => this.given(item));
    const where = paths.reduceRight((rest, path, i) => `${given[i]} != null ? ${path} : ${rest}`);
    const check = this.checkCall(scalar, where, `${given.join(' ?? ')} ?? ${zero}`, this.text(place));
    this.line(`const ${name} = ${check};`);
    for (const [i, other] of given.entries()) {
      if (i === 0) continue;
      const error = `${this.module.runtime('unlike')}('${scalarName(scalar)}', ${paths[i]}, ${other}, ${this.text(place)})`;
      this.guard(`(${other} ?? ${name}) !== ${name}`, error);
    }
    this.line(writeScalar(scalar, this.text(place), name));
    if (size > scalar.bytes) this.zeros({ base: 'offset', delta: base + scalar.bytes }, size - scalar.bytes);
  }

  /** True where each member's condition compares the same thing with another constant. */
  protected exclude(items: readonly Item[]): boolean {
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

  protected struct(item: Item): void {
    const name = item.field.type.kind === 'named' ? item.field.type.name : '';
    const dynamic = this.facts.isDynamic(name);
    const place = this.room(item, dynamic ? 0 : (this.bytesOf(item) ?? 0), dynamic);
    const bytes = dynamic ? this.bytesName(item) : '';
    const value = this.scope.nameOf(item);
    const write = dynamic
      ? this.module.codecPart(name, this.facts, 'encode', '')
      : this.module.nestedPart(name, this.facts, 'write');
    const call = `${write}(${value}, view, ${this.text(place)}${this.nestedArguments(name, false)})`;
    this.line(`const ${value} = ${dynamic ? `${this.given(item)} ?? {}` : this.objectGiven(item, place)};`);
    if (dynamic && !this.ownsBytes(item)) this.line(`let ${bytes} = 0;`);
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
    if (dynamic && this.tracks) this.line(`filled = Math.max(filled, ${this.text(place)} + ${bytes});`);
    this.follow(item, place, dynamic ? bytes : `${this.bytesOf(item) ?? 0}`);
    this.readTails(item);
  }

  protected bytesName(item: Item): string {
    return this.ownsBytes(item) ? 'bytes' : this.scope.locals.claim(`${item.name ?? 'it'}_bytes`);
  }

  /** Integers inside a nested struct that expressions ask for, read back from what was written. */
  protected readTails(item: Item): void {
    for (const reference of this.scope.references.values()) {
      if (reference.item !== item || reference.tail.length === 0) continue;
      const read = readTail(reference, this.plan);
      const declare = this.isDeclared(item) ? '' : 'const ';
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
}

/** The opposite of a condition. */
function negated(condition: string): string {
  return /^\S+ === \S+$/.test(condition) ? condition.replace(' === ', ' !== ') : `!(${condition})`;
}

function contains(group: Item, item: Item): boolean {
  return item.id.startsWith(`${group.id}/`);
}
