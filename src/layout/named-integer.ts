import type { BitField } from '../model/bits.ts';
import type { Model } from '../model/model.ts';
import type { Abi } from './abi.ts';
import { constantOf } from './constants.ts';
import { layOut } from './layout.ts';

const macrosOfModels = new WeakMap<Model, Map<string, bigint>>();

/** The integer that a name of C stands for: constants, flags and values, and the macros of registers and bits. */
export function integerNamed(model: Model, name: string, abi: Abi): bigint | undefined {
  const constant = constantOf(model, name);
  if (constant !== undefined) return constant;
  let macros = macrosOfModels.get(model);
  if (macros === undefined) {
    macros = new Map();
    // Known before it is filled: layouts do not need macros of registers, but must not start over here.
    macrosOfModels.set(model, macros);
    collect(model, abi, macros);
  }
  const alias = model.aliases.get(name);
  return macros.get(name) ?? (alias === undefined ? undefined : integerNamed(model, alias.target, abi));
}

function collect(model: Model, abi: Abi, macros: Map<string, bigint>): void {
  for (const struct of model.structs.values()) {
    for (const { bits } of struct.fields) for (const range of bits ?? []) collectRange(range, macros);
    if (struct.kind !== 'registers') continue;
    const layout = layOut(model, struct.name, abi);
    if (struct.sizeMacro !== undefined) macros.set(struct.sizeMacro, BigInt(layout.size ?? layout.minSize));
    for (const member of layout.members) {
      if (member.kind !== 'field' || member.field.macro === undefined || member.offset === null) continue;
      macros.set(member.field.macro, BigInt(member.offset));
    }
  }
}

function collectRange(range: BitField, macros: Map<string, bigint>): void {
  const low = BigInt(range.low);
  if (range.macro !== undefined)
    macros.set(range.macro, ((1n << BigInt(range.high - range.low + 1)) - 1n) << low);
  if (range.shiftMacro !== undefined) macros.set(range.shiftMacro, low);
  for (const { macro, value, inPlace } of range.values) {
    if (macro !== undefined) macros.set(macro, inPlace ? value << low : value);
  }
  for (const inner of range.bits) collectRange(inner, macros);
}
