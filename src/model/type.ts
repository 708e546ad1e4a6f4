import type { Expression } from './expression.ts';

/**
 * Integers of fixed width. `le`/`be` fix the byte order, the others have the machine's. A plain 64-bit one has
 * the abi's alignment (4 on i386), an `aligned_` one is always aligned to 8. `char` is one byte of text.
 */
export const scalars = {
  u8: { bytes: 1, signed: false, order: 'native', align8: false },
  u16: { bytes: 2, signed: false, order: 'native', align8: false },
  u32: { bytes: 4, signed: false, order: 'native', align8: false },
  u64: { bytes: 8, signed: false, order: 'native', align8: false },
  s8: { bytes: 1, signed: true, order: 'native', align8: false },
  s16: { bytes: 2, signed: true, order: 'native', align8: false },
  s32: { bytes: 4, signed: true, order: 'native', align8: false },
  s64: { bytes: 8, signed: true, order: 'native', align8: false },
  le16: { bytes: 2, signed: false, order: 'little', align8: false },
  le32: { bytes: 4, signed: false, order: 'little', align8: false },
  le64: { bytes: 8, signed: false, order: 'little', align8: false },
  be16: { bytes: 2, signed: false, order: 'big', align8: false },
  be32: { bytes: 4, signed: false, order: 'big', align8: false },
  be64: { bytes: 8, signed: false, order: 'big', align8: false },
  aligned_u64: { bytes: 8, signed: false, order: 'native', align8: true },
  aligned_s64: { bytes: 8, signed: true, order: 'native', align8: true },
  aligned_le64: { bytes: 8, signed: false, order: 'little', align8: true },
  aligned_be64: { bytes: 8, signed: false, order: 'big', align8: true },
  char: { bytes: 1, signed: false, order: 'native', align8: false },
} as const;

/** The name of an integer type. */
export type ScalarName = keyof typeof scalars;

/** What a field holds. Names of structs, unions and register blocks are looked up in the Model. */
export type Type =
  | { readonly kind: 'scalar'; readonly name: ScalarName }
  /** A pointer as wide as the abi's `long`; `target` null is `void *`. */
  | { readonly kind: 'pointer'; readonly target: Type | null }
  /** `length` is the number of elements; `expression` is how the schema wrote it (for C). */
  | {
      readonly kind: 'array';
      readonly element: Type;
      readonly length: number;
      readonly expression: Expression;
    }
  /** An array without a length at the end of a struct; how many elements there are stands in the field's `count`. */
  | { readonly kind: 'flexible'; readonly element: Type }
  /** A struct, union or register block by name; anonymous and inline ones have made-up names (`outer::member`). */
  | { readonly kind: 'named'; readonly name: string };
