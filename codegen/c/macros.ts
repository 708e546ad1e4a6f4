import type { Printer } from '../printer.ts';
import { blockComment, commentText, splitDoc } from './comment.ts';

/** One `#define` of a table. */
export interface MacroRow {
  /** How far the name is indented behind `#define`: registers 0, their bits 1, bits within bits 2. */
  readonly depth: number;
  /** Name, with its parameter list where it has one. */
  readonly name: string;
  readonly value: string;
  /** What stands before the doc in the comment: the number behind an expression, the type of a register. */
  readonly note: string;
  readonly doc: string;
}

/** Columns that a line may have with its comment. */
const columns = 112;
/** Names longer than this do not push the values of a whole table to the right. */
const widestName = 55;

/** Prints macros with their values in one column. */
export function printMacros(printer: Printer, rows: readonly MacroRow[]): void {
  const widths = rows.map((row) => head(row).length).filter((width) => width <= widestName);
  const column = (Math.floor(Math.max(8, ...widths) / 8) + 1) * 8;
  for (const row of rows) printRow(printer, row, column);
}

function printRow(printer: Printer, row: MacroRow, column: number): void {
  const start = Math.max(head(row).length + 1, column);
  const definition = `${head(row)}${tabsTo(head(row).length, column)}${row.value}`;
  const room = columns - start - row.value.length;
  const comment = joined(row.note, row.doc);
  const brief = joined(row.note, splitDoc(row.doc).brief);
  if (comment.length <= room) printer.flush(definition + comment);
  else if (brief.length <= room && row.depth > 0) printer.flush(definition + brief);
  else {
    for (const line of blockComment(row.doc)) printer.flush(line);
    const note = joined(row.note);
    if (note.length <= room) printer.flush(definition + note);
    else {
      printer.flush(`${head(row)} \\`);
      printer.flush(`\t${row.value}${note}`);
    }
  }
}

function head(row: MacroRow): string {
  return `#define ${' '.repeat(row.depth)}${row.name}`;
}

function tabsTo(from: number, column: number): string {
  return from >= column ? ' ' : '\t'.repeat(Math.ceil((column - from) / 8));
}

/** A comment behind a value; nothing where all parts are empty. */
function joined(...parts: readonly string[]): string {
  const text = commentText(parts.filter((part) => part !== '').join(': ')).replace(/\s+/g, ' ');
  return text === '' ? '' : ` /* ${text.replace(/\.$/, '')} */`;
}
