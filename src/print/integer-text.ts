import { hexInteger } from './hex.ts';

/** How an integer is written. */
export interface IntegerStyle {
  readonly widthBits: number;
  readonly format?: 'hex' | 'decimal' | 'signed' | undefined;
  readonly unit?: string | undefined;
}

/** An integer as text, and what it comes to. */
export interface IntegerText {
  readonly text: string;
  readonly meaning: string;
}

/**
 * Writes an integer with its unit. Units are words (`bytes`), steps (`16 bytes`: the value counts these) and
 * logarithms (`log2(bytes)`).
 */
export function integerText(value: bigint, { widthBits, format, unit }: IntegerStyle): IntegerText {
  const digits =
    format === 'hex'
      ? hexInteger(value, widthBits)
      : String(format === 'signed' ? BigInt.asIntN(widthBits, value) : value);
  if (unit === undefined) return { text: digits, meaning: '' };
  const step = /^(\d+) (.+)$/.exec(unit);
  if (step !== null) {
    const product = value * BigInt(step[1] ?? 1);
    return { text: digits, meaning: format === 'hex' ? hexInteger(product) : amount(product, step[2] ?? '') };
  }
  const logarithm = /^log2\((.+)\)$/.exec(unit);
  if (logarithm !== null) {
    const word = logarithm[1] ?? '';
    return {
      text: digits,
      meaning: value >= 0n && value < 64n ? amount(1n << value, word) : `2^${value} ${word}`,
    };
  }
  return { text: `${digits} ${singular(value, unit)}`, meaning: binaryAmount(value, unit) };
}

function amount(value: bigint, unit: string): string {
  const binary = binaryAmount(value, unit);
  return binary === '' ? `${value} ${singular(value, unit)}` : binary;
}

function singular(value: bigint, unit: string): string {
  return value === 1n && /^[a-z]{3,}s$/.test(unit) ? unit.slice(0, -1) : unit;
}

const binaryUnits = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes in the largest binary unit that they are a multiple of; empty where there is none. */
function binaryAmount(value: bigint, unit: string): string {
  const start = ['bytes', 'KB', 'MB', 'GB'].indexOf(unit);
  if (start < 0 || value <= 0n) return '';
  let rest = value;
  let name = start === 0 ? '' : (binaryUnits[start - 1] ?? '');
  for (const next of binaryUnits.slice(start)) {
    if (rest % 1024n !== 0n) break;
    rest /= 1024n;
    name = next;
  }
  return name === '' ? '' : `${rest} ${name}`;
}
