import type { BitField } from '../../src/model/bits.ts';
import type { Struct } from '../../src/model/declaration.ts';
import type { Interface, Model } from '../../src/model/model.ts';

/** The C type of a struct or union: `struct iommu_ioas_map`. */
export function cStructType(struct: Struct): string {
  return `${struct.kind === 'union' ? 'union' : 'struct'} ${struct.tag ?? struct.name}`;
}

/** A macro that is a header's own business; undefined again at its end. */
export function privateMacro(owner: Interface, word: string): string {
  return `${owner.header.guard}_${word}`;
}

/** Names that C sees as integers: constants, flags, values, ioctls, macros of registers, aliases of these. */
export function cIntegerNames(model: Model): ReadonlySet<string> {
  const names = new Set<string>([...model.constants.keys(), ...model.aliases.keys(), ...model.ioctls.keys()]);
  for (const set of [...model.flags.values(), ...model.enums.values()]) {
    for (const value of set.values) names.add(value.name);
  }
  for (const struct of model.structs.values()) {
    for (const name of registerMacroNames(struct)) names.add(name);
  }
  return names;
}

/** The macros that a block of registers makes. */
export function registerMacroNames(block: Struct): readonly string[] {
  const names = [block.sizeMacro];
  for (const field of block.fields) names.push(field.macro, ...(field.bits ?? []).flatMap(bitMacroNames));
  return names.filter((name) => name !== undefined);
}

function bitMacroNames(bits: BitField): readonly (string | undefined)[] {
  return [
    bits.macro,
    bits.shiftMacro,
    ...bits.values.map((value) => value.macro),
    ...bits.bits.flatMap(bitMacroNames),
  ];
}
