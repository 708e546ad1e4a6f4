import { formatExpression } from '../../src/layout/expression-text.ts';
import type { Rule } from '../../src/model/declaration.ts';
import type { Printer } from '../printer.ts';
import { code, phrase, table } from './markdown.ts';

/** Prints the checks of a struct, in their order. */
export function printRules(printer: Printer, rules: readonly Rule[]): void {
  if (rules.length === 0) return;
  printer.line('Checks, in this order:');
  printer.blank();
  printer.lines(
    table(
      ['check', 'error', 'needs', 'requires', 'meaning'],
      rules.map((rule) => [
        rule.id,
        rule.unchecked ? `${rule.errno} (not enforced)` : rule.errno,
        rule.beforeArgument ? `${rule.stage}, before the argument is read` : rule.stage,
        code(checkText(rule) + whenText(rule)),
        phrase(rule.doc),
      ]),
    ),
  );
}

/** `if` of the rule, behind what it asks for. */
function whenText({ condition }: Rule): string {
  return condition === undefined ? '' : ` if ${formatExpression(condition)}`;
}

function checkText({ check }: Rule): string {
  switch (check.kind) {
    case 'expression':
      return formatExpression(check.expression);
    case 'fields':
      return check.fields.join(', ');
    case 'described':
      return '';
  }
}
