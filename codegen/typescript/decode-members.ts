import type { Type } from '../../src/model/type.ts';
import { Emitter, type Place } from './emitter.ts';
import type { Item } from './plan.ts';
import { mustBeScalar, readScalar, unsigned } from './scalar.ts';
import { keyOf, readTail } from './scope.ts';

/** What all parts of a decoder need: places, checks of them, and variables. */
export abstract class DecodeMembers extends Emitter {
  protected override checkPlace(item: Item, name: string): void {
    const error = `${this.module.runtime('badOffset')}(${this.where(item)}, ${name}, limit)`;
    this.guard(`!(${name} >= offset && ${name} <= limit)`, error);
  }

  protected override checkPlaceEnd(item: Item, name: string): void {
    const error = `${this.module.runtime('badOffset')}(${this.where(item)}, ${name}, limit)`;
    this.guard(`!(${name} <= limit)`, error);
  }

  protected zero(type: Type): string {
    return mustBeScalar(type, this.facts.abi).js === 'bigint' ? ' = 0n' : ' = 0';
  }

  /** True where {@link #declareReferences} has read an item's integer. */
  protected isRead(item: Item): boolean {
    return (
      this.scope.isReferenced(item) &&
      item.field.condition === undefined &&
      !item.sheltered &&
      this.isSure(item, this.bytesOf(item))
    );
  }

  protected read(item: Item, place: Place): string {
    const scalar = mustBeScalar(item.field.type, item.abi);
    return readScalar(item.field.bits === undefined ? scalar : unsigned(scalar), this.text(place));
  }

  /** Stores a referenced integer that was not known before; gives the expression to use from then on. */
  protected keep(item: Item, text: string): string {
    if (!this.scope.isReferenced(item) || item.name === null) return text;
    this.line(`${this.scope.nameOf(item)} = ${text};`);
    return this.scope.nameOf(item);
  }

  protected measure(struct: string, variable: string): string {
    const measure = this.module.codecPart(struct, this.facts, 'measure', '');
    return `${measure}(${variable}${this.facts.usesContext(struct) ? ', context' : ''})`;
  }

  /** Reads integers inside a nested struct that could not be read at the start. */
  protected readTails(item: Item): void {
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
  protected checked(item: Item, bytes: number): Place {
    const place = this.place(item);
    if (this.isSure(item, bytes) || !this.dynamic) return place;
    const error = `${this.module.runtime('tooShort')}(${this.where(item)}, ${this.text(place)}, ${bytes}, limit)`;
    this.guard(`!(${this.text(place, bytes)} <= limit)`, error);
    return place;
  }

  protected grouped(place: Place): string {
    return place.delta === 0 ? place.base : `(${this.text(place)})`;
  }

  protected follow(item: Item, place: Place, bytes: number): void {
    if (this.isFollowed(item)) this.line(`next = ${this.text(place, bytes)};`);
  }
}

/** A text of several lines, one level deeper. */
export function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
