import type fc from 'fast-check';
import type { Site } from '../codec/oracle/site.ts';
import type { FieldValue, OpenValue } from '../codec/oracle/value.ts';

/**
 * How values of a type are made: fast-check makes the material, all of it without regard to what depends on
 * what, and `build` cuts it to a value that fits together. So whatever fast-check shrinks the material to, the
 * value stays what it was meant to be.
 */
export interface Recipe {
  readonly material: fc.Arbitrary<unknown>;
  build(material: unknown, making: Making): FieldValue;
}

/** The recipe of a struct, whose members may belong to the struct around. */
export interface StructRecipe extends Recipe {
  buildMembers(material: unknown, making: Making, value: OpenValue): void;
}

/** What is known while a value is built. */
export interface Making {
  readonly site: Site;
  /** The dotted path of the member. */
  readonly path: string;
  /** Elements that an array has to have, or the number that a member counts; undefined where it is free. */
  readonly count?: bigint;
}
