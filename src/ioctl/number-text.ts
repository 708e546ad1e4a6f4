import {
  type Architecture,
  ioctlEncoding,
  makeIoctlNumber,
  packIoctlNumber,
  splitIoctlNumber,
} from '../codec/runtime/ioctl-number.ts';

/** The number that a text stands for, or what is wrong with the text. */
export type NumberText = { readonly number: number } | { readonly problem: string };

/** Longest text that is looked at. */
const textMax = 200;

/** Whether a text is meant as the number of an ioctl: digits, or a call of a macro like `_IOWR(...)`. */
export function isNumberText(text: string): boolean {
  return /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(text) || /^_IO[A-Z]*\s*\(/.test(text);
}

/**
 * Reads the number of an ioctl as people write it and strace prints it: `0x3b85`, `15237`, `_IO(';', 0x85)`,
 * `_IOWR(0x3b, 0x85, 40)`, `_IOC(_IOC_READ|_IOC_WRITE, 0x3b, 0x85, 0x28)`.
 *
 * @param text what {@link isNumberText} holds for
 * @param architecture whose macros make the number
 */
export function parseIoctlNumber(text: string, architecture: Architecture): NumberText {
  if (text.length > textMax) return { problem: 'is too long for the number of an ioctl' };
  if (!text.startsWith('_')) return plainNumber(text);
  const [, name = '', list] = /^(_IO[A-Z]*)\s*\((.*)\)\s*$/s.exec(text) ?? [];
  if (list === undefined) return { problem: 'does not end with )' };
  const form = forms.get(name);
  if (form === undefined)
    return { problem: `has no macro that makes numbers, expected ${[...forms.keys()].join(', ')}` };
  const given = argumentsIn(list);
  if (given.length !== form.length) {
    return { problem: `has ${given.length} arguments, expected ${name}(${form.join(', ')})` };
  }
  const parts: { direction: number; type: number; nr: number; size: number } = {
    direction: 0,
    type: 0,
    nr: 0,
    size: 0,
  };
  const { none, read, write, sizeBits } = ioctlEncoding(architecture);
  const ways = { _IOC_NONE: none, _IOC_READ: read, _IOC_WRITE: write };
  parts.direction = { _IO: none, _IOR: read, _IOW: write, _IOWR: read | write }[name] ?? 0;
  const max = { direction: 2 ** (16 - sizeBits) - 1, type: 0xff, nr: 0xff, size: 2 ** 14 - 1 };
  for (const [i, part] of form.entries()) {
    const argument = given[i] ?? '';
    const value = part === 'direction' ? directionIn(argument, ways) : integerIn(argument);
    if (value === null || value > max[part]) {
      return {
        problem: `has the ${part} ${argument === '' ? '(nothing)' : argument}, expected ${expectations[part](max[part])}`,
      };
    }
    parts[part] = value;
  }
  return { number: packIoctlNumber(parts, architecture) };
}

/** A number as the macro call that makes it on an architecture: `_IOWR(0x3b, 0x85, 40 bytes)`. */
export function formatMacro(number: number, architecture: Architecture): string {
  const { macro, direction, type, nr, size } = splitIoctlNumber(number, architecture);
  const place = `${hex(type)}, ${hex(nr)}`;
  const bytes = `${size} ${size === 1 ? 'byte' : 'bytes'}`;
  if (macro === null || makeIoctlNumber({ macro, type, nr, size }, architecture) !== number) {
    return `not made by any macro (type ${hex(type)}, nr ${hex(nr)}, direction bits ${direction}, ${bytes})`;
  }
  if (macro !== '_IO') return `${macro}(${place}, ${bytes})`;
  return size === 0 ? `_IO(${place})` : `_IO(${place}) with a size of ${bytes}`;
}

/** A number as strace prints one that it does not know: `_IOC(_IOC_READ|_IOC_WRITE, 0x3b, 0x85, 0x28)`. */
export function formatIoc(number: number, architecture: Architecture): string {
  const { direction, type, nr, size } = splitIoctlNumber(number, architecture);
  const { none, read, write } = ioctlEncoding(architecture);
  const names = new Map([
    [none, '_IOC_NONE'],
    [read, '_IOC_READ'],
    [write, '_IOC_WRITE'],
    [read | write, '_IOC_READ|_IOC_WRITE'],
  ]);
  return `_IOC(${names.get(direction) ?? hex(direction)}, ${hex(type)}, ${hex(nr)}, ${hex(size)})`;
}

/** A number as strace writes it: hexadecimal, but a plain 0. */
export function hex(number: number): string {
  return number === 0 ? '0' : `0x${number.toString(16)}`;
}

type Part = 'direction' | 'type' | 'nr' | 'size';

/** What the macros take. */
const forms: ReadonlyMap<string, readonly Part[]> = new Map<string, readonly Part[]>([
  ['_IO', ['type', 'nr']],
  ['_IOR', ['type', 'nr', 'size']],
  ['_IOW', ['type', 'nr', 'size']],
  ['_IOWR', ['type', 'nr', 'size']],
  ['_IOC', ['direction', 'type', 'nr', 'size']],
]);

const expectations: { readonly [part in Part]: (max: number) => string } = {
  direction: () => '_IOC_NONE, _IOC_READ, _IOC_WRITE or _IOC_READ|_IOC_WRITE',
  type: (max) => `a character like ';' or a number up to ${max}`,
  nr: (max) => `a number up to ${max}`,
  size: (max) => `a number of bytes up to ${max}`,
};

/** The kernel takes the low 32 bits; those above them may only be copies of the sign, as in a 64-bit register. */
function plainNumber(text: string): NumberText {
  const number = BigInt(text);
  const low = BigInt.asUintN(32, number);
  if (number !== low && number !== BigInt.asUintN(64, BigInt.asIntN(32, low))) {
    return { problem: 'does not fit in the 32 bits of an ioctl number' };
  }
  return { number: Number(low) };
}

/** The arguments between parentheses; a comma may be one of them, as a character. */
function argumentsIn(list: string): readonly string[] {
  const quoted = list.replace(/','/g, "'\\x2c'");
  return quoted.trim() === '' ? [] : quoted.split(',').map((argument) => argument.trim());
}

function directionIn(text: string, ways: { readonly [name: string]: number }): number | null {
  let direction = 0;
  for (const word of text.split('|')) {
    const name = word.trim();
    const value = Object.hasOwn(ways, name) ? (ways[name] ?? null) : integerIn(name);
    if (value === null) return null;
    direction |= value;
  }
  return direction;
}

/** An integer or character as C writes it; null where the text is neither. */
function integerIn(text: string): number | null {
  const [, escaped, plain] = /^'(?:\\(x[0-9a-f]{1,2}|[0-7]{1,3}|['"\\?])|([\x20-\x7e]))'$/i.exec(text) ?? [];
  if (plain !== undefined && plain !== '\\' && plain !== "'") return plain.charCodeAt(0);
  if (escaped?.startsWith('x')) return Number.parseInt(escaped.slice(1), 16);
  if (escaped !== undefined) return /^\d/.test(escaped) ? Number.parseInt(escaped, 8) : escaped.charCodeAt(0);
  const [, digits] = /^((?:0x[0-9a-f]{1,8})|\d{1,10})u?l{0,2}$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  if (/^0\d/.test(digits)) return /[89]/.test(digits) ? null : Number.parseInt(digits, 8);
  return Number(digits);
}
