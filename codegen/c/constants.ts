import type { Alias, Constant, Macro } from '../../src/model/declaration.ts';
import type { Printer } from '../printer.ts';
import { printEnum } from './enumerators.ts';
import { type ExpressionPrinter, valueComment } from './expression.ts';
import { type MacroRow, printMacros } from './macros.ts';
import { fitsInt } from './number.ts';

/** The row of a constant, function-like macro or alias. */
export function constantRow(each: Constant | Macro | Alias, print: ExpressionPrinter, depth = 0): MacroRow {
  switch (each.kind) {
    case 'constant': {
      if (each.value.kind === 'string') {
        return { depth, name: each.name, value: cString(each.value.value), note: '', doc: each.doc };
      }
      const value = print.value(each.value.expression, each.value.value, each.suffix);
      return { depth, name: each.name, value, note: valueComment(value, each.value.value), doc: each.doc };
    }
    case 'macro': {
      const value = print.body(each.body, each.parameters);
      return { depth, name: `${each.name}(${each.parameters.join(', ')})`, value, note: '', doc: each.doc };
    }
    case 'alias':
      return {
        depth,
        name: each.name,
        value: each.target,
        note: each.deprecated ? 'deprecated' : '',
        doc: each.doc,
      };
  }
}

/** Prints the constants that stand together: macros in a table, enumerators in an anonymous enum. */
export function printConstants(
  printer: Printer,
  constants: readonly (Constant | Macro | Alias)[],
  print: ExpressionPrinter,
): void {
  const enumerators = constants.filter(isEnumerator);
  if (enumerators.length > 0) {
    printEnum(
      printer,
      null,
      enumerators.map((each) => constantRow(each, print)),
    );
  }
  const rows = constants
    .filter((each) => !enumerators.includes(each))
    .map((each) => constantRow(each, print));
  printMacros(printer, rows);
}

function isEnumerator(each: Constant | Macro | Alias): boolean {
  if (each.kind !== 'constant' || each.c !== 'anonymous-enum') return false;
  return each.value.kind === 'integer' && fitsInt(each.value.value);
}

/** A C string literal. */
function cString(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '"': '\\"',
    '\\': '\\\\',
    '\n': '\\n',
    '\t': '\\t',
    '?': '\\?',
  };
  // A control character becomes three octal digits: never more, so that a digit may follow.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped
  const escaped = text.replace(/["\\?\u0000-\u001f\u007f]/g, (character) => {
    const octal = `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
    return escapes[character] ?? octal;
  });
  return `"${escaped}"`;
}
