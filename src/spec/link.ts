import type { AnyDeclaration, Interface, Model } from '../model/model.ts';

/** The parts of a Model that hold declarations, by kind. */
const sections = [
  'structs',
  'flags',
  'enums',
  'constants',
  'macros',
  'aliases',
  'ioctls',
  'handles',
  'fds',
  'variants',
  'chains',
] as const;

/**
 * Links schemas that were resolved one by one into one Model, so that each sees what the others add to it: members of
 * variant sets, constants, kinds of file. The first schema that knows an interface says what the interface is.
 *
 * Two interfaces may declare the same name, as a copy of an interface under another name does. The earlier one has the
 * name then, and the later one is left out with all that imports it: half an interface would mean something else. Kinds of
 * handle are the exception: they are words for what an id names, and several interfaces may use the same one.
 */
export function linkModels(models: readonly Model[]): Model {
  const [first, ...others] = models;
  if (first === undefined) throw new RangeError('there is no schema to link');
  if (others.length === 0) return first;
  const linker = new Linker(first);
  for (const model of others) linker.add(model);
  return linker.model;
}

type Section = (typeof sections)[number];
type OpenSections = { readonly [section in Section]: Map<string, AnyDeclaration> };

class Linker {
  readonly #first: Model;
  readonly #interfaces: Map<string, Interface>;
  readonly #sections: OpenSections;

  constructor(first: Model) {
    this.#first = first;
    this.#interfaces = new Map(first.interfaces);
    this.#sections = Object.fromEntries(
      sections.map((section) => [section, new Map<string, AnyDeclaration>(first[section])]),
    ) as OpenSections;
  }

  get model(): Model {
    return { ...this.#first, interfaces: this.#interfaces, ...(this.#sections as Pick<Model, Section>) };
  }

  add(model: Model): void {
    const left = this.#leftOut(model);
    const taken = new Set(
      [...model.interfaces.keys()].filter((name) => !left.has(name) && !this.#interfaces.has(name)),
    );
    for (const name of taken) this.#interfaces.set(name, model.interfaces.get(name) as Interface);
    for (const section of sections) {
      for (const [name, declaration] of model[section]) {
        const isNew = taken.has(declaration.interface) && !this.#sections[section].has(name);
        if (isNew) this.#sections[section].set(name, declaration);
      }
    }
  }

  /** Interfaces of a model with a name that another interface has, and those that import them. */
  #leftOut(model: Model): ReadonlySet<string> {
    const left = new Set<string>();
    for (const section of sections) {
      if (section === 'handles') continue;
      for (const [name, { interface: owner }] of model[section]) {
        const known = this.#sections[section].get(name);
        if (known !== undefined && known.interface !== owner && !this.#interfaces.has(owner)) left.add(owner);
      }
    }
    for (let before = -1; before !== left.size; ) {
      before = left.size;
      for (const { name, imports } of model.interfaces.values()) {
        if (imports.some((other) => left.has(other))) left.add(name);
      }
    }
    return left;
  }
}
