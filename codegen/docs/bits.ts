import { formatExpression } from '../../src/layout/expression-text.ts';
import type { BitField, RegisterAccess } from '../../src/model/bits.ts';
import { code, phrase, table } from './markdown.ts';

/** Named bits as a table; bits within bits follow the range that they are in. */
export function bitsTable(bits: readonly BitField[], access: RegisterAccess | null): readonly string[] {
  const named = bits.filter((each) => !each.reserved || each.macro !== undefined);
  return table(
    ['bits', 'name', 'access', 'macro', 'meaning'],
    named.flatMap((each) => bitRows(each, access, 0)),
  );
}

function bitRows(
  each: BitField,
  access: RegisterAccess | null,
  depth: number,
): readonly (readonly string[])[] {
  const range = each.low === each.high ? String(each.low) : `${each.high}:${each.low}`;
  const values = each.values.map(({ value, name, doc }) =>
    phrase(`${value} = ${name}${doc === '' ? '' : ` (${doc})`}`),
  );
  const unit = each.unit === undefined ? '' : `Unit: ${phrase(each.unit)}.`;
  const condition = each.condition === undefined ? '' : `Only if ${code(formatExpression(each.condition))}.`;
  const meaning = [phrase(each.doc), unit, condition, values.join('; ')]
    .filter((part) => part !== '')
    .join(' ');
  const own = each.access ?? access;
  return [
    [`${depth > 0 ? '- ' : ''}${range}`, code(each.name), own ?? '', code(each.macro ?? ''), meaning],
    ...each.bits.flatMap((inner) => bitRows(inner, own, depth + 1)),
  ];
}
