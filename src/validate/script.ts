import { type Place, wholePlace } from '../plan/place.ts';
import { isSmall, truthOperators } from '../plan/small.ts';
import { binary, read, type Term } from '../plan/term.ts';
import { approximation } from './approximation.ts';
import type { Test } from './plan.ts';

/** Functions that scripts call by name; see {@link helpers} for what they do. */
export type HelperName =
  | 'alignUp'
  | 'divide'
  | 'remainder'
  | 'shiftLeft'
  | 'shiftRight'
  | 'log2'
  | 'popcount';

/** What a script does with 64-bit numbers: exact bigints, or doubles first wherever those decide. */
export type ScriptMode = 'exact' | 'fast';

/** Prints terms as JavaScript expressions over `view: DataView` and `base: number`. */
export class ScriptWriter {
  readonly #mode: ScriptMode;
  readonly #reads = new Map<string, string>();
  readonly #named = new Map<string, string>();
  /** Helpers that the script calls. */
  readonly helpers: Set<HelperName>;

  constructor(mode: ScriptMode, helpers: Set<HelperName> = new Set()) {
    this.#mode = mode;
    this.helpers = helpers;
  }

  /** Declarations of everything that the printed expressions read, in the order of their first use. */
  get declarations(): readonly string[] {
    return [...this.#reads].map(([name, text]) => `const ${name} = ${text};`);
  }

  /** An expression that is true where the test fails. */
  fails(test: Test): string {
    switch (test.kind) {
      case 'zero':
        return this.#anySet(test.offset, test.length);
      case 'mask':
        return this.#beyond(test.place, test.allowed);
      case 'values':
        return this.#noneOf(test.place, test.values);
      case 'range': {
        const value = read(test.place);
        return this.isNot(binary('&&', binary('>=', value, test.first), binary('<=', value, test.last)));
      }
      case 'holds':
        return this.isNot(test.term);
    }
  }

  /** An expression that is true where a term is 0. */
  isNot(term: Term): string {
    const text = this.truth(term);
    return text.startsWith('!') && !text.includes(' ') ? text.slice(1) : `!${enclosed(text)}`;
  }

  /** An expression that is true where a term is not 0. */
  truth(term: Term): string {
    if (term.kind === 'constant') return term.value !== 0n ? 'true' : 'false';
    if (term.kind === 'unary' && term.operator === '!') return `!${enclosed(this.truth(term.operand))}`;
    if (term.kind === 'binary') {
      const { operator, left, right } = term;
      if (operator === '&&' || operator === '||') {
        return `(${this.truth(left)} ${operator} ${this.truth(right)})`;
      }
      if (truthOperators.has(operator)) return this.#comparison(operator, left, right);
    }
    return isSmall(term) ? `${this.number(term)} !== 0` : `${this.big(term)} !== 0n`;
  }

  #comparison(operator: string, left: Term, right: Term): string {
    const own = operator === '==' || operator === '!=' ? `${operator}=` : operator;
    if (isSmall(left) && isSmall(right)) return `${this.number(left)} ${own} ${this.number(right)}`;
    if (this.#mode === 'fast') {
      const halves = this.#halves(operator, left, right);
      if (halves !== undefined) return halves;
    }
    const exact = `${this.big(left)} ${own} ${this.big(right)}`;
    const [a, b] = [approximation(left), approximation(right)];
    if (this.#mode === 'exact' || a === undefined || b === undefined) return exact;
    const margin = 2 * (a + b) + 1;
    const distance = `${this.#double(left)} - ${enclosed(this.#double(right))}`;
    const below = operator === '<' || operator === '<=' || operator === '!=';
    const above = operator === '>' || operator === '>=' || operator === '!=';
    return `(${distance} > ${margin} ? ${above} : ${distance} < -${margin} ? ${below} : ${exact})`;
  }

  /** `field == constant` of 64 bits, without a bigint. */
  #halves(operator: string, left: Term, right: Term): string | undefined {
    const [field, value] = left.kind === 'read' ? [left, right] : [right, left];
    if ((operator !== '==' && operator !== '!=') || field.kind !== 'read' || value.kind !== 'constant')
      return undefined;
    const { place } = field;
    if (place.width !== 64 || place.signed || value.value < 0n || value.value >= 1n << 64n) return undefined;
    const [low, high] = [value.value & 0xffff_ffffn, value.value >> 32n];
    const [lowAt, highAt] = halvesOf(place);
    const equal = `${this.#word(lowAt, place)} === ${low} && ${this.#word(highAt, place)} === ${high}`;
    return operator === '==' ? `(${equal})` : `!(${equal})`;
  }

  #double(term: Term): string {
    if (isSmall(term)) return this.number(term);
    if (term.kind === 'constant') return `${Number(term.value)}`;
    if (term.kind === 'binary')
      return `(${this.#double(term.left)} ${term.operator} ${this.#double(term.right)})`;
    if (term.kind !== 'read' || term.place.width !== 64) return this.number(term);
    const [lowAt, highAt] = halvesOf(term.place);
    const low = this.#word(lowAt, term.place);
    const { signed, offset, littleEndian } = term.place;
    const high = signed ? `view.getInt32(base + ${highAt}, ${littleEndian})` : this.#word(highAt, term.place);
    return this.#declare(
      `d${offset}${signed ? 's' : ''}${littleEndian ? '' : 'b'}`,
      `${high} * 4294967296 + ${low}`,
    );
  }

  /** The local variable for a whole place: named after the field where people read the text. */
  #local(place: Place, short: string, text: string): string {
    if (this.#mode === 'fast' || place.path === '') return this.#declare(short, text);
    const key = `${place.offset} ${text}`;
    let name = this.#named.get(key);
    if (name === undefined) {
      const path = place.width === place.bytes * 8 ? place.path : place.path.replace(/\.[^.]*$/, '');
      const own = path.replace(/[^A-Za-z0-9_]+/g, '_');
      const taken = new Set([...this.#named.values(), ...reservedWords]);
      name = own;
      for (let i = 2; taken.has(name); i++) name = `${own}_${i}`;
      this.#named.set(key, name);
    }
    return this.#declare(name, text);
  }

  #word(offset: number, { littleEndian }: Place): string {
    return this.#declare(
      `w${offset}${littleEndian ? '' : 'b'}`,
      `view.getUint32(base + ${offset}, ${littleEndian})`,
    );
  }

  #declare(name: string, text: string): string {
    if (!this.#reads.has(name)) this.#reads.set(name, text);
    return name;
  }

  /** A term as a number; only for small terms. */
  number(term: Term): string {
    switch (term.kind) {
      case 'constant':
        return term.value < 0n ? `(${term.value})` : `${term.value}`;
      case 'read':
        return this.#readNumber(term.place);
      case 'unary': {
        if (term.operator === '!') return `(${this.truth(term)} ? 1 : 0)`;
        return term.operator === '-'
          ? `(-${this.number(term.operand)})`
          : `(-${this.number(term.operand)} - 1)`;
      }
      case 'binary':
        return this.#binaryNumber(term);
      case 'conditional':
        return `(${this.truth(term.test)} ? ${this.number(term.then)} : ${this.number(term.otherwise)})`;
      case 'call':
        return `Number(${this.big(term)})`;
    }
  }

  #binaryNumber(term: Term & { kind: 'binary' }): string {
    const { operator } = term;
    if (truthOperators.has(operator)) return `(${this.truth(term)} ? 1 : 0)`;
    const [a, b] = [this.number(term.left), this.number(term.right)];
    const zero = (term.right.first ?? 0n) > 0n ? '' : `${b} === 0 ? 0 : `;
    switch (operator) {
      case '/':
        return `(${zero}Math.floor(${a} / ${b}))`;
      case '%':
        return `(${zero}${a} % ${b})`;
      case '<<':
        return `(${a} * 2 ** ${b})`;
      case '>>':
        return `Math.floor(${a} / 2 ** ${b})`;
      case '&':
      case '|':
      case '^': {
        const positive = [term.left, term.right].some(({ last }) => (last ?? 0n) < 0x8000_0000n);
        return operator === '&' && positive ? `(${a} & ${b})` : `((${a} ${operator} ${b}) >>> 0)`;
      }
      default:
        return `(${a} ${operator} ${b})`;
    }
  }

  #readNumber(place: Place): string {
    const { offset, bytes, littleEndian, signed, shift, width } = place;
    if (bytes === 8) return `Number(${this.#readBig(place)})`;
    if (signed && width !== bytes * 8) {
      const whole = this.#readNumber(wholePlace(place));
      return `((${whole} << ${32 - shift - width}) >> ${32 - width})`;
    }
    const order = bytes === 1 ? '' : `, ${littleEndian}`;
    const text = `view.get${signed ? 'Int' : 'Uint'}${bytes * 8}(base + ${offset}${order})`;
    const short = `${signed ? 's' : bytes === 4 ? 'w' : 'u'}${offset}${signed || bytes !== 4 ? `_${bytes}` : ''}${littleEndian ? '' : 'b'}`;
    const whole = this.#local(place, short, text);
    if (width === bytes * 8) return whole;
    const shifted = shift === 0 ? whole : `${whole} >>> ${shift}`;
    return width + shift === 32 ? `(${shifted})` : `((${shifted}) & ${2 ** width - 1})`;
  }

  #readBig(place: Place): string {
    const { offset, bytes, littleEndian, signed, shift, width } = place;
    if (bytes !== 8) return `BigInt(${this.#readNumber(place)})`;
    const whole64 = signed && width === 64;
    const text = `view.getBig${whole64 ? 'Int' : 'Uint'}64(base + ${offset}, ${littleEndian})`;
    const whole = this.#mode === 'fast' ? text : this.#local(place, `q${offset}`, text);
    return width === 64 ? whole : `BigInt.as${signed ? 'Int' : 'Uint'}N(${width}, ${whole} >> ${shift}n)`;
  }

  /** A term as a bigint. */
  big(term: Term): string {
    if (term.kind === 'constant') return term.value < 0n ? `(${term.value}n)` : `${term.value}n`;
    if (term.kind === 'read') return this.#readBig(term.place);
    if (isSmall(term)) return `BigInt(${this.number(term)})`;
    switch (term.kind) {
      case 'unary':
        return `(${term.operator}${this.big(term.operand)})`;
      case 'binary':
        return this.#binaryBig(term);
      case 'conditional':
        return `(${this.truth(term.test)} ? ${this.big(term.then)} : ${this.big(term.otherwise)})`;
      case 'call':
        return this.#callBig(term);
    }
  }

  #binaryBig({ operator, left, right }: Term & { kind: 'binary' }): string {
    const [a, b] = [this.big(left), this.big(right)];
    const named = { '/': 'divide', '%': 'remainder', '<<': 'shiftLeft', '>>': 'shiftRight' } as const;
    if (operator in named) return this.#help(named[operator as keyof typeof named], a, b);
    return `(${a} ${operator} ${b})`;
  }

  #callBig({ callee, args: [x, y] }: Term & { kind: 'call' }): string {
    const a = this.big(x);
    const b = y === null ? '0n' : this.big(y);
    switch (callee) {
      case 'align':
        return this.#help('alignUp', a, b);
      case 'aligned':
        return `(${this.#help('alignUp', a, b)} === ${a} ? 1n : 0n)`;
      case 'min':
        return `(${a} < ${b} ? ${a} : ${b})`;
      case 'max':
        return `(${a} > ${b} ? ${a} : ${b})`;
      case 'lowbit':
        return `(${a} & -${a})`;
      case 'log2':
      case 'popcount':
        return this.#help(callee, a);
    }
  }

  #help(name: HelperName, ...args: readonly string[]): string {
    this.helpers.add(name);
    return `${name}(${args.join(', ')})`;
  }

  #anySet(offset: number, length: number): string {
    const parts: string[] = [];
    for (let at = offset; at < offset + length; ) {
      const bytes = offset + length - at >= 4 ? 4 : offset + length - at >= 2 ? 2 : 1;
      const place = {
        path: '',
        offset: at,
        bytes,
        littleEndian: true,
        signed: false,
        shift: 0,
        width: bytes * 8,
      } as const;
      parts.push(`${this.#readNumber(place)} !== 0`);
      at += bytes;
    }
    return parts.length === 1 ? (parts[0] as string) : `(${parts.join(' || ')})`;
  }

  #beyond(place: Place, allowed: bigint): string {
    const refused = BigInt.asUintN(place.width, ~allowed);
    if (place.width <= 32) return `(${this.#readNumber(place)} & ${refused}) !== 0`;
    return `(${this.#readBig(place)} & ${refused}n) !== 0n`;
  }

  #noneOf(place: Place, values: readonly bigint[]): string {
    const small = place.width <= 32;
    const value = small ? this.#readNumber(place) : this.#readBig(place);
    const literal = (each: bigint): string => (small ? `${each}` : `${each}n`);
    const parts: string[] = [];
    for (const [first, last] of runs(values)) {
      if (first === last) parts.push(`${value} !== ${literal(first)}`);
      else if (first === 0n && !place.signed) parts.push(`${value} > ${literal(last)}`);
      else parts.push(`(${value} < ${literal(first)} || ${value} > ${literal(last)})`);
    }
    return parts.length === 0
      ? 'true'
      : parts.length === 1
        ? (parts[0] as string)
        : `(${parts.join(' && ')})`;
  }
}

/** Names that locals of a script must not have. */
const reservedWords: readonly string[] = [
  ...'view base end body length refused i break case catch class const continue debugger default delete do else enum'.split(
    ' ',
  ),
  ...'export extends false finally for function if import in instanceof new null return static super switch this'.split(
    ' ',
  ),
  ...'throw true try typeof var void while with yield let await arguments eval interface package private public'.split(
    ' ',
  ),
  ...'protected implements undefined BigInt Number Math DataView Uint8Array alignUp divide remainder'.split(
    ' ',
  ),
  ...'shiftLeft shiftRight log2 popcount'.split(' '),
];

/** Values in ascending order as ranges without gaps. */
export function runs(values: readonly bigint[]): readonly (readonly [bigint, bigint])[] {
  const found: [bigint, bigint][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last !== undefined && last[1] + 1n === value) last[1] = value;
    else found.push([value, value]);
  }
  return found;
}

function halvesOf({ offset, littleEndian }: Place): readonly [low: number, high: number] {
  return littleEndian ? [offset, offset + 4] : [offset + 4, offset];
}

function enclosed(text: string): string {
  return /^\w+$|^\((?:[^()]|\([^()]*\))*\)$/.test(text) ? text : `(${text})`;
}
