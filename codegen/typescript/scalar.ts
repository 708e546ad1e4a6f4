import { InternalError } from '../../src/base/internal-error.ts';
import type { Abi } from '../../src/layout/abi.ts';
import type { Type } from '../../src/model/type.ts';
import { type IntegerFormat, integerFormat } from '../../src/plan/place.ts';

/** How one integer stands in memory and in a value. */
export interface Scalar {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  /** The argument of DataView's methods; undefined for single bytes. */
  readonly littleEndian: boolean | undefined;
  /** How values hold it: 64-bit integers and pointers are bigints. */
  readonly js: 'number' | 'bigint';
}

/** The integer that a type is; undefined for everything else. */
export function scalarOf(type: Type, abi: Abi): Scalar | undefined {
  const format = integerFormat(type, abi.endian, abi);
  if (format === undefined) return undefined;
  const wide = type.kind === 'pointer' || format.bytes === 8;
  return { ...unitScalar(format), signed: format.signed, js: wide ? 'bigint' : 'number' };
}

/** The unsigned integer of 1, 2, 4 or 8 bytes that is read as a whole. */
export function unitScalar({ bytes, littleEndian }: Pick<IntegerFormat, 'bytes' | 'littleEndian'>): Scalar {
  return {
    bytes: bytes as Scalar['bytes'],
    signed: false,
    littleEndian: bytes === 1 ? undefined : littleEndian,
    js: bytes === 8 ? 'bigint' : 'number',
  };
}

/** Like {@link scalarOf} for a type that is known to be an integer. */
export function mustBeScalar(type: Type, abi: Abi): Scalar {
  const scalar = scalarOf(type, abi);
  if (scalar === undefined) throw new InternalError(`not an integer: ${type.kind}`);
  return scalar;
}

/** True where every element is one plain byte, so that values hold an Uint8Array. */
export function isByte(type: Type): boolean {
  return type.kind === 'scalar' && (type.name === 'u8' || type.name === 'char');
}

/** The expression that reads an integer from the DataView. */
export function readScalar(scalar: Scalar, at: string): string {
  const text = `view.get${method(scalar)}(${at}${orderArgument(scalar)})`;
  return scalar.js === 'bigint' && scalar.bytes === 4 ? `BigInt(${text})` : text;
}

/** The statement that writes a checked integer to the DataView. */
export function writeScalar(scalar: Scalar, at: string, value: string): string {
  const text = scalar.js === 'bigint' && scalar.bytes === 4 ? `Number(${value})` : value;
  return `view.set${method(scalar)}(${at}, ${text}${orderArgument(scalar)});`;
}

/** The runtime's function that checks an integer of this kind. */
export function checkFunction(scalar: Scalar): string {
  if (scalar.js === 'bigint' && scalar.bytes === 4) return 'checkPointer32';
  return `check${scalar.signed ? 'S' : 'U'}${scalar.bytes * 8}`;
}

/** A condition that holds where a variable is no integer of this kind. */
export function isNot(scalar: Scalar, name: string): string {
  const bits = scalar.bytes * 8;
  if (scalar.js === 'number') return `typeof ${name} !== 'number' || ${narrowed(scalar, name)} !== ${name}`;
  return `typeof ${name} !== 'bigint' || BigInt.as${scalar.signed ? 'Int' : 'Uint'}N(${bits}, ${name}) !== ${name}`;
}

/** The name of the type in error messages: `u32`, `s8`. */
export function scalarName(scalar: Scalar): string {
  const kind = scalar.js === 'bigint' && scalar.bytes === 4 ? 'p' : scalar.signed ? 's' : 'u';
  return `${kind}${scalar.bytes * 8}`;
}

/** A scalar read as unsigned, whatever its sign. */
export function unsigned(scalar: Scalar): Scalar {
  return { ...scalar, signed: false };
}

function narrowed(scalar: Scalar, name: string): string {
  if (scalar.bytes === 4) return scalar.signed ? `(${name} | 0)` : `${name} >>> 0`;
  const shift = 32 - scalar.bytes * 8;
  if (scalar.signed) return `(${name} << ${shift}) >> ${shift}`;
  return `(${name} & 0x${(2 ** (scalar.bytes * 8) - 1).toString(16)})`;
}

function method({ bytes, signed }: Scalar): string {
  return bytes === 8 ? `Big${signed ? 'Int' : 'Uint'}64` : `${signed ? 'Int' : 'Uint'}${bytes * 8}`;
}

function orderArgument({ littleEndian }: Scalar): string {
  return littleEndian === undefined ? '' : `, ${littleEndian}`;
}
