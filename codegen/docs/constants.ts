import { jsonInteger } from '../../src/base/json.ts';
import { formatExpression } from '../../src/layout/expression-text.ts';
import type { Alias, Constant, Macro } from '../../src/model/declaration.ts';
import type { Printer } from '../printer.ts';
import { code, phrase, table } from './markdown.ts';

/** Prints the table of constants, macros and second names. */
export function printConstants(printer: Printer, all: readonly (Constant | Macro | Alias)[]): void {
  printer.lines(
    table(
      ['name', 'value', 'number', 'meaning'],
      [...all]
        .sort((a, b) => a.order - b.order)
        .map((each) => {
          const { name, value, number, note } = describe(each);
          return [code(name), code(value), code(number), phrase([each.doc, note].filter(Boolean).join(' '))];
        }),
    ),
  );
}

function describe(each: Constant | Macro | Alias): {
  name: string;
  value: string;
  number: string;
  note: string;
} {
  switch (each.kind) {
    case 'constant': {
      const { value } = each;
      if (value.kind === 'string')
        return { name: each.name, value: JSON.stringify(value.value), number: '', note: '' };
      return {
        name: each.name,
        value: formatExpression(value.expression),
        number: jsonInteger(value.value),
        note: '',
      };
    }
    case 'macro': {
      const name = `${each.name}(${each.parameters.join(', ')})`;
      return { name, value: formatExpression(each.body), number: '', note: '' };
    }
    case 'alias':
      return { name: each.name, value: each.target, number: '', note: each.deprecated ? 'Deprecated.' : '' };
  }
}
