import { InternalError } from '../src/base/internal-error.ts';
import type { AnyDeclaration, Interface, Model } from '../src/model/model.ts';
import type { EmitOptions } from './backend.ts';

/** The interfaces that a back-end prints, in the order asked for. */
export function interfacesToEmit(model: Model, options: EmitOptions): readonly Interface[] {
  return (options.interfaces ?? [model.root]).map((name) => {
    const found = model.interfaces.get(name);
    if (found === undefined) throw new InternalError(`the model has no interface ${name}`);
    return found;
  });
}

/** The declarations of one map that belong to an interface, in the order of the schema's text. */
export function declaredBy<T extends AnyDeclaration>(
  map: ReadonlyMap<string, T>,
  owner: string,
): readonly T[] {
  return [...map.values()].filter((each) => each.interface === owner).sort((a, b) => a.order - b.order);
}
