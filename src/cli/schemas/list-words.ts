import { isNumberText } from '../../ioctl/number-text.ts';
import type { SchemaChoice } from '../options/schema-options.ts';
import type { Output } from '../terminal/output.ts';
import { Catalog } from './catalog.ts';
import { absenceOfNumber, readNumber } from './decode-target.ts';
import type { ListItem } from './list-items.ts';

/** The items that have a word in their texts; else the ioctls whose number it is, as `_IO(0x3b, 0x85)` or in decimal. */
export function itemsWith(
  items: readonly ListItem[],
  word: string,
  choice: SchemaChoice,
): readonly ListItem[] {
  const wanted = word.toLowerCase();
  const found = items.filter((item) =>
    [item.name, item.detail, item.doc].some((text) => text.toLowerCase().includes(wanted)),
  );
  if (found.length > 0 || !isNumberText(word)) return found;
  const number = readNumber(Catalog.load(choice), word);
  return items.filter(
    ({ kind, detail }) => kind === 'ioctl' && detail.split(' ')[0] === `0x${number.toString(16)}`,
  );
}

/** Says why something is not listed: nothing is called so, or another release or architecture has it. */
export function noteAbsence(
  found: readonly ListItem[],
  word: string,
  choice: SchemaChoice,
  output: Output,
): void {
  const isCut = choice.kernel !== undefined || choice.arch !== undefined;
  if (found.some(({ name }) => name === word) || (found.length > 0 && (!isCut || isNumberText(word)))) return;
  const catalog = Catalog.load(choice);
  const absence = isNumberText(word)
    ? absenceOfNumber(catalog, readNumber(catalog, word))
    : catalog.missing(word)?.error;
  if (absence !== undefined) output.note(absence.message);
  else if (found.length === 0) output.note(`nothing has ${word} in its name, number, fd or description`);
  if (absence?.hint !== undefined) output.note(absence.hint);
}
