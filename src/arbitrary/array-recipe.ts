import fc from 'fast-check';
import type { FieldValue } from '../codec/oracle/value.ts';
import type { Mode } from './options.ts';
import type { Recipe } from './recipe.ts';

/** Most elements that fast-check makes of a flexible array; more are repetitions of them. */
const elementsMax = 4;

/** The recipe of bytes; `length` null for a flexible array. */
export function bytesRecipe(
  length: number | null,
  parts: { readonly mode: Mode; readonly zero: boolean; readonly text: boolean },
): Recipe {
  const { mode, zero, text } = parts;
  const printable = text && mode === 'valid';
  const byte = zero
    ? fc.constant(0)
    : printable
      ? fc.integer({ min: 0x20, max: 0x7e })
      : mode === 'boundary'
        ? fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)
        : fc.nat(0xff);
  const some =
    length === null ? { maxLength: 8 } : { maxLength: Math.min(length, 32), minLength: Math.min(length, 1) };
  return {
    material: fc.array(byte, some).map((bytes) => Uint8Array.from(bytes)),
    build(material, { count }) {
      const bytes = material as Uint8Array;
      const wanted = length ?? (count === undefined ? bytes.length : Number(count));
      return Uint8Array.from({ length: wanted }, (_, i) =>
        bytes.length === 0 ? 0 : (bytes[i % bytes.length] ?? 0),
      );
    },
  };
}

/** The recipe of an array of anything else. */
export function arrayRecipe(element: Recipe, length: number | null): Recipe {
  const most = Math.min(length ?? elementsMax, elementsMax);
  // One element is always there to be repeated; a further number says how many of a flexible array are taken.
  const elements = fc.array(element.material, { minLength: Math.min(most, 1), maxLength: most });
  return {
    material: fc.tuple(elements, fc.nat(most)),
    build(material, making) {
      const [materials, taken] = material as [unknown[], number];
      const { site, path, count } = making;
      const wanted = length ?? (count === undefined ? Math.min(taken, materials.length) : Number(count));
      return Array.from({ length: wanted }, (_, i): FieldValue => {
        return site.within(`[${i}]`, () =>
          element.build(materials[i % materials.length], { site, path: `${path}[${i}]` }),
        );
      });
    },
  };
}
