import type { Abi } from '../../layout/abi.ts';
import { type Layout, layOut } from '../../layout/layout.ts';
import { integerNamed } from '../../layout/named-integer.ts';
import type { Model } from '../../model/model.ts';
import { type PathTarget, resolvePath } from '../../model/path.ts';
import { scalars, type Type } from '../../model/type.ts';

/** What a codec knows before it sees a value: the schema on an abi. */
export class World {
  readonly model: Model;
  readonly abi: Abi;
  readonly #layouts = new Map<string, Layout>();
  readonly #paths = new Map<
    string,
    WeakMap<readonly string[], { readonly target: PathTarget | undefined }>
  >();

  constructor(model: Model, abi: Abi) {
    this.model = model;
    this.abi = abi;
  }

  /** The layout of a struct; undefined for a name that is none. */
  layout(name: string): Layout | undefined {
    if (!this.model.structs.has(name)) return undefined;
    const known = this.#layouts.get(name) ?? layOut(this.model, name, this.abi);
    this.#layouts.set(name, known);
    return known;
  }

  /** Bytes of a type; undefined where they depend on the contents. */
  sizeOf(type: Type): number | undefined {
    switch (type.kind) {
      case 'scalar':
        return scalars[type.name].bytes;
      case 'pointer':
        return this.abi.pointerBytes;
      case 'array': {
        const element = this.sizeOf(type.element);
        return element === undefined ? undefined : element * type.length;
      }
      case 'flexible':
        return undefined;
      case 'named':
        return this.layout(type.name)?.size ?? undefined;
    }
  }

  /** What a path means inside a struct. */
  resolve(struct: string, path: readonly string[]): PathTarget | undefined {
    const ofStruct = this.#paths.get(struct) ?? new WeakMap();
    this.#paths.set(struct, ofStruct);
    let known = ofStruct.get(path);
    if (known === undefined) {
      const constant = (name: string): bigint | undefined => integerNamed(this.model, name, this.abi);
      known = { target: resolvePath(this.model, struct, path, constant) };
      ofStruct.set(path, known);
    }
    return known.target;
  }
}

const worlds = new WeakMap<Model, Map<Abi, World>>();

/** The world of a model on an abi, made once. */
export function worldOf(model: Model, abi: Abi): World {
  const ofModel = worlds.get(model) ?? new Map<Abi, World>();
  worlds.set(model, ofModel);
  const world = ofModel.get(abi) ?? new World(model, abi);
  ofModel.set(abi, world);
  return world;
}
