import type { BitField } from '../../src/model/bits.ts';
import type { SetValue } from '../../src/model/declaration.ts';
import { boolean, type Code, literalText, operand } from './code.ts';
import type { Item } from './plan.ts';
import type { Scalar } from './scalar.ts';

/** The code of some bits of an integer. */
export function rangeCode(raw: Code, bits: Pick<BitField, 'low' | 'high'>, width: number): Code {
  const size = bits.high - bits.low + 1;
  const last = (1n << BigInt(size)) - 1n;
  const bounds = { first: 0n, last };
  if (raw.type === 'bigint') {
    const shifted = bits.low === 0 ? operand(raw) : `(${operand(raw)} >> ${bits.low}n)`;
    const text = bits.high === width - 1 && bits.low > 0 ? shifted : `${shifted} & 0x${last.toString(16)}n`;
    if (size > 32)
      return { ...bounds, text, type: 'bigint', atom: text.startsWith('(') && !text.includes(' & ') };
    return { ...bounds, text: `Number(${text})`, type: 'number', atom: true };
  }
  if (size === width) return { ...raw, ...bounds };
  const shifted = bits.low === 0 ? operand(raw) : `${operand(raw)} >>> ${bits.low}`;
  if (bits.high === width - 1) return { ...bounds, text: shifted, type: 'number', atom: bits.low === 0 };
  const text = `${bits.low === 0 ? shifted : `(${shifted})`} & ${literalText(last, true)}`;
  return { ...bounds, text, type: 'number', atom: false };
}

export function flagCode(value: Code, flag: SetValue): Code {
  const mask = literalText(flag.value, value.type === 'number');
  const zero = value.type === 'number' ? '0' : '0n';
  return boolean(`(${operand(value)} & ${mask}) !== ${zero}`);
}

/** The range of a register that holds another one: the same, or one with finer names. */
export function rangeWith(all: readonly BitField[], bits: BitField): BitField | undefined {
  return all.find(
    (range) => range === bits || (range.low <= bits.low && bits.high <= range.high && range.bits.length > 0),
  );
}

export function integerCode(name: string, scalar: Scalar, raw: boolean, member: Item['member']): Code {
  const width = BigInt(member.kind === 'bits' ? member.bitWidth : scalar.bytes * 8);
  const signed = scalar.signed && !raw;
  const [first, last] = signed
    ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n]
    : [0n, (1n << width) - 1n];
  const type = member.kind === 'bits' ? (width > 32n ? 'bigint' : 'number') : scalar.js;
  return { text: name, type, first, last, atom: true };
}
