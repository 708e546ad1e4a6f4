import { jsonInteger } from '../../src/base/json.ts';
import { formatExpression } from '../../src/layout/expression-text.ts';
import type { Enumeration, FlagSet, SetValue } from '../../src/model/declaration.ts';
import { formatRelease } from '../../src/model/release.ts';
import type { Printer } from '../printer.ts';
import { code, phrase, prose, table } from './markdown.ts';

/** The heading of a set. */
export function setHeading(set: FlagSet | Enumeration): string {
  return `${set.kind} ${set.name}`;
}

/** Prints a flag set or an enum as a table. */
export function printSet(printer: Printer, set: FlagSet | Enumeration): void {
  printer.line(prose(set.doc));
  printer.blank();
  printer.lines(
    table(
      ['name', set.kind === 'flags' ? 'bit' : 'value', 'number', 'since', 'meaning'],
      set.values.map((value) => [
        code(value.name),
        set.kind === 'flags' ? bitText(value) : code(valueText(value)),
        code(jsonInteger(value.value)),
        value.availability.since.map(formatRelease).join(', '),
        phrase(`${value.doc}${roleText(value)}`),
      ]),
    ),
  );
}

function bitText(value: SetValue): string {
  const single = value.value > 0n && (value.value & (value.value - 1n)) === 0n;
  return single ? String(value.value.toString(2).length - 1) : code(valueText(value));
}

function valueText(value: SetValue): string {
  return value.expression === null ? String(value.value) : formatExpression(value.expression);
}

function roleText(value: SetValue): string {
  switch (value.role) {
    case 'member':
      return '';
    case 'alias':
      return ' (A second name.)';
    case 'mask':
      return ' (Several bits.)';
    case 'bound':
      return ' (Never in a payload.)';
  }
}
