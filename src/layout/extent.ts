import { unreachable } from '../base/internal-error.ts';
import type { Expression } from '../model/expression.ts';
import { scalars, type Type } from '../model/type.ts';
import type { Abi } from './abi.ts';
import type { Layout } from './member.ts';

/** What laying out one struct needs from its surroundings. */
export interface LayoutContext {
  readonly abi: Abi;
  /** Layout of another struct of the model. */
  layOut(name: string): Layout;
  /** Value of an expression that does not depend on the contents of a struct with these fields; else undefined. */
  constant(expression: Expression, fieldNames: ReadonlySet<string>): bigint | undefined;
}

/** Bytes that a type takes. */
export interface Extent {
  /** Null where it depends on the contents, or for a flexible array. */
  readonly size: number | null;
  readonly minSize: number;
  /** Alignment in bytes as a member of a struct. */
  readonly align: number;
  readonly nested: Layout | null;
}

/** Size and alignment of a type as a member of a struct. */
export function extentOf(type: Type, context: LayoutContext): Extent {
  switch (type.kind) {
    case 'scalar': {
      const { bytes, align8 } = scalars[type.name];
      const align = bytes === 8 && !align8 ? context.abi.u64Align : bytes;
      return { size: bytes, minSize: bytes, align, nested: null };
    }
    case 'pointer': {
      const bytes = context.abi.pointerBytes;
      return { size: bytes, minSize: bytes, align: bytes, nested: null };
    }
    case 'array': {
      const element = extentOf(type.element, context);
      const size = element.size === null ? null : element.size * type.length;
      return { ...element, size, minSize: element.minSize * type.length };
    }
    case 'flexible':
      return { ...extentOf(type.element, context), size: null, minSize: 0 };
    case 'named': {
      const nested = context.layOut(type.name);
      return { size: nested.size, minSize: nested.minSize, align: nested.align, nested };
    }
    default:
      return unreachable(type);
  }
}
