import { unreachable } from '../base/internal-error.ts';
import type { Model } from '../model/model.ts';
import type { ScalarName, Type } from '../model/type.ts';

/** A C declaration around the name: `__u32` `name` `[4]`. */
export interface CType {
  /** What stands before the name, with the stars of pointers. */
  readonly base: string;
  /** Array dimensions behind the name. */
  readonly suffix: string;
}

/** The kernel's name of a scalar type in its uAPI headers (linux/types.h): `__u32`, `__aligned_u64`, `char`. */
export function cScalar(name: ScalarName): string {
  return name === 'char' ? 'char' : `__${name}`;
}

/** How C declares something of a type; a type declared in place without a tag is just `struct` or `union`. */
export function cType(model: Model, type: Type): CType {
  switch (type.kind) {
    case 'scalar':
      return { base: cScalar(type.name), suffix: '' };
    case 'pointer': {
      if (type.target === null) return { base: 'void *', suffix: '' };
      const target = cType(model, type.target);
      return {
        base: target.base.endsWith('*') ? `${target.base}*` : `${target.base} *`,
        suffix: target.suffix,
      };
    }
    case 'array': {
      const element = cType(model, type.element);
      return { base: element.base, suffix: `[${type.length}]${element.suffix}` };
    }
    case 'flexible': {
      const element = cType(model, type.element);
      return { base: element.base, suffix: `[]${element.suffix}` };
    }
    case 'named': {
      const keyword = model.structs.get(type.name)?.kind === 'union' ? 'union' : 'struct';
      return { base: type.name.includes('::') ? keyword : `${keyword} ${type.name}`, suffix: '' };
    }
    default:
      return unreachable(type);
  }
}
