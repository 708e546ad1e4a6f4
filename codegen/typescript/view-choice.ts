import { UsageError } from '../../src/base/usage-error.ts';
import type { Model } from '../../src/model/model.ts';
import type { EmitOptions } from '../backend.ts';
import { declaredBy } from '../scope.ts';
import { structsIn } from './facts.ts';

/** Words of the setting `views` that mean more than one struct. */
const words = ['ioctls', 'all', 'none'];

/** The structs that get a view, a class of accessors over the buffer. Structs inside of them get one as well. */
export class ViewChoice {
  readonly #model: Model;
  readonly #wanted: readonly string[];
  /** The structs with a view by the interface that declares them. */
  readonly #known = new Map<string, ReadonlySet<string>>();

  constructor(model: Model, options: EmitOptions) {
    this.#model = model;
    this.#wanted = wantedOf(options);
  }

  /** Whether a struct has a view in the file of the interface that declares it. */
  has(name: string): boolean {
    const struct = this.#model.structs.get(name);
    if (struct === undefined) return false;
    const owner = struct.interface;
    const known = this.#known.get(owner) ?? this.#choose(owner);
    this.#known.set(owner, known);
    return known.has(name);
  }

  /** The choice asks nothing but the interface itself, so that every file that imports it finds the same views. */
  #choose(owner: string): ReadonlySet<string> {
    const { structs, ioctls } = this.#model;
    const chosen = new Set<string>();
    const add = (name: string): void => {
      const struct = structs.get(name);
      if (struct?.interface !== owner || chosen.has(name)) return;
      chosen.add(name);
      for (const { type } of struct.fields) structsIn(type).forEach(add);
    };
    for (const word of this.#wanted) {
      if (word === 'all') for (const { name } of declaredBy(structs, owner)) add(name);
      else if (word === 'ioctls') {
        for (const { argument } of declaredBy(ioctls, owner))
          if (argument.kind === 'struct') add(argument.name);
      } else add(word);
    }
    return chosen;
  }
}

/** Throws unless every name in the setting is that of a struct which some file declares. */
export function checkViews(models: readonly Model[], options: EmitOptions): void {
  for (const word of wantedOf(options)) {
    if (words.includes(word)) continue;
    if (models.some(({ root, structs }) => structs.get(word)?.interface === root)) continue;
    throw new UsageError(`views=${word}: no such struct, expected ${words.join(', ')} or names of structs`);
  }
}

function wantedOf({ settings = {} }: EmitOptions): readonly string[] {
  return (settings['views'] ?? 'ioctls').split(',').map((word) => word.trim());
}
