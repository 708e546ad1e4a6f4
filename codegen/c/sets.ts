import type { Enumeration, FlagSet, SetValue } from '../../src/model/declaration.ts';
import type { Printer } from '../printer.ts';
import { blockComment, kernelDoc, splitDoc } from './comment.ts';
import { type EnumeratorRow, printEnum } from './enumerators.ts';
import { type ExpressionPrinter, valueComment } from './expression.ts';
import { printMacros } from './macros.ts';
import { fitsInt } from './number.ts';

/** Prints a flag set or enum: as an enum, or as macros; values that no `int` holds are macros always. */
export function printSet(printer: Printer, set: FlagSet | Enumeration, print: ExpressionPrinter): void {
  if (set.values.length === 0) return;
  const enumerators = set.c === 'define' ? [] : set.values.filter((value) => fitsInt(value.value));
  const macros = set.values.filter((value) => !enumerators.includes(value));
  if (set.c === 'enum' && enumerators.length > 0) printer.lines(setDoc(set));
  else printer.lines(blockComment(set.doc));
  if (enumerators.length > 0) {
    const tag = set.c === 'enum' ? set.name : null;
    printEnum(
      printer,
      tag,
      enumerators.map((value) => row(set, value, print)),
    );
  }
  printMacros(
    printer,
    macros.map((value) => ({ depth: 0, ...row(set, value, print) })),
  );
}

function setDoc(set: FlagSet | Enumeration): readonly string[] {
  const { brief, rest } = splitDoc(set.doc);
  return kernelDoc({ subject: `enum ${set.name}`, brief, members: set.values, description: rest });
}

function row(set: FlagSet | Enumeration, value: SetValue, print: ExpressionPrinter): EnumeratorRow {
  const text = valueText(set, value, print);
  const doc = set.c === 'enum' ? '' : value.doc;
  return { name: value.name, value: text, note: valueComment(text, value.value), doc };
}

function valueText(set: FlagSet | Enumeration, value: SetValue, print: ExpressionPrinter): string {
  const single = value.value > 0n && (value.value & (value.value - 1n)) === 0n;
  if (value.expression === null && set.kind === 'flags' && single) {
    const bit = value.value.toString(2).length - 1;
    const suffix = value.suffix !== '' ? value.suffix : bit > 31 ? 'ULL' : bit === 31 ? 'U' : '';
    return `(1${suffix} << ${bit})`;
  }
  if (value.expression === null && set.kind === 'enum') return `${value.value}${value.suffix}`;
  return print.value(value.expression, value.value, value.suffix);
}
