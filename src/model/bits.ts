import type { Span } from '../base/span.ts';
import type { Expression } from './expression.ts';
import type { Availability } from './release.ts';
import type { SetUse } from './set-use.ts';

/**
 * How software may access bits of a register (PCI Express Base Specification, section 7.4, "Configuration
 * Register Types"): read-only, read-write, write 1 to clear, write 1 to set, hardware-initialised, the sticky
 * forms of these (S), reserved and preserved (RsvdP), reserved and zero (RsvdZ), write-only.
 */
export const registerAccesses = [
  'RO',
  'RW',
  'RW1C',
  'RW1S',
  'HwInit',
  'ROS',
  'RWS',
  'RW1CS',
  'WO',
  'RsvdP',
  'RsvdZ',
] as const;

/** One of the {@link registerAccesses}. */
export type RegisterAccess = (typeof registerAccesses)[number];

/** A range of bits within an integer. */
export interface BitField {
  readonly name: string;
  /** Lowest and highest bit, both included, counted from 0 at the least significant bit. */
  readonly low: number;
  readonly high: number;
  readonly doc: string;
  readonly span: Span;
  readonly availability: Availability;
  readonly access?: RegisterAccess;
  /** Reserved bits: RsvdP or RsvdZ in registers, must be zero in C fields. */
  readonly reserved: boolean;
  /** The bits mean something only where this holds; elsewhere they are reserved. */
  readonly condition?: Expression;
  /** Meanings of single values. */
  readonly values: readonly BitValue[];
  /** Values come from an enum or flag set declared elsewhere. */
  readonly enumeration?: SetUse;
  readonly flags?: SetUse;
  /** Finer names for single bits inside this range (positions absolute in the register). */
  readonly bits: readonly BitField[];
  /** Unit of the raw value. */
  readonly unit?: string;
  /** C macro with the mask in place, and its value where it is not the plain 32-bit mask. */
  readonly macro?: string;
  /** Suffix of the mask in C (`U`, `UL`, `ULL`). */
  readonly suffix: string;
  /** C macro with the position of the lowest bit. */
  readonly shiftMacro?: string;
}

/** The name of one value of a range of bits. */
export interface BitValue {
  /** The value of the bits, shifted down to bit 0. */
  readonly value: bigint;
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  /** C macro for the value: as it stands in the register (`inPlace`) or shifted down. */
  readonly macro?: string;
  readonly inPlace: boolean;
}

/** The property that keeps bits which no range holds: `rest` unless a range has that name. */
export function restName(ranges: readonly BitField[]): string {
  let name = 'rest';
  while (ranges.some((range) => range.name === name)) name += '_';
  return name;
}
