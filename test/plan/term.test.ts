import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyBinary, applyFunction, applyUnary } from '../../src/model/evaluate.ts';
import type { BinaryOperator } from '../../src/model/expression.ts';
import { readPlace } from '../../src/plan/access.ts';
import { runBig, runTruth } from '../../src/plan/evaluate.ts';
import type { Place } from '../../src/plan/place.ts';
import {
  type ArithmeticName,
  binary,
  call,
  conditional,
  constant,
  read,
  type Term,
  unary,
} from '../../src/plan/term.ts';
import { type ScriptMode, ScriptWriter } from '../../src/validate/script.ts';

const bytesOfView = 24;

const place: fc.Arbitrary<Place> = fc
  .tuple(fc.constantFrom(1, 2, 4, 8, 8), fc.boolean(), fc.boolean(), fc.nat(), fc.nat(), fc.nat())
  .map(([bytes, littleEndian, signed, at, low, size]) => {
    const offset = (at % (bytesOfView / bytes)) * bytes;
    const shift = low % (bytes * 8);
    const width = low % 3 === 0 ? bytes * 8 : 1 + (size % (bytes * 8 - shift));
    return {
      path: `p${offset}`,
      offset,
      bytes: bytes as Place['bytes'],
      littleEndian,
      signed,
      shift: width === bytes * 8 ? 0 : shift,
      width,
    };
  });

const interesting = [
  0n,
  1n,
  2n,
  7n,
  64n,
  4096n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 53n) + 1n,
  1n << 63n,
  (1n << 64n) - 1n,
  1n << 64n,
];
const number = fc.oneof(fc.constantFrom(...interesting), fc.bigInt({ min: -300n, max: 300n }));
const operators: readonly BinaryOperator[] = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '<<',
  '>>',
  '<',
  '<=',
  '>',
  '>=',
  '==',
  '!=',
  '&',
  '|',
  '^',
  '&&',
  '||',
];
const callees: readonly ArithmeticName[] = ['align', 'aligned', 'min', 'max', 'log2', 'lowbit', 'popcount'];

const { term } = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 5 },
    { weight: 3, arbitrary: place.map(read) },
    { weight: 2, arbitrary: number.map(constant) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...operators), tie('term'), tie('term'))
        .map(([o, a, b]) => binary(o, a, b)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('-', '~', '!' as const), tie('term')).map(([o, a]) => unary(o, a)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('term'), tie('term'), tie('term')).map(([t, a, b]) => conditional(t, a, b)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...callees), tie('term'), tie('term'))
        .map(([c, a, b]) => call(c, a, /^(align|aligned|min|max)$/.test(c) ? b : null)),
    },
  ),
}));

/** Bytes in which words are alike or all ones more often than chance has it. */
const memory = fc
  .array(fc.oneof(fc.constantFrom(0, 0, 0xff, 0xff, 1), fc.nat(255)), {
    minLength: bytesOfView,
    maxLength: bytesOfView,
  })
  .map((bytes) => new DataView(Uint8Array.from(bytes).buffer));

/** What a term is worth, in the plainest way. */
function worth(each: Term, view: DataView): bigint {
  switch (each.kind) {
    case 'constant':
      return each.value;
    case 'read':
      return readPlace(each.place, view, 0);
    case 'unary':
      return applyUnary(each.operator, worth(each.operand, view));
    case 'binary':
      return applyBinary(each.operator, worth(each.left, view), worth(each.right, view));
    case 'conditional':
      return worth(worth(each.test, view) !== 0n ? each.then : each.otherwise, view);
    case 'call': {
      const [x, y] = each.args;
      return applyFunction(each.callee, worth(x, view), y === null ? 0n : worth(y, view)) ?? 0n;
    }
  }
}

const helpers = {
  alignUp: (x: bigint, y: bigint) => applyFunction('align', x, y),
  divide: (x: bigint, y: bigint) => applyBinary('/', x, y),
  remainder: (x: bigint, y: bigint) => applyBinary('%', x, y),
  shiftLeft: (x: bigint, y: bigint) => applyBinary('<<', x, y),
  shiftRight: (x: bigint, y: bigint) => applyBinary('>>', x, y),
  log2: (x: bigint) => applyFunction('log2', x, 0n),
  popcount: (x: bigint) => applyFunction('popcount', x, 0n),
};

function scripted(each: Term, mode: ScriptMode, view: DataView): boolean {
  const writer = new ScriptWriter(mode);
  const text = writer.truth(each);
  const body = `return (view, base) => { ${writer.declarations.join(' ')} return ${text}; };`;
  return new Function(...Object.keys(helpers), body)(...Object.values(helpers))(view, 0);
}

describe('terms', () => {
  it('lie within their bounds', () => {
    fc.assert(
      fc.property(term, memory, (each, view) => {
        const value = worth(each, view);
        if (each.first !== null) expect(value >= each.first).toBe(true);
        if (each.last !== null) expect(value <= each.last).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('are worth the same as closures and as scripts, with and without doubles', () => {
    fc.assert(
      fc.property(term, memory, (each, view) => {
        const value = worth(each, view);
        expect(runBig(each)(view, 0)).toBe(value);
        expect(runTruth(each)(view, 0)).toBe(value !== 0n);
        expect(scripted(each, 'exact', view)).toBe(value !== 0n);
        expect(scripted(each, 'fast', view)).toBe(value !== 0n);
      }),
      { numRuns: 1000 },
    );
  });

  it('of 64 bits compare right next to each other', () => {
    const whole = (offset: number): Term =>
      read({ path: '', offset, bytes: 8, littleEndian: true, signed: false, shift: 0, width: 64 });
    const sum = binary('-', binary('+', whole(0), whole(8)), constant(1n));
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.bigInt({ min: -3n, max: 3n }),
        fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
        (a, by, operator) => {
          const view = new DataView(new ArrayBuffer(bytesOfView));
          view.setBigUint64(0, a, true);
          view.setBigUint64(8, BigInt.asUintN(64, (1n << 64n) - a + by), true);
          const each = binary(operator as BinaryOperator, sum, constant((1n << 64n) - 1n));
          expect(scripted(each, 'fast', view)).toBe(worth(each, view) !== 0n);
        },
      ),
      { numRuns: 150 },
    );
  });
});
