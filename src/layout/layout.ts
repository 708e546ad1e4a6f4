import { assert } from '../base/internal-error.ts';
import { fold } from '../model/evaluate.ts';
import type { Model } from '../model/model.ts';
import type { Abi } from './abi.ts';
import { layOutC } from './c-struct.ts';
import { constantScope } from './constants.ts';
import type { LayoutContext } from './extent.ts';
import { limits } from './limits.ts';
import type { Layout } from './member.ts';
import { layOutRegisters } from './registers.ts';

export type { BitsMember, FieldMember, Filler, Layout, Member } from './member.ts';

/**
 * Computes the layout of a struct, union or register block on an abi.
 *
 * @param name a key of `model.structs`
 * @throws InternalError for a name that the model does not have and for structs that contain themselves,
 *   which the resolver refuses before
 */
export function layOut(model: Model, name: string, abi: Abi): Layout {
  return new LayoutRun(model, abi).layOut(name);
}

/** One call of {@link layOut}, remembering the layouts of nested structs. */
class LayoutRun implements LayoutContext {
  readonly abi: Abi;
  readonly #model: Model;
  readonly #done = new Map<string, Layout>();
  readonly #active = new Set<string>();

  constructor(model: Model, abi: Abi) {
    this.#model = model;
    this.abi = abi;
  }

  layOut(name: string): Layout {
    const done = this.#done.get(name);
    if (done !== undefined) return done;
    const struct = this.#model.structs.get(name);
    assert(struct !== undefined, `layout of an unknown struct: ${name}`);
    assert(!this.#active.has(name), `struct contains itself: ${name}`);
    assert(this.#active.size < limits.nesting, `structs nested too deep: ${name}`);
    this.#active.add(name);
    const layout = struct.kind === 'registers' ? layOutRegisters(struct, this) : layOutC(struct, this);
    this.#active.delete(name);
    this.#done.set(name, layout);
    return layout;
  }

  constant: LayoutContext['constant'] = (expression, fieldNames) => {
    const scope = constantScope(this.#model, (name) => this.#reachable(name));
    return fold(expression, {
      ...scope,
      lookup: (path) => (fieldNames.has(path[0] ?? '') ? undefined : scope.lookup(path)),
    });
  };

  /** The layout for an expression, undefined where it would need itself. */
  #reachable(name: string): Layout | undefined {
    return this.#model.structs.has(name) && !this.#active.has(name) ? this.layOut(name) : undefined;
  }
}
