/** A piece of an expression in TypeScript, with what is known of its value. */
export interface Code {
  readonly text: string;
  readonly type: 'number' | 'bigint' | 'boolean';
  /** Smallest and largest value that it can have; null where unknown. */
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** True where the text needs no parentheses as an operand. */
  readonly atom: boolean;
}

/** An integer constant. */
export function literal(value: bigint): Code {
  const plain = value > -1000n && value < 1000n;
  const text = plain ? `${value}` : literalText(value, isSafe(value));
  return { text, type: isSafe(value) ? 'number' : 'bigint', first: value, last: value, atom: value >= 0n };
}

/** The text of an integer constant as a number or bigint: small ones decimal, others hexadecimal. */
export function literalText(value: bigint, asNumber: boolean): string {
  const size = value < 0n ? -value : value;
  const digits = size < 10n ? size.toString() : `0x${size.toString(16)}`;
  return `${value < 0n ? '-' : ''}${digits}${asNumber ? '' : 'n'}`;
}

/** True where a number holds the integer exactly. */
export function isSafe(value: bigint): boolean {
  return value >= -0x1f_ffff_ffff_ffffn && value <= 0x1f_ffff_ffff_ffffn;
}

/** The text as an operand. */
export function operand(code: Code): string {
  return code.atom ? code.text : `(${code.text})`;
}

/** The code as a number. */
export function asNumber(code: Code): Code {
  if (code.type === 'number') return code;
  const text = code.type === 'bigint' ? `Number(${code.text})` : `${operand(code)} ? 1 : 0`;
  return { ...code, text, type: 'number', atom: code.type === 'bigint' };
}

/** The code as a bigint. */
export function asBigint(code: Code): Code {
  if (code.type === 'bigint') return code;
  if (code.first !== null && code.first === code.last) {
    return { ...code, text: `${literal(code.first).text.replace(/n$/, '')}n`, type: 'bigint' };
  }
  if (code.type === 'boolean')
    return { ...code, text: `${operand(code)} ? 1n : 0n`, type: 'bigint', atom: false };
  return { ...code, text: `BigInt(${code.text})`, type: 'bigint', atom: true };
}

/** The code as a condition. */
export function asBoolean(code: Code): Code {
  if (code.type === 'boolean') return code;
  if (code.first !== null && code.first === code.last) return truth(code.first !== 0n);
  const zero = code.type === 'number' ? '0' : '0n';
  return boolean(`${operand(code)} !== ${zero}`);
}

/** A condition. */
export function boolean(text: string, atom = false): Code {
  return { text, type: 'boolean', first: 0n, last: 1n, atom };
}

/** A condition that always or never holds. */
export function truth(value: boolean): Code {
  const number = value ? 1n : 0n;
  return { text: `${value}`, type: 'boolean', first: number, last: number, atom: true };
}

/** True where the code is a number for sure between two values, both included. */
export function within(code: Code, first: bigint, last: bigint): boolean {
  return (
    code.type !== 'bigint' &&
    code.first !== null &&
    code.last !== null &&
    code.first >= first &&
    code.last <= last
  );
}
