import { binary, constant, read, type Term } from '../../src/plan/term.ts';
import type { Test } from '../../src/validate/plan.ts';
import { runs } from '../../src/validate/script.ts';
import type { CTermWriter } from './term.ts';

/** A C expression that is true where a test fails. */
export function testText(test: Test, writer: CTermWriter): string {
  switch (test.kind) {
    case 'zero':
      return Array.from({ length: test.length }, (_, i) => `p[${test.offset + i}]`).join(' || ');
    case 'mask': {
      const refused = BigInt.asUintN(test.place.width, ~test.allowed);
      return writer.truth(binary('!=', binary('&', read(test.place), constant(refused)), constant(0n)));
    }
    case 'values':
      return noneOf(read(test.place), test.values, writer);
    case 'range': {
      const value = read(test.place);
      return writer.truth(binary('||', binary('<', value, test.first), binary('>', value, test.last)));
    }
    case 'holds':
      return `!(${writer.truth(test.term)})`;
  }
}

function noneOf(value: Term, values: readonly bigint[], writer: CTermWriter): string {
  const parts = runs(values).map(([first, last]) => {
    if (first === last) return writer.truth(binary('!=', value, constant(first)));
    if (first === value.first) return writer.truth(binary('>', value, constant(last)));
    return writer.truth(
      binary('||', binary('<', value, constant(first)), binary('>', value, constant(last))),
    );
  });
  return parts.length === 0 ? '1' : parts.map((part) => (parts.length > 1 ? `(${part})` : part)).join(' && ');
}
