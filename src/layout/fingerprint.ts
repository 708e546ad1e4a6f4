import type { Expression } from '../model/expression.ts';
import type { Model } from '../model/model.ts';
import { abis } from './abi.ts';
import { integerNamed } from './named-integer.ts';

/** Parts of declarations that say nothing of the bytes. */
const ignored: ReadonlySet<string> = new Set(
  'availability derived doc format interface memberOf order rules source span unit values'.split(' '),
);

/**
 * A number for everything that a codec of a struct depends on: its fields, those of structs inside it and of members of
 * its variants, and the constants of its expressions. Texts do not count.
 *
 * @param struct a key of `model.structs`; the model is one of a single release
 * @returns eight hex digits
 */
export function fingerprint(model: Model, struct: string): string {
  return hash(new Description(model).of(struct));
}

/** Everything that a codec depends on as one text. */
class Description {
  readonly #model: Model;
  readonly #seen = new Set<string>();
  readonly #parts: string[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  of(name: string): string {
    this.#struct(name);
    return this.#parts.join('\n');
  }

  #struct(name: string): void {
    const struct = this.#model.structs.get(name);
    if (struct === undefined || this.#seen.has(name)) return;
    this.#seen.add(name);
    this.#parts.push(name);
    this.#value(struct);
    for (const { type, variant } of struct.fields) {
      for (let inner = type; ; inner = inner.element) {
        if (inner.kind === 'named') this.#struct(inner.name);
        if (inner.kind !== 'array' && inner.kind !== 'flexible') break;
      }
      if (variant !== undefined) this.#set(variant.set);
    }
  }

  #set(set: string): void {
    if (this.#seen.has(`variants ${set}`)) return;
    this.#seen.add(`variants ${set}`);
    for (const { name, memberOf } of this.#model.structs.values()) {
      const own = memberOf.filter((membership) => membership.set === set);
      if (own.length === 0) continue;
      this.#parts.push(set, name);
      this.#value(own);
      this.#struct(name);
    }
  }

  /** Everything in a value, in the order of its parts. */
  #value(value: unknown): void {
    if (typeof value !== 'object' || value === null) {
      this.#parts.push(String(value));
      return;
    }
    if (Array.isArray(value)) {
      this.#parts.push(`[${value.length}`);
      for (const each of value) this.#value(each);
      return;
    }
    if ((value as Partial<Expression>).kind === 'name') {
      this.#parts.push(this.#name((value as Expression & { kind: 'name' }).path.join('.')));
      return;
    }
    for (const [key, part] of Object.entries(value)) {
      if (ignored.has(key) || part === undefined) continue;
      this.#parts.push(key);
      this.#value(part);
    }
    this.#parts.push('}');
  }

  /** A name of a constant stands for its value; other names are those of fields. */
  #name(path: string): string {
    const constant = integerNamed(this.#model, path, abis.lp64);
    return constant === undefined ? path : `${path}=${constant}`;
  }
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return (state >>> 0).toString(16).padStart(8, '0');
}
