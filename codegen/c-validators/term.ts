import { InternalError } from '../../src/base/internal-error.ts';
import type { Place } from '../../src/plan/place.ts';
import type { Bounds, Term } from '../../src/plan/term.ts';
import type { HelperName } from './arithmetic.ts';

/** How a number is held: 64 bits without or with sign, or 128 bits where values may be larger. */
type Held = 'u64' | 's64' | 'wide';

/** Thrown for a term whose values may need more than 128 bits. */
export class TooWideError extends InternalError {}

const u64Last = (1n << 64n) - 1n;
const s64Last = (1n << 63n) - 1n;
const wideLast = (1n << 127n) - 1n;

/** Prints terms as C expressions over `const unsigned char *p`, without any overflow. */
export class CTermWriter {
  /** Functions that the printed text calls. */
  readonly helpers: Set<HelperName>;

  constructor(helpers: Set<HelperName>) {
    this.helpers = helpers;
  }

  /** An expression that is true where a term is not 0. */
  truth(term: Term): string {
    if (term.kind === 'constant') return term.value !== 0n ? '1' : '0';
    if (term.kind === 'unary' && term.operator === '!') return `!${enclosed(this.truth(term.operand))}`;
    if (term.kind !== 'binary') return this.#notZero(term);
    const { operator, left, right } = term;
    switch (operator) {
      case '&&':
      case '||':
        return `(${this.truth(left)} ${operator} ${this.truth(right)})`;
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '==':
      case '!=': {
        const held = join([left, right]);
        const [a, b] = [this.as(left, held), this.as(right, held)];
        return held === 'wide' ? `${this.#call('cmp', a, b)} ${operator} 0` : `${a} ${operator} ${b}`;
      }
      default:
        return this.#notZero(term);
    }
  }

  #notZero(term: Term): string {
    const held = heldBy(term);
    const text = this.as(term, held);
    return held === 'wide' ? `${this.#call('cmp', text, this.#call('wide', '0', '0'))} != 0` : `${text} != 0`;
  }

  /** A term as a number of the kind that its values fit into. */
  as(term: Term, held: Held): string {
    const own = term.kind === 'constant' ? held : heldBy(term);
    const text = this.#own(term, own);
    if (own === held) return text;
    if (held === 'wide')
      return own === 'u64' ? this.#call('wide', '0', text) : this.#call('from_signed', text);
    if (own === 'wide') throw new InternalError('a wide term where a narrow one was promised');
    return `(${held === 'u64' ? 'uint64_t' : 'int64_t'})${enclosed(text)}`;
  }

  #own(term: Term, held: Held): string {
    switch (term.kind) {
      case 'constant':
        return this.#literal(term.value, held);
      case 'read':
        return this.#read(term.place);
      case 'unary':
        return this.#unary(term, held);
      case 'binary':
        return this.#binary(term, held);
      case 'conditional':
        return `(${this.truth(term.test)} ? ${this.as(term.then, held)} : ${this.as(term.otherwise, held)})`;
      case 'call':
        return this.#function(term, held);
    }
  }

  #literal(value: bigint, held: Held): string {
    if (held === 'wide') {
      const high = BigInt.asIntN(64, value >> 64n);
      return this.#call('wide', this.#literal(high, 's64'), this.#literal(value & u64Last, 'u64'));
    }
    if (held === 'u64') return value > 0xffffn ? `UINT64_C(0x${value.toString(16)})` : `UINT64_C(${value})`;
    return value === -(1n << 63n) ? 'INT64_MIN' : value < 0n ? `(-INT64_C(${-value}))` : `INT64_C(${value})`;
  }

  #read({ offset, bytes, littleEndian, signed, shift, width }: Place): string {
    const at = offset === 0 ? 'p' : `p + ${offset}`;
    const whole =
      bytes === 1 ? `(uint64_t)p[${offset}]` : this.#call(littleEndian ? 'le' : 'be', at, `${bytes}`);
    const part =
      width === bytes * 8
        ? whole
        : `((${whole} >> ${shift}) & ${this.#literal((1n << BigInt(width)) - 1n, 'u64')})`;
    return signed ? this.#call('sign', part, `${width}`) : part;
  }

  #unary({ operator, operand }: Term & { kind: 'unary' }, held: Held): string {
    if (operator === '!')
      return `(${held === 'u64' ? 'uint64_t' : 'int64_t'})(!${enclosed(this.truth(operand))})`;
    const wide = held === 'wide' || heldBy(operand) === 'wide' || !fitsSigned(operand);
    if (wide)
      return this.#narrow(this.#call(operator === '-' ? 'neg' : 'not', this.as(operand, 'wide')), held);
    const text = `(${operator}${enclosed(this.as(operand, 's64'))})`;
    return held === 'u64' ? `(uint64_t)${text}` : text;
  }

  /** A wide result that is known to fit. */
  #narrow(text: string, held: Held): string {
    if (held === 'wide') return text;
    return held === 'u64' ? `${text}.low` : `(int64_t)${text}.low`;
  }

  #binary(term: Term & { kind: 'binary' }, held: Held): string {
    const { operator, left, right } = term;
    switch (operator) {
      case '+':
      case '-':
      case '*': {
        const common = join([term, left, right]);
        if (common !== 'wide') {
          const text = `(${this.as(left, common)} ${operator} ${this.as(right, common)})`;
          return common === held ? text : `(${held === 'u64' ? 'uint64_t' : 'int64_t'})${text}`;
        }
        const name = operator === '+' ? 'add' : operator === '-' ? 'sub' : 'mul';
        return this.#narrow(this.#call(name, this.as(left, 'wide'), this.as(right, 'wide')), held);
      }
      case '&':
        return this.#and(left, right, held);
      case '|':
      case '^': {
        const common = join([term, left, right]);
        if (common !== 'wide') return `(${this.as(left, common)} ${operator} ${this.as(right, common)})`;
        const name = operator === '|' ? 'or' : 'xor';
        return this.#narrow(this.#call(name, this.as(left, 'wide'), this.as(right, 'wide')), held);
      }
      case '/':
      case '%': {
        requireNatural(left, right);
        const name = operator === '/' ? 'div' : 'mod';
        if (join([left, right]) === 'u64')
          return this.#call(name, this.as(left, 'u64'), this.as(right, 'u64'));
        return this.#narrow(this.#call(`wide_${name}`, this.as(left, 'wide'), this.as(right, 'wide')), held);
      }
      case '<<':
      case '>>': {
        requireNatural(left, right);
        const amount = this.as(right, 'u64');
        if (operator === '>>' && heldBy(left) === 'u64')
          return this.#call('shr', this.as(left, 'u64'), amount);
        const name = operator === '<<' ? 'wide_shl' : 'wide_shr';
        return this.#narrow(this.#call(name, this.as(left, 'wide'), amount), held);
      }
      default: {
        const text = `(uint64_t)(${this.truth(term)})`;
        return held === 'wide' ? this.#call('wide', '0', text) : text;
      }
    }
  }

  /** Bits beyond 64 do not matter where one side has none. */
  #and(left: Term, right: Term, held: Held): string {
    const narrow = [left, right].find((side) => heldBy(side) === 'u64');
    if (narrow === undefined) {
      return this.#narrow(this.#call('and', this.as(left, 'wide'), this.as(right, 'wide')), held);
    }
    const other = narrow === left ? right : left;
    const cut = other.kind === 'constant' ? this.#literal(other.value & u64Last, 'u64') : this.#low(other);
    const text = `(${this.as(narrow, 'u64')} & ${cut})`;
    return held === 's64' ? `(int64_t)${text}` : text;
  }

  #low(term: Term): string {
    const held = heldBy(term);
    if (held === 'wide') return `${this.as(term, 'wide')}.low`;
    return held === 'u64' ? this.as(term, 'u64') : `(uint64_t)${enclosed(this.as(term, 's64'))}`;
  }

  #function(term: Term & { kind: 'call' }, held: Held): string {
    const { callee, args } = term;
    const [x, y] = args;
    if (callee === 'min' || callee === 'max') {
      if (y === null) throw new InternalError(`${callee} of one number`);
      const common = join([term, x, y]);
      const [a, b] = [this.as(x, common), this.as(y, common)];
      const less = common === 'wide' ? `${this.#call('cmp', a, b)} < 0` : `${a} < ${b}`;
      return `(${less} ? ${callee === 'min' ? a : b} : ${callee === 'min' ? b : a})`;
    }
    requireNatural(x, ...(y === null ? [] : [y]));
    if (callee === 'align' || callee === 'aligned') {
      if (y === null) throw new InternalError(`${callee} of one number`);
      const up = this.#call('align', this.as(x, 'wide'), this.as(y, 'wide'));
      if (callee === 'align') return this.#narrow(up, held);
      return `(uint64_t)(${this.#call('cmp', up, this.as(x, 'wide'))} == 0)`;
    }
    if (heldBy(x) !== 'u64') throw new TooWideError(`${callee} of more than 64 bits`);
    const value = this.as(x, 'u64');
    return callee === 'lowbit' ? `(${value} & (~${enclosed(value)} + 1))` : this.#call(callee, value);
  }

  #call(name: HelperName, ...args: readonly string[]): string {
    this.helpers.add(name);
    return `uapi_${name}(${args.join(', ')})`;
  }
}

function requireNatural(...terms: readonly Term[]): void {
  if (terms.some(({ first }) => first === null || first < 0n)) {
    throw new TooWideError('division, shift or alignment of what may be negative');
  }
}

function fitsSigned({ first, last }: Bounds): boolean {
  return first !== null && last !== null && first >= -s64Last - 1n && last <= s64Last;
}

function heldBy(term: Bounds): Held {
  return join([term]);
}

/** What holds all of them. */
function join(all: readonly Bounds[]): Held {
  for (const { first, last } of all) {
    if (first === null || last === null || first < -wideLast || last > wideLast) {
      throw new TooWideError('a value may need more than 128 bits');
    }
  }
  if (all.every(({ first, last }) => (first ?? -1n) >= 0n && (last ?? 0n) <= u64Last)) return 'u64';
  return all.every(fitsSigned) ? 's64' : 'wide';
}

function enclosed(text: string): string {
  return /^\w+$|^\w*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)$/.test(text) ? text : `(${text})`;
}
